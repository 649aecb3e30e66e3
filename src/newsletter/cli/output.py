"""What commands of every kind print: JSON for scripts, and words of others that a terminal can take."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

_SHOWN = {"subscriber": "readers", "suppression": "do-not-mail", "mailing": "sendings", "event": "events"}


def print_json(document: object) -> None:
    """Days and times in it are written as ISO 8601."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat()))


def one_line(text: str) -> str:
    """Words from a file, without what could move the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def said_rows(rows: Mapping[str, int]) -> str:
    """ "1,204 readers, 3 sendings, 6,020 rows in all"."""
    parts = [f"{rows[name]:,} {words}" for name, words in _SHOWN.items() if rows.get(name)]
    return ", ".join([*parts, f"{sum(rows.values()):,} rows in all"])
