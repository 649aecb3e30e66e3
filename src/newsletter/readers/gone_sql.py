"""Addresses that a file for another system must call gone: the do-not-mail list, and addresses that readers gave up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine, literal, select

from newsletter.db.engine import reading
from newsletter.readers.tables import former_address, subscriber, subscription, suppression
from newsletter.words.subscriber import SuppressionReason

_PAGE = 2_000


def iterate_gone(engine: Engine, list_id: int | None) -> Iterator[tuple[str, SuppressionReason, datetime]]:
    """(address key, reason, since) of all who are not on this list, by key. An address that was given up counts as unsubscribed."""
    on_list = (
        select(subscription.c.list_id)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(subscription.c.list_id == list_id, subscriber.c.email_key == suppression.c.email_key)
    )
    blocked = select(suppression.c.email_key, suppression.c.reason, suppression.c.since_at).where(~on_list.exists())
    is_blocked = select(suppression.c.reason).where(suppression.c.email_key == former_address.c.email_key)
    moved = select(
        former_address.c.email_key,
        literal(SuppressionReason.UNSUBSCRIBE.value),
        former_address.c.moved_at,
    ).where(~is_blocked.exists())
    after = ""
    while True:
        some = blocked.where(suppression.c.email_key > after).union_all(moved.where(former_address.c.email_key > after))
        with reading(engine) as connection:
            rows = connection.execute(some.order_by("email_key").limit(_PAGE)).all()
        for row in rows:
            yield row.email_key, SuppressionReason(row.reason), row.since_at
        if len(rows) < _PAGE:
            return
        after = rows[-1].email_key
