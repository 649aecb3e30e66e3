"""Changes to a template's `template.toml` that leave its comments, its order and all other lines as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from newsletter.sentences.catalogue import words_around_an_issue
from newsletter.words.mistake import Mistake

LookKey = tuple[str, str]
"""A table of `template.toml` and the name of a value in it."""

_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_WIDTH = re.compile("[1-9][0-9]{1,2}px")


def with_look(source: str, values: Mapping[LookKey, str]) -> str:
    """The text with these values; a word that is empty is left to the newsletter's language. Raises Mistake for a colour or a width that no mail program takes."""
    import tomlkit

    by_language = words_around_an_issue("en")
    document = tomlkit.parse(source)
    for (table, name), value in values.items():
        _check(table, name, value)
        if table not in document:
            document[table] = tomlkit.table()
        rows = document[table]
        if not value and name in by_language:
            rows.pop(name, None)
        elif str(rows.get(name, "")) != value:
            rows[name] = value
    return tomlkit.dumps(document)


def _check(table: str, name: str, value: str) -> None:
    if table in {"colors", "dark"} and not _COLOUR.fullmatch(value):
        raise Mistake(f"“{value[:20]}” is not a colour.", fix="Write it like #1c4f94.")
    if (table, name) == ("logo", "width") and not _WIDTH.fullmatch(value):
        raise Mistake(f"“{value[:20]}” is not a width.", fix="Write it like 120px.")
    if not value.isprintable():
        raise Mistake("A line break stands in one of the texts.", fix="Write it on one line.")
