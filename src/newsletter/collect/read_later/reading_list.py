"""A reading list: the pages that somebody saved elsewhere, with what they noted and marked, and what can't be taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from newsletter.collect.web_address import whole_address
from newsletter.words.find import (
    LONGEST_QUOTES,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Excerpt,
    is_clean,
    own_words,
    pack,
    plain_words,
)
from newsletter.words.mistake import Mistake

MOST_PAGES = 50_000
_MOST_NAMED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """A page as a list tells of it. Where it has no address, as a book has none, `title` and `author` are its name."""

    url: str | None
    title: str = ""
    author: str = ""
    summary: str = ""
    note: str = ""
    excerpts: tuple[Excerpt, ...] = ()
    saved_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.url or f"{self.title} ({self.author})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingList:
    """What a file holds: `program` wrote it; `pages` oldest first, each once; `left_out` are sentences, `n_left_out` of them."""

    program: str
    pages: tuple[SavedPage, ...]
    left_out: tuple[str, ...]
    n_left_out: int


@dataclass(slots=True)
class ListReader:
    """Gathers the pages of one file: cleaned, each once, and what is left out with its reason."""

    program: str
    _pages: dict[str, SavedPage] = field(default_factory=dict)
    _left_out: list[str] = field(default_factory=list)
    _n_left_out: int = 0

    def add(self, page: SavedPage, address: str | None) -> None:
        """Take a page whose `address` is as the file has it; None where it has none by its nature."""
        try:
            cleaned = _cleaned(page, address)
            before = self._pages.get(cleaned.name)
            if before is None and len(self._pages) >= MOST_PAGES:
                raise Mistake(f"More than {MOST_PAGES:,} pages are not taken from one file.")
            self._pages[cleaned.name] = _joined(before, cleaned) if before else cleaned
        except Mistake as error:
            self.leave_out(f"{address or page.title}: {error.message}")

    def leave_out(self, sentence: str) -> None:
        self._n_left_out += 1
        if len(self._left_out) < _MOST_NAMED:
            self._left_out.append(plain_words(sentence, LONGEST_TITLE))

    def finish(self) -> ReadingList:
        """What was gathered. The oldest come first, so that the newest are the latest finds."""
        pages = sorted(self._pages.values(), key=lambda page: page.saved_at or datetime.min.replace(tzinfo=UTC))
        return ReadingList(
            program=self.program, pages=tuple(pages), left_out=tuple(self._left_out), n_left_out=self._n_left_out
        )


def read_time(text: object) -> datetime | None:
    """A moment as exports write it: seconds since 1970, or ISO 8601; UTC where no zone is named."""
    said = str(text or "").strip()
    try:
        moment = datetime.fromtimestamp(int(said), UTC) if said.isdecimal() else datetime.fromisoformat(said)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cleaned(page: SavedPage, address: str | None) -> SavedPage:
    url = whole_address(address) if address is not None else None
    if address is not None and (url is None or not is_clean(url)):
        raise Mistake("This is not an address of the web.")
    return replace(
        page,
        url=url,
        title=plain_words(page.title, LONGEST_TITLE),
        author=plain_words(page.author, LONGEST_TITLE),
        summary=plain_words(page.summary, LONGEST_SUMMARY),
        note=own_words(page.note, "note"),
        excerpts=tuple(_clean_excerpts(page.excerpts)),
    )


def _clean_excerpts(excerpts: Iterable[Excerpt]) -> Iterable[Excerpt]:
    for one in excerpts:
        if text := own_words(one.text, "highlight"):
            yield Excerpt(text=text, thought=own_words(one.thought, "note"))


def _joined(before: SavedPage, page: SavedPage) -> SavedPage:
    """A list that names a page once for each highlight, or twice."""
    notes = [note for note in dict.fromkeys((before.note, page.note)) if note]
    excerpts = tuple(dict.fromkeys((*before.excerpts, *page.excerpts)))
    if len(pack(excerpts)) > LONGEST_QUOTES:
        raise Mistake(f"Its highlights are longer than {LONGEST_QUOTES:,} characters together.")
    return replace(before, note="\n\n".join(notes), excerpts=excerpts, title=before.title or page.title)
