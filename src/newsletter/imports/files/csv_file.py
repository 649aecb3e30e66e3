"""A CSV file before any of its rows is believed: its encoding, its delimiter, its header."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from newsletter.imports.files.code_pages import readings
from newsletter.imports.files.heading import find_heading
from newsletter.words.mistake import Missing, Mistake, Place

_CHUNK = 1 << 20
_BEGINNING = 64
_FIRST_LETTERS = 64 * 1024
_GUESSED = 256 * 1024
# The longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFile:
    """A text file that was read once from end to end and can be decoded. `n_lines` is the number of its lines.

    `name` is what messages call it. `is_sheet`: one row of a spreadsheet is one row, whatever its cells hold, and
    messages count those. The header, where there is one, begins in `header_line`; `above` are the lines before it that
    hold something. Of a sheet, `hidden` has a byte for each row, from 0, that is not zero for a hidden one. `has_people` says whether its beginning names an address column, or holds an address.
    """

    path: Path
    name: str
    encoding: str
    delimiter: str
    n_lines: int
    header_line: int = 1
    is_sheet: bool = False
    above: tuple[str, ...] = ()
    has_header: bool = False
    has_people: bool = False
    hidden: bytes = b""


def first_bytes(path: Path) -> bytes:
    """The first eight. Raises Missing where there is no file, Mistake where it can't be read or is empty."""
    if not path.is_file():
        raise Missing(f"There is no file {path}.", fix="Check the name; a folder cannot be imported.")
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise Mistake(f"{path} cannot be read: {error.strerror}.", fix="Check its permissions.") from None
    if not start:
        raise Mistake(f"{path} is empty: there is nobody to import.", fix="Export it again.")
    return start


def open_csv(
    path: Path,
    *,
    name: str,
    encoding: str | None = None,
    is_sheet: bool = False,
    hidden: bytes = b"",
    titles: Collection[str] = (),
) -> CsvFile:
    """Read the whole file once, so that nothing is written for a file that turns out to be unreadable in the middle.

    `titles` are names of address columns, normalised, besides those that are known. Raises Mistake where it is no text, not in the encoding, or empty.
    """
    with path.open("rb") as file:
        start = file.read(_BEGINNING)
    if not start:
        raise Mistake(f"{name} is empty: there is nobody to import.", fix="Export it again.")
    chosen = _choose_encoding(start, encoding, name)
    n_lines = _decode_all(path, name, chosen, asked=encoding is not None)
    lines = first_lines(path, chosen)
    separator = re.fullmatch(r"sep=(.)\s*", lines[0])
    heading = find_heading(
        lines[1:] if separator else lines,
        titles,
        delimiters="," if is_sheet else separator[1] if separator else "",
        by_row=is_sheet,
    )
    return CsvFile(
        path=path,
        name=name,
        encoding=chosen,
        delimiter=heading.delimiter,
        n_lines=n_lines,
        header_line=heading.line + (separator is not None),
        is_sheet=is_sheet,
        hidden=hidden,
        above=heading.above,
        has_header=heading.is_found,
        has_people=heading.has_people,
    )


def first_lines(path: Path, encoding: str) -> list[str]:
    """The lines of its first 64 K letters, the last one perhaps cut; one at least."""
    with path.open(encoding=encoding, newline="") as file:
        return list(io.StringIO(file.read(_FIRST_LETTERS), newline="")) or [""]


def _choose_encoding(start: bytes, asked: str | None, name: str) -> str:
    marked = next((known for mark, known in _MARKS if start.startswith(mark)), None)
    if marked:
        return marked
    if asked is None:
        _refuse_unmarked(start, name)
        return "utf-8"
    try:
        "a".encode(asked)
        return codecs.lookup(asked).name
    except (LookupError, UnicodeError, ValueError):
        raise Mistake(
            f"There is no text encoding called {asked!r}.", fix="Common ones are utf-8, utf-16, cp1252 and latin-1."
        ) from None


def _refuse_unmarked(start: bytes, name: str) -> None:
    """UTF-16 whose mark is missing passes for UTF-8 as long as nobody has an accent in their name.

    Signs of other scripts have no zeros; the commas and line ends between them do, and in text there are no others.
    """
    for encoding, zeros, letters in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        if zeros.count(0) * 4 >= len(zeros) > 1 and all(letters):
            raise Mistake(
                "Every second byte is zero, as in UTF-16 without the mark that says so. Nothing was imported.",
                fix=f"Use --encoding {encoding}, or save the file as UTF-8.",
                place=Place(name, 1),
            )


def _decode_all(path: Path, name: str, encoding: str, *, asked: bool) -> int:
    """Decode every byte; the number of lines. Raises Mistake with the line of the first byte that fits badly."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    n_lines, last = 0, ""
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                raise _undecodable(name, encoding, error, n_lines, asked=asked) from None
            n_lines += max(text.count("\n"), text.count("\r"))
            last = text[-1:] or last
            if not chunk:
                return n_lines + (last not in {"\n", "\r"})


def _guess(raw: bytes) -> str:
    """In what the lines of these bytes can be meant; the last one may be cut."""
    found = readings(raw.rpartition(b"\n")[0] or raw)
    if not found:
        return "Save it as UTF-8, or name its encoding with --encoding."
    shown = [f"--encoding {one.encoding} ({', '.join(one.words)})" for one in found]
    if len(shown) == 1:
        return f"It would read right with {shown[0]}, if these words are spelled so; or save it as UTF-8."
    return f"Use the one with which these words are spelled right: {', '.join(shown[:-1])} or {shown[-1]}."


def _undecodable(name: str, encoding: str, error: UnicodeError, lines_before: int, *, asked: bool) -> Mistake:
    line, detail = lines_before + 1, ""
    if isinstance(error, UnicodeDecodeError):
        before = error.object[: error.start]
        line += before.count(b"\n")
        detail = f" (byte 0x{error.object[error.start]:02x})"
        guess = _guess(error.object[before.rfind(b"\n") + 1 :][:_GUESSED])
    else:
        guess = "Save it as UTF-8, or name its encoding with --encoding."
    if isinstance(error, UnicodeDecodeError) and b"\0" in error.object[:_CHUNK]:
        guess = "It does not look like text at all. Export it again as CSV."
    if asked:
        guess = "Try another --encoding, or save the file as UTF-8."
    return Mistake(f"The text is not {encoding}{detail}. Nothing was imported.", fix=guess, place=Place(name, line))
