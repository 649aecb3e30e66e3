"""A mail in which an editor sends something: their words, and the links in them or in what they forward."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from newsletter.collect.web_address import whole_address
from newsletter.words.canonical import canonical
from newsletter.words.find import LONGEST_TITLE, LONGEST_WORDS, is_clean, plain_words, without_controls
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_ADDRESS = re.compile(r"https?://[^\s<>\"\[\]{}|\\^`]+", re.IGNORECASE)
# Links that every mail has below its text, and that nobody forwards a mail for.
_FURNITURE = re.compile(
    r"unsubscribe|abmelden|abbestellen|d[ée]sabonn|/preferences|manage[-_]?(?:subscription|preferences)|view[-_]?in[-_]?browser"
    r"|list-manage\.com/(?:profile|vcard|about)|/open\?|/o\.gif|\.(?:gif|png|jpe?g|css|ics)(?:\?|$)|schemas\.microsoft\.com|w3\.org/",
    re.IGNORECASE,
)
_MOST_LINKS = 50
_MOST_PARTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLink:
    """An address of a mail and the words that led to it, "" where it stood alone."""

    url: str
    words: str = ""

    @property
    def line(self) -> str:
        return f"{self.words}: {self.url}" if self.words and self.words != self.url else self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMail:
    """`own` are the sender's words, `passed_on` the forwarded text, by `author` where that is said; of `links`, one is meant.

    `digest` names this very mail: read twice, it is the same.
    """

    sender: str
    subject: str
    own: str
    passed_on: str
    author: str
    links: tuple[MailLink, ...]
    sent_at: datetime | None
    digest: str
    is_refused: bool


def read_mail(data: bytes) -> ReadMail:
    """Take a mail apart, however broken it is. Raises Mistake where it has neither words nor links nor a subject."""
    # Its patterns take a while to compile, and only the child that reads mails needs them.
    from newsletter.collect.mail.forward import bare_subject, take_apart

    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    text, html = _texts(mail)
    apart = take_apart(text, _header(mail, "subject"))
    subject = plain_words(bare_subject(_header(mail, "subject")), LONGEST_TITLE)
    own = without_controls(apart.own)[:LONGEST_WORDS]
    passed_on = without_controls("\n\n".join(part for part in (apart.other, _attached(mail)) if part))[:LONGEST_WORDS]
    links = _links(own, passed_on, html) or _links_of_page(html)
    if not (own or passed_on or links or subject):
        raise Mistake("There are no words in this mail.", fix="Check that you named the right file.")
    return ReadMail(
        sender=_sender(mail),
        subject=subject,
        own=_without_addresses(own, links),
        passed_on=passed_on,
        author=plain_words(apart.author, LONGEST_TITLE),
        links=links,
        sent_at=_date(_header(mail, "date")),
        digest=_digest(mail, data),
        is_refused=_is_refused(mail),
    )


def _texts(mail: EmailMessage) -> tuple[str, str]:
    """The mail's plain text, made of its HTML where it has none; and its HTML."""
    plain = html = ""
    for part in _parts(mail):
        if part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and not plain:
            plain = _content(part)
        elif kind == "text/html" and not html:
            html = _content(part)
    return plain if plain.strip() or not html else _text_of(html), html


def _parts(mail: EmailMessage) -> Iterator[EmailMessage]:
    """The parts of this mail, but not those of a mail that is attached to it."""
    waiting: list[EmailMessage] = [mail]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting[:0] = [one for one in part.get_payload() if isinstance(one, EmailMessage)]
        elif part.get_content_type() != "message/rfc822" or part is mail:
            yield part


def _attached(mail: EmailMessage) -> str:
    """The text of a mail that was forwarded as an attachment."""
    for part in mail.walk():
        if part is not mail and part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = next((one for one in part.get_payload() if isinstance(one, EmailMessage)), None)
            if inner is not None:
                return _texts(inner)[0].strip()
    return ""


def _content(part: EmailMessage) -> str:
    """A part's text, as it says that it is encoded, else with marks for the letters that can't be told."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = (part.get_content_charset() or "utf-8").lower()
    for name in (charset if re.fullmatch(r"[\w.:-]{2,30}", charset) else "utf-8", "utf-8", "cp1252"):
        try:
            return data.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1")


def _text_of(html: str) -> str:
    soup = _soup(html)
    for gone in soup.find_all(["script", "style", "head", "title", "template"]):
        gone.decompose()
    for tag in soup.find_all("a", href=True):
        if (address := whole_address(str(tag["href"]))) and address not in tag.get_text():
            tag.append(f" <{address}>")
    for block in soup.find_all(["p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote", "hr", "table"]):
        block.insert_after("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in soup.get_text().split("\n"))).strip()


def _soup(html: str) -> BeautifulSoup:
    from bs4 import BeautifulSoup

    return BeautifulSoup(html, "lxml")


def _links(own: str, passed_on: str, html: str) -> tuple[MailLink, ...]:
    """Those of the sender's own words, if there are any; else those of what is passed on. Each page once."""
    words = _words_of_links(html)
    for text in (own, passed_on):
        found: dict[str, MailLink] = {}
        for match in _ADDRESS.finditer(text):
            url = whole_address(match[0].rstrip(".,;:!?'’”)*_"))
            if url and is_clean(url) and not _FURNITURE.search(url):
                found.setdefault(canonical(url), MailLink(url=url, words=words.get(canonical(url), "")))
        if found:
            return tuple(found.values())[:_MOST_LINKS]
    return ()


def _links_of_page(html: str) -> tuple[MailLink, ...]:
    """The plain text beside it may have left out where its links lead."""
    from newsletter.collect.mail.forward import take_apart

    apart = take_apart(_text_of(html)) if html else None
    return _links(apart.own, apart.other, html) if apart else ()


def _words_of_links(html: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for tag in _soup(html).find_all("a", href=True) if html else ():
        address, text = whole_address(str(tag["href"])), plain_words(tag.get_text(), 100)
        if address and text:
            words.setdefault(canonical(address), text)
    return words


def _without_addresses(own: str, links: tuple[MailLink, ...]) -> str:
    """The thought without the link that it was sent with: a line that is only a link is no thought."""
    kept = [line for line in own.split("\n") if not _ADDRESS.fullmatch(line.strip("<> \t"))]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return text if links else own


def _header(mail: EmailMessage, name: str) -> str:
    """A header as text; Python's reader raises all kinds of things at the broken ones."""
    try:
        return str(mail.get(name, ""))
    except Exception:  # noqa: BLE001 - a header that nobody can read says nothing
        return ""


def _sender(mail: EmailMessage) -> str:
    """The one address of the From line in lower case; "" where there is none, or more than one."""
    try:
        lines = mail.get_all("from") or []
        addresses = [str(one.addr_spec).lower() for line in lines for one in line.addresses]
    except Exception:  # noqa: BLE001 - as above
        return ""
    return addresses[0] if len(addresses) == 1 and len(lines) == 1 else ""


def _is_refused(mail: EmailMessage) -> bool:
    """Whether the server that took it in found the sender forged (RFC 8601: the topmost line is its own)."""
    return re.search(r"\bdmarc\s*=\s*fail\b", _header(mail, "authentication-results"), re.IGNORECASE) is not None


def _date(text: str) -> datetime | None:
    try:
        sent = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return sent if sent.tzinfo is not None else None


def _digest(mail: EmailMessage, data: bytes) -> str:
    """Its Message-ID tells it from others; with the sender, so that nobody can claim another's."""
    name = f"{_sender(mail)}\n{_header(mail, 'message-id').strip()}"
    return hashlib.sha256(name.encode(errors="replace") if _header(mail, "message-id").strip() else data).hexdigest()
