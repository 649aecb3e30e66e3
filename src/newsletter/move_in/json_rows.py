"""Rows out of files of JSON, as APIs give them: a list under a name, one thing under a name, or pages of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from newsletter.move_in.export_files import ExportFiles
from newsletter.words.mistake import Mistake


def json_rows(files: ExportFiles, *names: str, system: str) -> Iterator[Mapping[str, Any]]:
    """The objects under these names in every file of JSON, whatever lies around them. Raises Mistake for one that is cut off."""
    for member in files.matching(r".+\.json"):
        try:
            document = orjson.loads(files.text(member))
        except orjson.JSONDecodeError as error:
            raise Mistake(f"{member.title} is no whole JSON: {error}.", fix=f"Get it from {system} again.") from None
        yield from _rows(document, names)


def _rows(document: Any, names: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    if isinstance(document, list):
        for one in document:
            yield from _rows(one, names)
    elif isinstance(document, dict):
        for name in names:
            inner = document.get(name)
            if isinstance(inner, dict) and any(one in inner for one in names):
                yield from _rows(inner, names)
                continue
            found = inner if isinstance(inner, list) else [inner] if isinstance(inner, dict) else []
            yield from (one for one in found if isinstance(one, dict))


def text_in(row: Mapping[str, Any], key: str) -> str:
    """A value as text without blanks around it; "" for anything else."""
    value = row.get(key)
    return value.strip() if isinstance(value, str) else ""
