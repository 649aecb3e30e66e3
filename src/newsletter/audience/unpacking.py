"""From the files that people name to text files: archives are taken apart, spreadsheets written down as CSV."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from newsletter.audience.address import show
from newsletter.audience.archives import MOST_IN_NEWSLETTER, checked, troubles
from newsletter.audience.csv_file import first_bytes
from newsletter.words.mistake import Mistake

_TEXTS = (".csv", ".tsv", ".txt")
_CHUNK = 1 << 20
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A text file with people, and what messages call it: `export.zip: subscribed.csv`."""

    path: Path
    name: str
    is_sheet: bool = False


def unpack(path: Path, into: Path, notes: list[str], only: Collection[str] | None = None) -> list[Piece]:
    """The text files of one file, in its own order; what is passed over is said in `notes`.

    A plain text file is left where it is. Files out of an archive are written into the folder `into` under names of
    our own, so no name in an archive can lead anywhere. With `only` none but the members of these names are taken out.
    Raises Missing or Mistake.
    """
    start = first_bytes(path)
    if start.startswith(_OLD_EXCEL):
        raise Mistake(f"{path} is a spreadsheet in the old form of Excel.", fix="Save it as .xlsx or CSV.")
    if not start.startswith(b"PK"):
        return [Piece(path=path, name=str(path))]
    with troubles(path), zipfile.ZipFile(path) as archive:
        if only is not None:
            members = [one for one in checked(path, archive, most=MOST_IN_NEWSLETTER) if one.filename in only]
            return list(_texts(path, archive, members, into, notes))
        members = checked(path, archive)
        names = {member.filename for member in members}
        if "xl/workbook.xml" in names:
            from newsletter.audience.spreadsheet_file import sheets

            _refuse_declarations(path, archive, members)
            return sheets(path, into, notes)
        if "mimetype" in names or "Index/Document.iwa" in names:
            raise Mistake(f"{path} is a document of another kind.", fix="Save it as .xlsx or CSV.")
        return list(_texts(path, archive, members, into, notes))


def _refuse_declarations(path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """A spreadsheet has no use for an XML declaration of types, with which a small file grows without end."""
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as file:
                begin = file.read(4096).replace(b"\0", b"")
                if b"<!DOCTYPE" in begin or b"<!ENTITY" in begin:
                    raise Mistake(f"{path} is not a spreadsheet as programs write them.", fix="Save it as CSV.")


def _texts(
    path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], into: Path, notes: list[str]
) -> Iterator[Piece]:
    found = False
    for number, member in enumerate(members):
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        if inside.name.startswith(".") or "__MACOSX" in inside.parts:
            continue
        name = f"{path}: {show(inside.name)[1:-1]}"
        if inside.suffix.lower() not in _TEXTS:
            notes.append(f"{name} is not a CSV file, and was passed over.")
            continue
        out = into / f"{path.stem[:40]}-{number}.csv"
        with archive.open(member) as packed, out.open("wb") as file:
            _copy(packed, file)
        if not out.stat().st_size:
            notes.append(f"{name} is empty.")
            continue
        found = True
        yield Piece(path=out, name=name)
    if not found:
        raise Mistake(f"{path} holds no CSV file with people.", fix="Name the file that does.")


def _copy(packed: IO[bytes], file: IO[bytes]) -> None:
    while chunk := packed.read(_CHUNK):
        file.write(chunk)
