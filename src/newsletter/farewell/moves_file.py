"""Where old addresses lead, from a table that a person may have corrected: a path of ours and the new address in each row."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.words.mistake import Missing, Mistake, Place

_LONGEST_PATH, _MOST = 500, 100_000


def read_moves(path: Path) -> dict[str, str]:
    """New addresses by path, of a file with the columns `old` and `new`. Raises Missing, and Mistake with the line."""
    if not path.is_file():
        raise Missing(f"There is no file {path}.", fix="Name the redirects.csv of an export.")
    moves: dict[str, str] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, strict=True)
        try:
            head = next(reader, [])
            if head[:2] != ["old", "new"]:
                raise Mistake(f"{path} has no columns `old` and `new`.", fix="Name the redirects.csv of an export.")
            for row in filter(None, reader):
                old, new = (cell.strip() for cell in (*row, "", "")[:2])
                _check(old, new, Place(str(path), reader.line_num))
                moves[old] = new
                if len(moves) > _MOST:
                    raise Mistake(f"{path} has more than {_MOST:,} rows.", fix="Leave out what nobody links to.")
        except (csv.Error, UnicodeDecodeError) as error:
            raise Mistake(
                f"This table can't be read: {error}.",
                fix="Save it as CSV in UTF-8.",
                place=Place(str(path), reader.line_num),
            ) from None
    return moves


def _check(old: str, new: str, place: Place) -> None:
    if not old.startswith("/") or old.startswith("//") or len(old) > _LONGEST_PATH:
        raise Mistake(f"“{old[:80]}” is no path of this newsletter.", fix="Write it as: /issues/12", place=place)
    if urlsplit(new).scheme not in ("http", "https") or not urlsplit(new).netloc or not new.isprintable():
        raise Mistake(
            f"“{new[:80]}” is no address of the web.", fix="Write it whole: https://ferries.example.com/12", place=place
        )
