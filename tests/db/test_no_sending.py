"""A database in which deliveries said `sending` comes to tables in which their parcel tells it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select, text

from newsletter.db.engine import is_sqlite, reading, writing
from newsletter.db.upgrade import complaints, upgrade, version
from newsletter.db.upgrade import run as migrate
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.tables import delivery, parcel
from newsletter.wiring.schema import metadata
from newsletter.words.mistake import NotNow
from newsletter.words.outcome import Accepted
from tests.accounts import account_of

_OF_BEFORE = (
    "INSERT INTO mailing_list (id, name, created_at) VALUES (1, 'weekly', '2026-11-01 09:00:00')",
    "INSERT INTO edition (id, digest, issue, document, frozen_at) VALUES (1, 'd', 1, '{}', '2026-11-01 09:00:00')",
    (
        "INSERT INTO mailing (id, issue, edition_id, list_id, status, start_at, planned, parcel_size, "
        "audience_ends_at_subscriber, created_at) "
        "VALUES (1, 1, 1, 1, 'sending', '2026-11-01 09:00:00', 8, 5, 8, '2026-11-01 09:00:00')"
    ),
    (
        "INSERT INTO parcel (id, mailing_id, number, status, n_readers) "
        "VALUES (1, 1, 1, 'sending', 4), (2, 1, 2, 'sending', 2), (3, 1, 3, 'ready', 2)"
    ),
    (
        "INSERT INTO delivery (id, issue, subscriber_id, parcel_id, handover, unheld, accepted_by) VALUES "
        "(1, 1, 1, 1, 'accepted', NULL, 1), (2, 1, 2, 1, 'sending', NULL, NULL), (3, 1, 3, 1, 'pending', NULL, NULL), "
        "(4, 1, 4, 1, 'refused', 'refused', NULL), (5, 1, 5, 2, 'sending', NULL, NULL), (6, 1, 6, 2, 'sending', NULL, NULL), "
        "(7, 1, 7, 3, 'pending', NULL, NULL), (8, 1, 8, 3, 'pending', NULL, NULL)"
    ),
    (
        "INSERT INTO attempt (id, token, parcel_id, sender, provider, started_at, deadline_at, carried) VALUES "
        "(1, 'one', 1, 'desk', 'test', '2026-11-01 09:00:00', '2026-11-01 09:01:00', {one}), "
        "(2, 'two', 2, 'desk', 'test', '2026-11-01 09:00:00', '{until}', {two})"
    ),
)


def _of_before(engine: Engine, until: str) -> None:
    """A database in which deliveries said `sending`: one call over long ago, another until then."""
    lists = {"one": "'[1,2,3,4]'", "two": "'[5,6]'"} if is_sqlite(engine) else {"one": "'{1,2,3,4}'", "two": "'{5,6}'"}
    with writing(engine) as connection:
        migrate(connection, "0021")
        for statement in _OF_BEFORE:
            connection.execute(text(statement.format(until=until, **lists) if "{one}" in statement else statement))


def test_deliveries_that_said_sending_are_in_doubt_where_nobody_can_be_in_their_call(old: Engine) -> None:
    """As a sweep leaves them; who was handed back waits, and an answer that comes late still counts."""
    _of_before(old, "2026-11-01 09:01:00")

    upgrade(old, metadata)

    counts = parcel.c["status", "n_accepted", "n_uncertain", "n_not_held"]
    with reading(old) as connection:
        states = connection.scalars(select(delivery.c.handover).order_by(delivery.c.id)).all()
        parcels = connection.execute(select(*counts).order_by(parcel.c.id)).all()
    assert states == ["accepted", "uncertain", "pending", "refused", "uncertain", "uncertain", "pending", "pending"]
    assert [tuple(row) for row in parcels] == [("ready", 1, 1, 1), ("uncertain", 0, 2, 0), ("ready", 0, 0, 0)]
    ledger = open_ledger(old)
    assert ledger.attempts.record_by_token("two", [(None, Accepted())])
    assert account_of(old).handover["accepted"] == 3
    assert complaints(old, metadata) == []


def test_deliveries_stop_saying_sending_only_when_no_call_is_under_way(old: Engine) -> None:
    """The program of before, which is in that call, writes what became of it into the tables that it knows."""
    _of_before(old, "2999-11-01 09:01:00")

    with pytest.raises(NotNow, match="1 of its calls may go on for"):
        upgrade(old, metadata)

    assert version(old) == "0021"
    with reading(old) as connection:
        states = connection.scalars(select(delivery.c.handover).order_by(delivery.c.id)).all()
    assert states.count("sending") == 3
