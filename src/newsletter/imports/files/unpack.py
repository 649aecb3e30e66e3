"""From the files that people name to text files: archives are taken apart, spreadsheets written down as CSV."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from newsletter.apart import Bounds, call
from newsletter.imports.files.archives import MOST_IN_NEWSLETTER, safe_members, troubles
from newsletter.imports.files.csv_file import first_bytes
from newsletter.readers.address import show
from newsletter.words.mistake import Mistake

_TEXTS = (".csv", ".tsv", ".txt")
_ALONE = dict.fromkeys((".zip", ".xlsx"), " If there are people in it, name it as a file of its own.")
_CHUNK = 1 << 20
# What files that are no lists begin with, in lower case.
_KINDS = {
    b"\xd0\xcf\x11\xe0": "a spreadsheet in the old form of Excel",
    b"%pdf": "a PDF",
    b"{\\rtf": "a text with formats",
    b"<!doctyp": "a web page",
    b"<html": "a web page",
    b"begin:vc": "an address book",
    b"\x1f\x8b": "a packed file",
    b"7z\xbc\xaf": "a packed file",
    b"rar!": "a packed file",
    b"\x89png": "a picture",
    b"\xff\xd8\xff": "a picture",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A text file with people, and what messages call it: `export.zip: subscribed.csv`.

    `member` is its name in the archive it came from. `hidden` has a byte for each row of a sheet, from 0, that is not
    zero for a hidden one. `nobody` is why nobody in it joins.
    """

    path: Path
    name: str
    is_sheet: bool = False
    member: str = ""
    hidden: bytes = b""
    nobody: str = ""


def unpack(
    path: Path, into: Path, notes: list[str], only: Collection[str] | None = None, titles: Collection[str] = ()
) -> list[Piece]:
    """The text files of one file, in its own order; what is passed over is said in `notes`.

    A plain text file is left where it is. Files out of an archive are written into the folder `into` under names of
    our own, so no name in an archive can lead anywhere. With `only` none but the members of these names are taken out.
    `titles` are names of address columns, normalised, besides those that are known. Raises Missing or Mistake.
    """
    start = first_bytes(path)
    for sign, what in _KINDS.items():
        if start.lower().startswith(sign):
            raise Mistake(f"{path} is {what}.", fix="Save or export it as .xlsx or CSV.")
    if not start.startswith(b"PK"):
        return [Piece(path=path, name=str(path))]
    size = path.stat().st_size / 1_000_000
    unpacked = call(
        "newsletter.imports.files.unpack:unpack_apart",
        returns=_Unpacked,
        what=str(path),
        fix="If you trust it, save what is in it as CSV, and import that.",
        # A million readers in a spreadsheet take 37 MB and two minutes.
        bounds=Bounds(seconds=20 + 10 * size, megabytes=int(400 + 20 * size)),
        inside=Path.cwd(),
        path=path,
        into=into,
        only=None if only is None else list(only),
        titles=list(titles),
    )
    notes += unpacked.notes
    return unpacked.pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unpacked:
    pieces: list[Piece]
    notes: list[str]


def unpack_apart(
    _: bytes, *, inside: str, path: str, into: str, only: list[str] | None, titles: list[str]
) -> _Unpacked:
    """What the child process does of `unpack`. `inside` is the folder in which `path` was named."""
    os.chdir(inside)
    notes: list[str] = []
    return _Unpacked(pieces=_taken_apart(Path(path), Path(into), notes, only, titles), notes=notes)


def _taken_apart(
    path: Path, into: Path, notes: list[str], only: Collection[str] | None, titles: Collection[str]
) -> list[Piece]:
    with troubles(path), zipfile.ZipFile(path) as archive:
        if only is not None:
            members = [one for one in safe_members(path, archive, most=MOST_IN_NEWSLETTER) if one.filename in only]
            return list(_texts(path, archive, members, into, notes))
        members = safe_members(path, archive)
        names = {member.filename for member in members}
        if "xl/workbook.xml" in names:
            from newsletter.imports.files.spreadsheet_file import sheets

            _refuse_declarations(path, archive, members)
            return sheets(path, into, notes, titles)
        if "mimetype" in names or "Index/Document.iwa" in names:
            raise Mistake(f"{path} is a document of another kind.", fix="Save it as .xlsx or CSV.")
        return list(_texts(path, archive, members, into, notes))


def _refuse_declarations(path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """A spreadsheet has no use for an XML declaration of types, with which a small file grows without end."""
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as file:
                begin = file.read(4096).replace(b"\0", b"")
                # Behind a comment that goes on for longer than this, anything might be declared.
                has_root = re.search(rb"<[A-Za-z_]", re.sub(rb"<!--.*?(-->|\Z)", b"", begin, flags=re.DOTALL))
                if b"<!DOCTYPE" in begin or b"<!ENTITY" in begin or not has_root:
                    raise Mistake(f"{path} is not a spreadsheet as programs write them.", fix="Save it as CSV.")


def _texts(
    path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], into: Path, notes: list[str]
) -> Iterator[Piece]:
    found, has_rubbish = False, False
    for number, member in enumerate(members):
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        if inside.name.startswith(".") or "__MACOSX" in inside.parts:
            has_rubbish = True
            continue
        name = f"{path}: {show(inside.name)[1:-1]}"
        if inside.suffix.lower() not in _TEXTS:
            notes.append(f"{name} is not a CSV file, and was passed over.{_ALONE.get(inside.suffix.lower(), '')}")
            continue
        out = into / f"{path.stem[:40]}-{number}.csv"
        with archive.open(member) as packed, out.open("wb") as file:
            has_address = _copy(packed, file)
        if not out.stat().st_size:
            notes.append(f"{name} is empty.")
        elif not has_address:
            notes.append(f"{name} names nobody's address, and was passed over.")
        else:
            found = True
            yield Piece(path=out, name=name, member=inside.as_posix())
    if has_rubbish:
        notes.append(
            f"{path}: what a Mac keeps for itself (__MACOSX, .DS_Store and other hidden files) was passed over."
        )
    if not found:
        raise Mistake(f"{path} holds no CSV file with people.", fix="Name the file that does.")


def _copy(packed: IO[bytes], file: IO[bytes]) -> bool:
    """Whether there is an @ in it, in whatever encoding."""
    has_address = False
    while chunk := packed.read(_CHUNK):
        has_address = has_address or b"@" in chunk
        file.write(chunk)
    return has_address
