"""Tags and attributes that other systems put into one cell."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.imports.columns.columns import free_name
from newsletter.words.field_name import header_name

LONGEST_TAG = 100
MOST_TAGS = 200
_MOST_ATTRIBUTES = 300
# Attributes that are no fields of the newsletter's own.
_OWN = ("first_name", "last_name", "subscribed_at")


class NotReadable(ValueError):
    """The cell cannot be kept as it is; its text says why, in a sentence."""


def read_tags(cell: str) -> tuple[str, ...]:
    """The tags in a cell, lower case: `vip,press`, `"Editors","Beta, testers"`, `["vip"]`. Raises NotReadable."""
    cell = cell.strip()
    if not cell:
        return ()
    tags = dict.fromkeys(" ".join(tag.split()).lower() for tag in _apart(cell))
    tags.pop("", None)
    if len(tags) > MOST_TAGS:
        raise NotReadable(f"The row has {len(tags)} tags; at most {MOST_TAGS} are kept.")
    longest = max(tags, key=len, default="")
    if len(longest) > LONGEST_TAG:
        raise NotReadable(f"A tag has {len(longest)} characters; at most {LONGEST_TAG} are kept.")
    if not all(tag.isprintable() for tag in tags):
        raise NotReadable("A tag holds characters that cannot be seen.")
    return tuple(tags)


def write_tags(tags: Sequence[str]) -> str:
    """The cell from which `read_tags` makes the same tags again."""
    return ",".join(f'"{tag.replace(chr(34), chr(34) * 2)}"' if set(tag) & set(',;"[') else tag for tag in tags)


def _apart(cell: str) -> Sequence[str]:
    if cell.startswith("["):
        found = _json(cell)
        if isinstance(found, list) and all(isinstance(tag, str) for tag in found):
            return found
    separator = "," if "," in cell or ";" not in cell or cell.startswith('"') else ";"
    try:
        return next(csv.reader([cell.replace("\n", " ")], delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error:
        return cell.split(separator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What a JSON object in a cell says about a person; "" where it says nothing."""

    fields: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    first_name: str = ""
    last_name: str = ""
    subscribed_at: str = ""


def read_attributes(cell: str) -> Attributes:
    """Custom fields and more from a JSON object; anything else is kept as the field `attributes`. Raises NotReadable."""
    cell = cell.strip()
    if not cell:
        return Attributes()
    found = _json(cell)
    if not isinstance(found, dict):
        return Attributes(fields={"attributes": cell})
    tags: tuple[str, ...] = ()
    if isinstance(found.get("tags"), list):
        tags = read_tags(_text(found.pop("tags")))
    own = {name: _text(found.pop(name)) for name in _OWN if isinstance(found.get(name), str)}
    if len(found) > _MOST_ATTRIBUTES:
        raise NotReadable(f"The row has {len(found)} attributes; at most {_MOST_ATTRIBUTES} are kept.")
    fields: dict[str, str] = {}
    for name, value in found.items():
        text = _text(value)
        if text:
            fields[free_name(header_name(name) or "attribute", fields)] = text
    return Attributes(fields=fields, tags=tags, **own)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        text = str(value).strip()
    else:
        import orjson

        text = orjson.dumps(value).decode()
    if "\0" in text:
        raise NotReadable("The row holds a NUL character; the file may be damaged.")
    return text


def _json(cell: str) -> object:
    """What the cell says as JSON; None where it is not JSON."""
    import orjson

    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        return None
