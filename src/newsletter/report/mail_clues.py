"""What a mail that a reader sends us tells of who they are, whatever their program made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from email.utils import getaddresses
from urllib.parse import unquote

from newsletter.words.find import without_controls

# Where mail servers write down for which mailbox a mail came in.
_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "to", "cc")
_SENDERS = ("reply-to", "from")
# The links in our mails that are one reader's own: to leave, and their preferences.
_TOKEN = re.compile(r"/(?:u|preferences)/([0-9a-z]{1,4}(?:\.[0-9a-z]{1,13}){3}\.[A-Za-z0-9_-]{22})")
_DELIVERY = re.compile(r"issue-\d{1,9}\.delivery-(\d{1,15})@")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
# "From: Ana Berg <ana@example.com>" where it is a line of the text, as programs write it above what they quote.
_SENDER_LINE = re.compile(
    r"^\W{0,4}\w{2,12}\W{0,3}[:：]\s{0,3}\"?([^<>\"\n@]{2,80})\"?\s?<([^<>\s]{3,254})>", re.MULTILINE
)
_MOST_READ = 200_000
_MOST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class MailClues:
    """`tokens` are candidates for a reader's own token, unverified; `deliveries` stand in our Message-IDs, which anybody can write.

    `addresses` are in order of what they are worth, each once: the mailboxes that the mail was delivered to, its
    senders, those in its text. `names` are those of the senders.
    """

    tokens: tuple[str, ...]
    deliveries: tuple[int, ...]
    addresses: tuple[str, ...]
    names: tuple[str, ...]


def read_clues(text: str) -> MailClues:
    """What stands in a pasted mail, in its headers alone, or in a few lines of it.

    Quote marks and leading blanks of a forwarded mail do no harm; nor do the soft line ends of quoted-printable
    (RFC 2045 6.7), a link that a program broke over lines, or one that a filter wrapped in a link of its own.
    """
    text = without_controls(text[:_MOST_READ])
    plain = "\n".join(re.sub(r"^(?:>\s?)+", "", line) for line in text.strip().splitlines())
    headers = HeaderParser(policy=policy.compat32).parsestr(plain)
    senders = [*_people_in(headers, _SENDERS), *_SENDER_LINE.findall(plain)]
    recipients = _people_in(headers, _RECIPIENTS)
    whole = unquote(re.sub(r"=\n|\s+", "", plain).replace("=3D", "="))
    named = [address for _, address in [*recipients, *senders] if "@" in address]
    return MailClues(
        tokens=_each_once(_TOKEN.findall(whole)),
        deliveries=tuple(int(number) for number in _each_once(_DELIVERY.findall(whole))),
        addresses=_each_once([*named, *_ADDRESS.findall(plain)]),
        names=_each_once([name.strip() for name, _ in senders if name.strip()]),
    )


def _people_in(headers: Message, names: Sequence[str]) -> list[tuple[str, str]]:
    """Names and addresses in these headers; nothing of one that is nested beyond all measure."""
    try:
        return getaddresses([_decoded(str(value)) for name in names for value in headers.get_all(name, [])])
    except RecursionError:
        return []


def _decoded(value: str) -> str:
    """A header's words as people read them (RFC 2047), without what could move a cursor or end a text."""
    try:
        return without_controls(str(make_header(decode_header(value))))
    except (LookupError, ValueError, MessageError):
        return without_controls(value)


def _each_once(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:_MOST]
