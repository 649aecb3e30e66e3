"""Finds: what somebody or a feed found, before an editor makes a post of it or puts it aside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from newsletter.words.canonical import canonical
from newsletter.words.domain import host_of, unicode_domain
from newsletter.words.mistake import Mistake
from newsletter.words.plain import unix_lines

LONGEST_ADDRESS = 4_000
LONGEST_WORDS = 20_000
LONGEST_TITLE = 300
LONGEST_SUMMARY = 1_000
LONGEST_QUOTES = 5 * LONGEST_WORDS
# Separators of records and units (ASCII): `own_words` and `without_controls` let none of them into a text.
_NEXT_EXCERPT, _NEXT_PART = "\x1e", "\x1f"
_BARE_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)
_UNREAD = ", still to be read"
_CONTROL = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u2028\\u2029\\ufeff]")


class FindStatus(StrEnum):
    """Where a find stands."""

    WAITING = "waiting"
    KEPT = "kept"
    DISMISSED = "dismissed"
    OLD = "old"  # of a feed, from before it was subscribed to or left after its days; never shown


class Press(StrEnum):
    """What one press on the page of finds does with those that it is meant for."""

    SECTION = "section"  # a post in a section of the next issue
    SHORTLIST = "shortlist"  # a post that is in no issue yet
    MERGE = "merge"  # one post of several
    LATER = "later"
    DROP = "drop"


class Origin(StrEnum):
    """By which way a find came."""

    PERSON = "person"  # typed, or sent by the bookmarklet
    KEY = "key"  # sent with a collect-only key
    MAIL = "mail"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindDraft:
    """A find that is not stored yet; all of it is plain text, and none of it is to be trusted. `quote` holds excerpts (`pack`).

    `choices` are the addresses of which one has to be picked while `url` is None. `source` is what the editor reads of
    where it came from: a feed's title, a sender. `once` names the delivery (a mail, an entry of a feed): a second one changes nothing.
    """

    url: str | None
    origin: Origin
    source: str
    title: str = ""
    site: str = ""
    author: str = ""
    summary: str = ""
    published_at: datetime | None = None
    note: str = ""
    quote: str = ""
    choices: tuple[str, ...] = ()
    once: str = ""
    is_old: bool = False

    @property
    def key(self) -> str:
        """One name for one page however its address is written; for a mail without a chosen link, the mail's."""
        return find_key(self.url) if self.url else hashlib.sha256(f"once:{self.once}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A find as it is stored. `post` is the slug of the post that was, or is about to be, made of it.

    `minutes` is how long its page takes to read, or to watch; None until that is known. `language` is the page's, such as
    `de`; `is_paid` that the page says it is not free. Until `back_at` it is put off. `press_id` is the press that decided
    about it last.
    """

    id: int
    url: str | None
    origin: Origin
    source: str
    title: str
    site: str
    author: str
    summary: str
    published_at: datetime | None
    found_at: datetime
    note: str
    quote: str
    choices: tuple[str, ...]
    status: FindStatus
    post: str | None
    post_digest: str | None
    minutes: int | None = None
    language: str = ""
    is_paid: bool = False
    back_at: datetime | None = None
    press_id: int | None = None

    @property
    def excerpts(self) -> tuple[Excerpt, ...]:
        """What is to be quoted of it."""
        return unpack(self.quote)

    @property
    def quoted(self) -> str:
        """The same as one text to be read."""
        return "\n\n".join(one.text for one in self.excerpts)

    @property
    def thoughts(self) -> str:
        """All of ours as one text: the note, then what stands beside the quotes."""
        return "\n\n".join(part for part in (self.note, *(one.thought for one in self.excerpts)) if part)

    @property
    def name(self) -> str:
        """What it is called on a line of its own; an address is never a title."""
        if self.title or self.url:
            return self.title or unread_title(self.url or "")
        return f"{len(self.choices)} links" if self.choices else "without a title"

    @property
    def is_of_feed(self) -> bool:
        """Whether no person brought it."""
        return self.origin is Origin.FEED


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFilter:
    """Which finds are shown: by whom they were saved, of which feed, how many days old at most, how many minutes long.

    `least` and `most` are minutes; where either is set, a page of unknown length does not fit.
    """

    person: str = ""
    feed: str = ""
    days: int | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindBefore:
    """How a find stood before a press."""

    id: int
    status: FindStatus
    back_at: datetime | None
    press_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Somebody's words from a page: plain text, or Markdown that our converter made where `is_markdown`.

    `thought` is ours beside them, in Markdown. `position` is how many letters of the page stand before them, -1 where
    nobody counted.
    """

    text: str
    thought: str = ""
    position: int = -1
    is_markdown: bool = False


def pack(excerpts: Iterable[Excerpt]) -> str:
    """Excerpts as the one text that a find stores. A plain one without a thought is stored as it is."""
    return _NEXT_EXCERPT.join(_packed(one) for one in excerpts)


def unpack(stored: str) -> tuple[Excerpt, ...]:
    """The excerpts of a find's text, which may be older than excerpts are."""
    return tuple(_unpacked(part) for part in stored.split(_NEXT_EXCERPT) if part)


def joined_excerpts(before: str, more: str) -> str:
    """Both, packed, in the page's order, none twice; beyond a small book of them nothing is added."""
    if len(before) > LONGEST_QUOTES:
        return before
    joined = list(unpack(before))
    for one in unpack(more):
        same = next((at for at, there in enumerate(joined) if one.text in there.text), None)
        if same is None:
            joined.append(one)
        else:
            joined[same] = replace(joined[same], thought=joined_words(joined[same].thought, one.thought))
    # Where nobody counted, an excerpt stays behind the one that was there before it.
    order, last = [], -1
    for one in joined:
        last = one.position if one.position >= 0 else last
        order.append((last, one))
    return pack(one for _, one in sorted(order, key=lambda pair: pair[0]))


def _packed(one: Excerpt) -> str:
    if not (one.thought or one.is_markdown or one.position >= 0):
        return one.text
    return _NEXT_PART.join([one.text, one.thought, str(one.position), "markdown" if one.is_markdown else ""])


def _unpacked(part: str) -> Excerpt:
    text, *more = part.split(_NEXT_PART)
    if not more:
        return Excerpt(text=text)
    return Excerpt(text=text, thought=more[0], position=int(more[1]), is_markdown=bool(more[2]))


def find_key(url: str) -> str:
    """SHA-256 of the canonical address, 64 hexadecimal digits: addresses are too long for an index."""
    return hashlib.sha256(canonical(url).encode(errors="replace")).hexdigest()


def is_bare_address(title: str) -> bool:
    """Whether a title is nothing but an address, as browsers call a page that has none."""
    return _BARE_ADDRESS.fullmatch(title.strip()) is not None


def read_title(title: str) -> str:
    """A title as it may be kept: on one line, and "" for one that is only an address."""
    line = plain_words(title, LONGEST_TITLE)
    return "" if is_bare_address(line) else line


def unread_title(url: str) -> str:
    """What a page is called until its own title is known: "example.com, still to be read"."""
    host = host_of(url)
    return f"{unicode_domain(host).removeprefix('www.') if host else 'A page'}{_UNREAD}"


def is_unread_title(title: str) -> bool:
    """Whether a post still waits for somebody to give it a title."""
    return title.endswith(_UNREAD) or is_bare_address(title)


def plain_words(text: str, longest: int) -> str:
    """Text without control characters, on one line, cut at `longest` characters: what a page or a feed says."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def without_controls(text: str) -> str:
    """The text with its lines, without other control characters, halves of letters and byte order marks."""
    return _CONTROL.sub("", text)


def own_words(text: str, what: str, longest: int = LONGEST_WORDS) -> str:
    """What an editor typed, with its lines. Raises Mistake where it is too long: it is never cut."""
    words = without_controls(unix_lines(text)).strip("\n ")
    if len(words) > longest:
        raise Mistake(
            f"The {what} is longer than {longest:,} characters.", fix="Write it into the post itself instead."
        )
    return words


def joined_words(before: str, more: str) -> str:
    """Two thoughts about one page, neither lost and none twice; beyond a small book of them nothing is added."""
    if not more or more in before or len(before) > 5 * LONGEST_WORDS:
        return before
    return f"{before}\n\n{more}" if before else more


def is_clean(address: str) -> bool:
    """Whether an address can be stored and shown: of some length, without spaces, controls and halves of letters."""
    return 0 < len(address) <= LONGEST_ADDRESS and address.isprintable() and " " not in address
