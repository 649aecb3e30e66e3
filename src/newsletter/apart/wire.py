"""How the two processes talk: frames of JSON and bytes, and values read back as the types that are expected, or refused."""

from __future__ import annotations

import base64
import json
import struct
import types
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Union, get_args, get_origin, get_type_hints

_HEAD = struct.Struct(">II")
# What JSON holds as text.
_MADE: tuple[tuple[type, Callable[[str], object]], ...] = (
    (bytes, base64.b64decode),
    (datetime, datetime.fromisoformat),
    (date, date.fromisoformat),
    (Path, Path),
)


class BadAnswer(ValueError):
    """What came is cut off, too long, or not what was asked for."""


def send(stream: BinaryIO, said: Mapping[str, object], data: bytes = b"") -> None:
    """Write one frame: the lengths of both parts in bytes, the JSON, the bytes."""
    words = json.dumps(said, default=_plain).encode()
    stream.write(_HEAD.pack(len(words), len(data)))
    stream.write(words)
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO, most: int) -> tuple[dict[str, object], bytes] | None:
    """Read one frame of `most` bytes; None at the end of the stream. Raises BadAnswer."""
    head = stream.read(_HEAD.size)
    if not head:
        return None
    lengths = _HEAD.unpack(head) if len(head) == _HEAD.size else (most, most)
    if sum(lengths) > most:
        raise BadAnswer("a frame is longer than was agreed")
    words, data = (stream.read(length) for length in lengths)
    if (len(words), len(data)) != lengths:
        raise BadAnswer("a frame is cut off")
    said = json.loads(words)
    if not isinstance(said, dict):
        raise BadAnswer("a frame is no object")
    return said, data


def read_as(hint: object, value: object) -> object:
    """The value that JSON holds as a `hint`: text, numbers, bytes, days, paths, words of an enum, tuples, lists, dicts, dataclasses.

    Raises BadAnswer where it is anything else: the child that answers may be controlled by what it reads.
    """
    if get_origin(hint) in {Union, types.UnionType}:
        return _one_of(get_args(hint), value)
    if get_origin(hint) in {tuple, list}:
        return _series(hint, value)
    if get_origin(hint) is dict and isinstance(value, dict):
        return {name: read_as(get_args(hint)[1], one) for name, one in value.items()}
    if isinstance(hint, type) and is_dataclass(hint) and isinstance(value, dict):
        hints = get_type_hints(hint)
        if value.keys() <= hints.keys():
            return hint(**{name: read_as(hints[name], one) for name, one in value.items()})
    if isinstance(hint, type) and issubclass(hint, StrEnum) and value in [*hint]:
        return hint(str(value))
    if hint in {str, int, bool, float, type(None)} and type(value) is hint:
        return value
    for kind, make in _MADE:
        if hint is kind and isinstance(value, str):
            return make(value)
    raise BadAnswer(f"no {hint}")


def _one_of(hints: tuple[object, ...], value: object) -> object:
    for hint in hints:
        try:
            return read_as(hint, value)
        except BadAnswer:
            continue
    raise BadAnswer("none of what may stand here")


def _series(hint: object, value: object) -> object:
    inner = get_args(hint)
    if not isinstance(value, list):
        raise BadAnswer("no list")
    if get_origin(hint) is list:
        return [read_as(inner[0], one) for one in value]
    if inner[-1] is Ellipsis:
        return tuple(read_as(inner[0], one) for one in value)
    if len(inner) != len(value):
        raise BadAnswer("more or fewer than were asked for")
    return tuple(read_as(one, part) for one, part in zip(inner, value, strict=True))


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not travel")
