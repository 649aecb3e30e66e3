"""Taking a reading list over: read in the bounded child, and what is a find or a post already is not taken twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from newsletter.apart import Bounds, call
from newsletter.collect.charset import decoded
from newsletter.collect.desk import CollectDesk
from newsletter.collect.finds_sql import Taken
from newsletter.collect.read_later.reading_list import ReadingList, SavedPage
from newsletter.words.canonical import canonical
from newsletter.words.find import FindDraft, Origin, pack
from newsletter.words.mistake import Mistake, Place

MAX_BYTES = 20_000_000
_BOUNDS = Bounds(seconds=30)
_TOGETHER = 200
_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ListImport:
    """How many pages of a list became what. `in_posts` are those that a post is about already."""

    reading_list: ReadingList
    taken: Counter[Taken]
    in_posts: int
    is_dry: bool

    @property
    def row(self) -> dict[str, object]:
        """As a script reads it."""
        return {
            "program": self.reading_list.program,
            "pages": len(self.reading_list.pages),
            **{kind.value: self.taken[kind] for kind in Taken},
            "in_posts": self.in_posts,
            "left_out": self.reading_list.n_left_out,
            "reasons": list(self.reading_list.left_out),
        }

    @property
    def sentences(self) -> Iterator[str]:
        """As a person reads it: the counts, then what is left out, up to a screen of it."""
        found, taken = self.reading_list, self.taken
        would = "would be saved" if self.is_dry else "saved"
        yield f"{len(found.pages):,} pages from {found.program}; {taken[Taken.NEW]:,} new ones {would}."
        for number, what in (
            (taken[Taken.MORE], "were finds before and get the notes or quotes that they lacked"),
            (taken[Taken.KNOWN], "were finds before, with all that is in this file"),
            (taken[Taken.DECIDED], "were kept or put aside before and stay as they are"),
            (self.in_posts, "have a post already and are not taken"),
            (found.n_left_out, "can't be taken" + (":" if found.left_out else "")),
        ):
            if number:
                yield f"{number:,} {what}{'' if what.endswith(':') else '.'}"
        yield from found.left_out[:_NAMED]
        if found.n_left_out > _NAMED:
            yield f"and {found.n_left_out - _NAMED:,} more."


def is_list(data: bytes, name: str) -> bool:
    """Whether a file that could be anything is to be read as a list: a table, JSON, or a browser's bookmarks."""
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return PurePath(name).suffix.lower() in {".csv", ".json"} or start.startswith(b"<!doctype netscape-bookmark")


def import_list(
    desk: CollectDesk,
    data: bytes,
    *,
    name: str,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ListImport:
    """Save the pages of an export file as finds. Nothing is fetched. `progress` hears how many of how many are done.

    Raises Mistake where the file is too large, damaged, or of no known program, and TooMuch where reading it breaks its
    bounds.
    """
    if len(data) > MAX_BYTES:
        raise Mistake(
            f"This file is larger than {MAX_BYTES // 1_000_000} MB.",
            fix="Export a part of the list.",
            place=Place(name),
        )
    task = "newsletter.collect.read_later.imports:read_list"
    found = call(task, data, returns=ReadingList, what="This reading list", bounds=_BOUNDS, name=name)
    has_post = {canonical(post.url) for post in desk.posts.list_readable()[0] if post.url}
    pages = [page for page in found.pages if not page.url or canonical(page.url) not in has_post]
    drafts, taken, n_done = (_draft(page, found.program) for page in pages), Counter[Taken](), 0
    while batch := list(islice(drafts, _TOGETHER)):
        taken += desk.finds.take_list(batch, dry_run=dry_run)
        n_done += len(batch)
        if progress:
            progress(n_done, len(pages))
    return ListImport(reading_list=found, taken=taken, in_posts=len(found.pages) - len(pages), is_dry=dry_run)


def read_list(data: bytes, name: str) -> ReadingList:
    """Read a file by what it looks like, whatever its name ends with. Runs in the child process. Raises Mistake."""
    from newsletter.collect.read_later.bookmark_page import read_bookmark_page
    from newsletter.collect.read_later.csv_list import read_csv_list
    from newsletter.collect.read_later.json_list import read_json_list

    text = decoded(data, name=name)
    start = text[:200].lstrip()
    if start.startswith("<"):
        found = read_bookmark_page(text)
    elif start.startswith(("{", "[")):
        found = read_json_list(text, name=name)
    else:
        found = read_csv_list(text, name=name)
    if not found.pages and not found.n_left_out:
        raise Mistake("There is no page in this file.", fix="Export the list again.", place=Place(name))
    return found


def _draft(page: SavedPage, program: str) -> FindDraft:
    saved = f", saved {page.saved_at:%Y-%m-%d}" if page.saved_at else ""
    return FindDraft(
        url=page.url,
        origin=Origin.PERSON,
        source=f"{program}{saved}",
        title=page.title,
        author=page.author,
        summary=page.summary,
        note=page.note,
        quote=pack(page.excerpts),
        once="" if page.url else hashlib.sha256(f"{program}:{page.name}".encode()).hexdigest(),
    )
