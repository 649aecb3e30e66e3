"""A range of readers by their ids: work on a large list goes from one range to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_


@dataclass(frozen=True, slots=True)
class IdRange:
    """Readers whose id is above `above`, up to and with `up_to`.

    A statement about a range says so of every table that it joins: PostgreSQL passes an equality of two columns on to the
    other table, but no range, and would read all of it.
    """

    above: int
    up_to: int

    def has(self, reader_id: ColumnElement[Any]) -> ColumnElement[bool]:
        return and_(reader_id > self.above, reader_id <= self.up_to)


def in_range(reader_id: ColumnElement[Any], readers: IdRange | None) -> list[ColumnElement[bool]]:
    """The condition as a list, for statements that are about everybody where `readers` is None."""
    return [] if readers is None else [readers.has(reader_id)]
