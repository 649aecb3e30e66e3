"""Reading lists as tables: Raindrop, Readwise, Instapaper, Pocket, and Mastodon's bookmarks, told apart by their columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from newsletter.collect.read_later.reading_list import ListReader, ReadingList, SavedPage, read_time
from newsletter.words.find import LONGEST_QUOTES, Excerpt
from newsletter.words.mistake import Mistake, Place

# Columns that only this program's export has, in lower case.
_PROGRAMS = (
    ("Readwise", {"highlight", "book title"}),
    ("Readwise Reader", {"url", "saved date", "reading progress"}),
    ("Raindrop", {"url", "folder", "created"}),
    ("Instapaper", {"url", "selection", "folder"}),
    ("Pocket", {"url", "time_added"}),
)
# Raindrop writes all highlights of a page into one cell.
_HIGHLIGHT = re.compile(r"^Highlight:", re.MULTILINE)
_NOTE = re.compile(r"^Note:", re.MULTILINE)


def read_csv_list(text: str, *, name: str) -> ReadingList:
    """Read a table. Raises Mistake where it is damaged, or no program that we know wrote it."""
    # The limit is the whole process's: the next reader of a table has its own again.
    usual = csv.field_size_limit(2 * LONGEST_QUOTES)
    lines = csv.reader(io.StringIO(text, newline=""))
    try:
        return _read(lines, text, name)
    except csv.Error as error:
        raise Mistake(
            f"This is not a table: {error}.", fix="Export the list again.", place=Place(name, lines.line_num)
        ) from None
    finally:
        csv.field_size_limit(usual)


def _read(lines: Iterator[list[str]], text: str, name: str) -> ReadingList:
    head = [cell.strip().lower() for cell in next(lines, [])]
    program = next((program for program, columns in _PROGRAMS if columns <= set(head)), None)
    # Mastodon writes no head: each line is an address.
    if program is None and re.match(r"https?://\S+$", "".join(head)):
        return _gathered("Mastodon", ({"url": row[0]} for row in csv.reader(io.StringIO(text)) if row))
    if program is None:
        raise Mistake(
            f"The columns of this file are of no program that is known: {', '.join(head)[:200]}.",
            fix="Name its columns url, title and time_added, as Pocket does.",
            place=Place(name, 1),
        )
    return _gathered(program, (dict(zip(head, row, strict=False)) for row in lines if any(row)))


def _gathered(program: str, rows: Iterator[dict[str, str]]) -> ReadingList:
    reader = ListReader(program)
    for row in rows:
        if program == "Readwise":
            _add_highlight(reader, row)
        else:
            reader.add(_page(row), row.get("url", ""))
    return reader.finish()


def _add_highlight(reader: ListReader, row: dict[str, str]) -> None:
    """One line for each highlight. Books have no address: their title and author name them."""
    page = SavedPage(
        url=None,
        title=row.get("book title", ""),
        author=row.get("book author", ""),
        excerpts=(Excerpt(text=row["highlight"], thought=row.get("note", "")),),
        saved_at=read_time(row.get("highlighted at")),
    )
    reader.add(page, row.get("url") or row.get("source url") or None)


def _page(row: dict[str, str]) -> SavedPage:
    title = row.get("title", "")
    moment = next((row[name] for name in ("created", "time_added", "timestamp", "saved date") if row.get(name)), "")
    selection = row.get("selection", "")
    return SavedPage(
        url=None,
        # Pocket repeats the address where it knows no title.
        title="" if title == row.get("url") else title,
        summary=row.get("excerpt", ""),
        note=row.get("note", ""),
        excerpts=(*_highlights(row.get("highlights", "")), *([Excerpt(text=selection)] if selection else [])),
        saved_at=read_time(moment),
    )


def _highlights(cell: str) -> Iterator[Excerpt]:
    for part in _HIGHLIGHT.split(cell):
        text, *notes = _NOTE.split(part)
        if text.strip():
            yield Excerpt(text=text.strip(), thought="\n\n".join(note.strip() for note in notes))
