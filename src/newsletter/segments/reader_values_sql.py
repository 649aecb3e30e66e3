"""How many readers lack a value that an issue asks for, and how long values are: one pass of the database each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, case, func, literal, select

from newsletter.db.engine import reading
from newsletter.readers.issue_copies_sql import lacks_issue
from newsletter.readers.lists_sql import list_numbers
from newsletter.readers.mailable_sql import mailable
from newsletter.readers.tables import subscriber, subscription
from newsletter.segments.audience import Audience
from newsletter.segments.segments_sql import fitting
from newsletter.words.gap import Shortfall

_COLUMNS = {"email": subscriber.c.email, "first_name": subscriber.c.first_name, "last_name": subscriber.c.last_name}


class ReaderValues:
    """What an issue would find at its readers."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def shortfalls(self, audience: Audience, fields: Collection[str]) -> Mapping[str, Shortfall]:
        """One pass over the readers, and another for the example."""
        names = sorted(fields)
        if not names:
            return {}
        flags = [case((_is_empty(name), 1), else_=0) for name in names]
        sums = [func.coalesce(func.sum(flag), 0) for flag in flags]
        with reading(self._engine) as connection:
            audience, row = self._counted(connection, audience, sums)
            missing = {name: int(n) for name, n in zip(names, row[1:], strict=True) if n}
            if not missing:
                return {}
            most = sum(flags[1:], start=flags[0])
            worst = {
                name: connection.scalar(
                    self._among(connection, audience, subscriber.c.email)
                    .where(_is_empty(name))
                    .order_by(most.desc(), subscriber.c.id)
                    .limit(1)
                )
                for name in missing
            }
        return {
            name: Shortfall(n_empty=n, n_readers=int(row[0]), example=str(worst[name])) for name, n in missing.items()
        }

    def longest(self, audience: Audience, fields: Collection[str]) -> Mapping[str, int]:
        names = sorted(fields)
        if not names:
            return {}
        with reading(self._engine) as connection:
            _, row = self._counted(connection, audience, [func.max(func.length(_value(name))) for name in names])
        return {name: int(n) for name, n in zip(names, row[1:], strict=True) if n}

    def _counted(
        self, connection: Connection, audience: Audience, figures: Sequence[ColumnElement[Any]]
    ) -> tuple[Audience, Any]:
        """How many they are, then these figures of them; and the audience that was counted in the end.

        Where everybody has the issue already, that is the one it would go to if nobody had: practised once, an issue has
        not become right.
        """
        row = connection.execute(self._among(connection, audience, func.count(), *figures)).one()
        if row[0] or audience.issue is None:
            return audience, row
        everybody = replace(audience, issue=None)
        return everybody, connection.execute(self._among(connection, everybody, func.count(), *figures)).one()

    def _among(self, connection: Connection, audience: Audience, *columns: Any) -> Select[Any]:
        """These columns of everybody in the audience, once each whatever lists they are on."""
        lists = list_numbers(connection, audience.lists)
        alone = len(lists) == 1
        people = mailable(*(columns if alone else [subscription.c.subscriber_id]), lists=lists, at=audience.at)
        people = fitting(connection, people, audience.segment)
        if audience.issue is not None:
            people = people.where(lacks_issue(audience.issue, practice=self._practice))
        return people if alone else select(*columns).where(subscriber.c.id.in_(people))


def _value(name: str) -> ColumnElement[str]:
    value: ColumnElement[str]
    if name == "name":
        value = func.trim(subscriber.c.first_name + " " + subscriber.c.last_name)
    elif name in _COLUMNS:
        value = _COLUMNS[name]
    else:
        value = subscriber.c.fields[name].as_string()
    return value


def _is_empty(name: str) -> ColumnElement[bool]:
    return func.coalesce(_value(name), "") == literal("")
