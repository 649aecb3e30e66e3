"""On PostgreSQL a claim and its answer read the rows of their batch, with statistics and without: a fresh database has none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from newsletter.db.engine import connect, reading, writing
from newsletter.ledger.ledger import open_ledger
from newsletter.words.outcome import Accepted
from tests.ledger.test_ledger import claim
from tests.world import an_edition

_MANY, _SIZE = 30_000, 50
_FILL = (
    (
        "INSERT INTO subscriber (id, email, email_key, fields, created_at, updated_at) SELECT n, 'reader'||n||'@example.com', "
        "'reader'||n||'@example.com', '{}', now(), now() FROM generate_series(1, :many) n"
    ),
    "INSERT INTO subscription (list_id, subscriber_id, status, since_at) SELECT 1, id, 'active', now() FROM subscriber",
    "INSERT INTO suppression (email_key, reason, since_at) SELECT 'not'||email_key, 'complaint', now() FROM subscriber",
    (
        "INSERT INTO parcel (id, mailing_id, number, status, n_readers) "
        "SELECT n, 1, n, 'ready', :size FROM generate_series(1, :many / :size) n"
    ),
    (
        "INSERT INTO delivery (issue, subscriber_id, parcel_id, handover) "
        "SELECT 1, id, (id - 1) / :size + 1, 'pending' FROM subscriber"
    ),
    "UPDATE mailing SET status = 'sending'",
)
# Without the readers themselves: of so few it is quickest to read all, once a batch, and PostgreSQL knows that.
_LARGE = ("subscription", "suppression", "delivery")


@pytest.fixture
def crowd(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Thirty thousand readers who wait; the server has looked at the tables where that is asked for."""
    engine = connect(postgres_url)
    with writing(engine) as connection:
        for table in _LARGE:
            # A server that looks by itself, in the middle, would try something else each time.
            connection.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))
        connection.execute(text("INSERT INTO mailing_list (id, name, created_at) VALUES (1, 'weekly', now())"))
    open_ledger(engine).planning.open_mailing(an_edition(), list_name="weekly", parcel_size=_SIZE, start_at=None)
    with writing(engine) as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in _FILL:
            connection.execute(text(statement), {"many": _MANY, "size": _SIZE})
    if request.param == "fresh statistics":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("crowd", ["fresh statistics", "no statistics"], indirect=True)
def test_a_batch_reads_its_own_rows(crowd: Engine) -> None:
    """Ten batches, so that plans which the server keeps are among them: some entries for each reader, not some for everybody."""
    ledger = open_ledger(crowd)
    of = ledger.mailings.find_latest(1, "weekly")
    assert of is not None
    before = _entries_read(crowd)

    for _ in range(10):
        one = claim(ledger, of)
        assert one is not None
        assert len(one.deliveries) == _SIZE
        ledger.attempts.record(one.attempt_id, [(None, Accepted("ref"))])

    assert (_entries_read(crowd) - before) / (10 * _SIZE) < 30
    changes = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'delivery'"
    with reading(crowd) as connection:
        n_changes, n_in_place = connection.execute(text(changes)).one()
    assert n_changes == 10 * _SIZE, "a reader is written once"
    assert n_in_place > 0.9 * n_changes, "changes of state are written into indexes"


def _entries_read(engine: Engine) -> int:
    """Rows read from end to end, and entries of indexes, in all of these tables."""
    rows = "SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname = ANY (:large)"
    entries = "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = ANY (:large)"
    with reading(engine) as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with reading(engine) as connection:
        return sum(int(connection.scalar(text(one), {"large": list(_LARGE)}) or 0) for one in (rows, entries))
