"""Who lacks a value that an issue asks for, and how long values are: counted by the database in one pass each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, case, func, literal, select

from newsletter.ports.standing import Shortfall
from newsletter.store.engine import reading
from newsletter.store.tables import mailing_list, subscriber, subscription, suppression
from newsletter.words.subscriber import SubscriptionStatus

_COLUMNS = {"email": subscriber.c.email, "first_name": subscriber.c.first_name, "last_name": subscriber.c.last_name}


class SqlReaderValues:
    """The `ReaderValues` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def shortfalls(self, lists: Collection[str], fields: Collection[str]) -> Mapping[str, Shortfall]:
        """See the port. No list is every list. One pass over the readers, and another for the example."""
        names = sorted(fields)
        if not names:
            return {}
        empty = [_is_empty(name) for name in names]
        flags = [case((one, 1), else_=0) for one in empty]
        with reading(self._engine) as connection:
            sums = [func.coalesce(func.sum(flag), 0) for flag in flags]
            row = connection.execute(_mailable(select(func.count(), *sums), lists)).one()
            missing = {name: int(n) for name, n in zip(names, row[1:], strict=True) if n}
            if not missing:
                return {}
            most = sum(flags[1:], start=flags[0])
            worst = {
                name: connection.scalar(
                    _mailable(select(subscriber.c.email), lists)
                    .where(_is_empty(name))
                    .order_by(most.desc(), subscriber.c.id)
                    .limit(1)
                )
                for name in missing
            }
        return {
            name: Shortfall(n_empty=n, n_readers=int(row[0]), example=str(worst[name])) for name, n in missing.items()
        }

    def longest(self, fields: Collection[str]) -> Mapping[str, int]:
        """See the port."""
        names = sorted(fields)
        if not names:
            return {}
        with reading(self._engine) as connection:
            row = connection.execute(select(*(func.max(func.length(_value(name))) for name in names))).one()
        return {name: int(n) for name, n in zip(names, row, strict=True) if n}


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


def _mailable(query: Select[Any], lists: Collection[str]) -> Select[Any]:
    """The same people whom planning would take, once each."""
    on_list = (
        select(literal(1))
        .select_from(subscription)
        .join(mailing_list, mailing_list.c.id == subscription.c.list_id)
        .where(
            and_(subscription.c.subscriber_id == subscriber.c.id, subscription.c.status == SubscriptionStatus.ACTIVE)
        )
    )
    if lists:
        on_list = on_list.where(mailing_list.c.name.in_(lists))
    blocked = select(literal(1)).where(suppression.c.email_key == subscriber.c.email_key)
    return query.select_from(subscriber).where(on_list.exists(), ~blocked.exists())
