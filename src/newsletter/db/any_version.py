"""The readers of a database of any version: by the few columns that were there from the first day on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Column, Engine, MetaData, String, Table, Text, inspect, select

from newsletter.db.engine import reading
from newsletter.db.types import FieldsJson, Id, UtcDateTime
from newsletter.words.mistake import NotNow
from newsletter.words.subscriber import Subscriber, Subscription, SubscriptionStatus, SuppressionReason

_PAGE = 1_000
_always = MetaData()
_subscriber = Table(
    "subscriber",
    _always,
    *(Column("id", Id), Column("email", String), Column("email_key", String)),
    *(Column("first_name", Text), Column("last_name", Text), Column("fields", FieldsJson)),
)
_list = Table("mailing_list", _always, Column("id", Id), Column("name", String))
_on = Table(
    "subscription",
    _always,
    *(Column("list_id", Id), Column("subscriber_id", Id), Column("status", String)),
    *(Column("since_at", UtcDateTime), Column("consent", Text)),
)
_off = Table(
    "suppression", _always, Column("email_key", String), Column("reason", String), Column("since_at", UtcDateTime)
)
# This table was not there from the first day on.
_former = Table("former_address", MetaData(), Column("email_key", String), Column("moved_at", UtcDateTime))


class ReadersOfAnyVersion:
    """As much of the readers as list files need. Tags are left out: the first version had none.

    Raises NotNow where even the tables of the first day are missing.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with reading(engine) as connection:
            there = set(inspect(connection).get_table_names())
        self._knows_moves = _former.name in there
        gone = sorted(set(_always.tables) - there)
        if gone:
            raise NotNow(
                f"There are no readers in this database: it has no table {gone[0]!r}.",
                fix="See that the settings name the database that you mean.",
            )

    def lists(self) -> Sequence[tuple[int, str]]:
        """(number, name) of every list."""
        with reading(self._engine) as connection:
            return [(row.id, row.name) for row in connection.execute(select(_list).order_by(_list.c.id))]

    def iterate(self, list_name: str, *, status: SubscriptionStatus | None = None) -> Iterator[Subscriber]:
        query = (
            select(_subscriber, _on, _off.c.reason)
            .join(_on, _on.c.subscriber_id == _subscriber.c.id)
            .join(_list, _list.c.id == _on.c.list_id)
            .outerjoin(_off, _off.c.email_key == _subscriber.c.email_key)
            .where(_list.c.name == list_name, *([_on.c.status == status] if status else []))
            .order_by(_subscriber.c.id)
            .limit(_PAGE)
        )
        after = 0
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(_subscriber.c.id > after)).all()
            for row in rows:
                standing = Subscription(
                    list_name=list_name,
                    status=SubscriptionStatus(row.status),
                    since_at=row.since_at,
                    consent=row.consent,
                )
                yield Subscriber(
                    id=row.id,
                    email=row.email,
                    first_name=row.first_name,
                    last_name=row.last_name,
                    fields=row.fields or {},
                    subscriptions=(standing,),
                    suppressed=SuppressionReason(row.reason) if row.reason else None,
                )
            if len(rows) < _PAGE:
                return
            after = rows[-1].id

    def iterate_suppressed(self, list_name: str) -> Iterator[tuple[str, SuppressionReason, datetime]]:
        yield from self._blocked(list_name)
        if self._knows_moves:
            with reading(self._engine) as connection:
                rows = connection.execute(
                    select(_former).where(_former.c.email_key.not_in(select(_off.c.email_key)))
                ).all()
            yield from ((row.email_key, SuppressionReason.UNSUBSCRIBE, row.moved_at) for row in rows)

    def _blocked(self, list_name: str) -> Iterator[tuple[str, SuppressionReason, datetime]]:
        of_list = (
            select(_on.c.subscriber_id)
            .join(_list, _list.c.id == _on.c.list_id)
            .join(_subscriber, _subscriber.c.id == _on.c.subscriber_id)
            .where(_list.c.name == list_name, _subscriber.c.email_key == _off.c.email_key)
        )
        query, after = select(_off).where(~of_list.exists()).order_by(_off.c.email_key).limit(_PAGE), ""
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(_off.c.email_key > after)).all()
            yield from ((row.email_key, SuppressionReason(row.reason), row.since_at) for row in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1].email_key

    def known_fields(self) -> Sequence[str]:
        names: set[str] = set()
        query, after = select(_subscriber.c.id, _subscriber.c.fields).order_by(_subscriber.c.id).limit(_PAGE), 0
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(_subscriber.c.id > after)).all()
            names.update(name for row in rows for name in row.fields or {})
            if len(rows) < _PAGE:
                return sorted(names)
            after = rows[-1].id
