"""Planning on PostgreSQL reads a range of readers once, and nothing from end to end, with statistics and without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from newsletter.db.engine import connect, reading, writing
from newsletter.ledger.ledger import open_ledger
from tests.world import an_edition

_MANY = 50_000
_FILL = (
    (
        "INSERT INTO subscriber (email, email_key, fields, created_at, updated_at) "
        "SELECT 'reader'||n||'@example.com', 'reader'||n||'@example.com', '{}', now(), now() FROM generate_series(1, :many) n"
    ),
    "INSERT INTO mailing_list (id, name, created_at) VALUES (1, 'weekly', now())",
    (
        "INSERT INTO subscription (list_id, subscriber_id, status, since_at) "
        "SELECT 1, id, CASE WHEN id % 50 = 0 THEN 'ended' ELSE 'active' END, now() FROM subscriber"
    ),
    (
        "INSERT INTO suppression (email_key, reason, since_at) "
        "SELECT email_key, 'complaint', now() FROM subscriber WHERE id % 50 = 1"
    ),
    "INSERT INTO rest (subscriber_id, until_at) SELECT id, now() + interval '9 days' FROM subscriber WHERE id % 50 = 2",
    "INSERT INTO had_before (subscriber_id, issue, is_practice) SELECT id, 1, false FROM subscriber WHERE id % 50 = 3",
    "INSERT INTO tag (subscriber_id, name) SELECT id, 'vip' FROM subscriber WHERE id % 50 > 45",
    "INSERT INTO engagement (subscriber_id, opened, clicked) SELECT id, 1, 1 FROM subscriber",
    (
        "INSERT INTO delivery (issue, subscriber_id, parcel_id, handover) "
        "SELECT 99, id, 1000 + id / 100, 'accepted' FROM subscriber"
    ),
)
# All that there is one row of for each reader, or for each of many readers.
_LARGE = ("subscriber", "subscription", "suppression", "rest", "had_before", "tag", "engagement", "delivery")
# What a condition of an index has to be about, so that no more is read than belongs to the range.
_NARROW = ("subscriber_id", "id >", "id =", "email_key", "parcel_id")


@pytest.fixture
def crowd(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Fifty thousand readers, who all got an issue; the server has looked at the tables where that is asked for."""
    engine = connect(postgres_url)
    with writing(engine) as connection:
        # A server that looks by itself, in the middle, would try something else each time.
        for table in (*_LARGE, "parcel"):
            connection.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in _FILL:
            connection.execute(text(statement), {"many": _MANY})
    if request.param == "fresh statistics":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("crowd", ["fresh statistics", "no statistics"], indirect=True)
def test_a_slice_reads_its_own_readers_once(crowd: Engine) -> None:
    """Each statement is explained as it runs. Then what was read in fact: plans that are kept are not explained."""
    ledger = open_ledger(crowd)
    mailings = [
        ledger.planning.open_mailing(
            an_edition(issue), list_name="weekly", parcel_size=1_000, start_at=None, segment=segment
        )
        for issue, segment in ((1, ""), (2, "got issue 99 and tagged vip"))
    ]
    before = _entries_read(crowd)
    with _explained(crowd) as plans:
        for one in mailings:
            while ledger.planning.plan_slice(one.id, n_readers=_MANY // 10):
                pass

    # Of everybody without one: on no list any more, blocked, resting, or had it before their erasure.
    assert [ledger.mailings.get(one.id).planned for one in mailings] == [_MANY * 46 // 50, _MANY * 4 // 50]
    assert len([1 for statement, _ in plans if statement.startswith("INSERT INTO delivery")]) == 20
    nodes = [(statement, node) for statement, plan in plans for node in _nodes(plan)]
    assert {statement for statement, node in nodes if _goes_through_again(node)} == set()
    assert {statement for statement, node in nodes if _reads_too_much(node)} == set()
    assert _entries_read(crowd) - before < 20 * _MANY


def _entries_read(engine: Engine) -> int:
    """Rows read from end to end, and entries of indexes, in all of these tables."""
    with reading(engine) as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with reading(engine) as connection:
        rows = connection.scalar(
            text("SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname = ANY (:large)"),
            {"large": list(_LARGE)},
        )
        entries = connection.scalar(
            text("SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = ANY (:large)"),
            {"large": list(_LARGE)},
        )
    return int((rows or 0) + (entries or 0))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def _goes_through_again(node: dict[str, Any]) -> bool:
    """For each row of one side it looks at the other, where readers are on either."""
    return node["Node Type"] == "Nested Loop" and any(below.get("Relation Name") in _LARGE for below in _nodes(node))


def _reads_too_much(node: dict[str, Any]) -> bool:
    """It goes through a large table or index without a condition that names the range, or one row."""
    kinds = {"Seq Scan", "Index Scan", "Index Only Scan"}
    is_scan = node["Node Type"] in kinds and node.get("Relation Name") in _LARGE
    if not is_scan and node["Node Type"] != "Bitmap Index Scan":
        return False
    return not any(column in node.get("Index Cond", "") for column in _NARROW)


@contextmanager
def _explained(engine: Engine) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    plans: list[tuple[str, dict[str, Any]]] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if many or not statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            return
        with connection.connection.cursor() as other:
            other.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            plans.append((statement, other.fetchone()[0][0]["Plan"]))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", explain)
