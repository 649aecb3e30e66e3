"""Patterns that filters count against a mail: shouting, money, hurry, dressed-up letters, and links that say one host and lead to another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from newsletter.compose.press import Proof
from newsletter.preflight.author_text import AuthorLink, AuthorText, link_to
from newsletter.preflight.mail.finished import Filled
from newsletter.preflight.mends import other_words
from newsletter.preflight.rules import finding
from newsletter.words.domain import NotADomain, ascii_domain, ascii_url, host_of, is_related
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place

_HURRY = re.compile(
    r"\b(?:act now|limited time|urgent|risk[- ]free|100 ?% free|free money|make money|earn cash|cash bonus|winner|you won|no obligation"
    r"|click below|order now|buy now|lowest price|double your|viagra|casino|dear friend)\b",
    re.IGNORECASE,
)
_FAKE_ANSWER = re.compile(r"\s*(?:re|fwd?|aw|wg)\s*:\s*", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:/\S*)?", re.IGNORECASE)
_SHORT = "bit.ly tinyurl.com goo.gl t.co ow.ly is.gd buff.ly rebrand.ly cutt.ly shorturl.at t.ly"
_SHORTENERS = frozenset(_SHORT.split())


def findings(proof: Proof, mail: Filled, readings: Sequence[AuthorText]) -> Iterator[Finding]:
    """In the subject, and in the links."""
    for problem, fix in _subject(mail.subject):
        yield finding("looks-like-spam", proof.issue.place("subject"), problem, fix)
    if found := _FAKE_ANSWER.match(proof.issue.subject):
        place = proof.issue.place("subject")
        mend = other_words(place, found[0], "", is_sure=True) if proof.issue.column_of("subject") else None
        fix = "Take the Re: or Fwd: away."
        yield finding("looks-like-spam", place, "The subject pretends to be an answer.", fix, mend=mend)
    yield from _links(proof, mail, [link for read in readings for link in read.links])
    yield from _only_pictures(proof, mail)


def _subject(subject: str) -> Iterator[tuple[str, str]]:
    letters = [letter for letter in subject if letter.isalpha()]
    if len(letters) >= 10 and sum(letter.isupper() for letter in letters) > 0.6 * len(letters):
        yield "The subject is written in capitals.", "Write it as a sentence."
    if re.search(r"[!?]{2,}|!.*!", subject) or subject.count("$") + subject.count("€") >= 3:
        yield "The subject shouts with signs.", "One is enough."
    if found := _HURRY.search(subject):
        yield f"The subject says “{found[0]}”.", "Say it in words that advertisements do not use."
    dressed = [
        letter
        for letter in subject
        if "LATIN" not in unicodedata.name(letter, "") and _plain(letter).isascii() and _plain(letter).isalpha()
    ]
    if len(dressed) >= 3:
        yield "The subject uses mathematical letters that only look like letters.", "Write plain letters."


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFKC", letter)


def _links(proof: Proof, mail: Filled, written: Sequence[AuthorLink]) -> Iterator[Finding]:
    for link in mail.tree.walk():
        if link.tag != "a":
            continue
        href = link.attributes.get("href", "")
        host = _bare(host_of(href))
        said = _HOST.fullmatch(_spelt(link.text().strip()))
        if said and host and not is_related(_bare(said[1].lower()), host):
            yield finding(
                "looks-like-spam",
                _where(proof, href, written),
                f"A link says {said[1]} and leads to {host}.",
                "Let it say where it leads, or what is there.",
            )
        elif host in _SHORTENERS:
            said_so = f"A link hides its address behind {host}."
            yield finding("looks-like-spam", _where(proof, href, written), said_so, "Link to the page itself.")
        elif re.fullmatch(r"[\d.]+|\[.*\]", host or "x"):
            said_so = f"A link leads to a number, {host}."
            yield finding("looks-like-spam", _where(proof, href, written), said_so, "Link to a name.")


def _only_pictures(proof: Proof, mail: Filled) -> Iterator[Finding]:
    pictures = sum(one.tag == "img" for one in mail.tree.walk())
    n_words = len(mail.tree.text().split())
    if pictures and n_words < 100 * min(pictures, 2) and n_words < 60:
        yield finding(
            "looks-like-spam",
            proof.issue.place("number"),
            f"The mail is {pictures} pictures and {n_words} words.",
            "Say in words what the pictures show.",
        )


def _where(proof: Proof, href: str, written: Sequence[AuthorLink]) -> Place:
    """The first place in which the author wrote this address."""
    for post in proof.posts.values():
        if post.url and ascii_url(post.url) == href:
            return post.place("url")
    link = link_to(href, written)
    return link.place if link else Place(proof.issue.file, 1)


def _spelt(words: str) -> str:
    """What a link says, if it is a domain or an address, as the address behind it spells that."""
    try:
        return ascii_url(words) if "://" in words else ascii_domain(words)
    except NotADomain:
        return words


def _bare(host: str) -> str:
    return host.removeprefix("www.")
