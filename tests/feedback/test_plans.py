"""No statement of what is heard reads a whole table, or a whole index, of a large newsletter on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from newsletter.db.engine import connect
from tests.fakes.sendgrid_events import COURSES, Telling
from tests.feedback.sent import Post
from tests.world import add_readers

# Of everybody, or of every mail: what must not be read from end to end for a few events.
_LARGE = ("subscriber", "subscription", "delivery", "event")


@pytest.fixture(params=[40_000, pytest.param(1_000_000, marks=pytest.mark.faults)])
def post(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[Post]:
    """Sixty readers whose mails are told of, among so many more, and as many mails."""
    engine = connect(postgres_url)
    add_readers(engine, "weekly", range(60))
    with engine.begin() as connection:
        # A server that looks at the tables by itself, in the middle, would try something else each time.
        for table in _LARGE:
            connection.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in _FILL:
            connection.execute(text(statement), {"many": request.param})
    yield Post(engine)
    engine.dispose()


_FILL = (
    (
        "INSERT INTO subscriber (email, email_key, fields, created_at, updated_at) "
        "SELECT 'more'||n||'@example.com', 'more'||n||'@example.com', '{}', now(), now() FROM generate_series(1, :many) n"
    ),
    "INSERT INTO mailing_list (id, name, created_at) VALUES (2, 'more', now())",
    (
        "INSERT INTO subscription (list_id, subscriber_id, status, since_at) "
        "SELECT 2, id, 'active', now() FROM subscriber WHERE email LIKE 'more%'"
    ),
    (
        "INSERT INTO delivery (issue, subscriber_id, parcel_id, handover) "
        "SELECT 99, id, 1000 + id / 100, 'accepted' FROM subscriber WHERE email LIKE 'more%'"
    ),
    (
        "INSERT INTO event (provider, event_id, kind, weight, by_machine, happened_at, received_at, issue, delivery_id) "
        "SELECT 'sendgrid', 'e'||id, 'delivered', 3, false, now(), now(), 99, id FROM delivery WHERE issue = 99"
    ),
)


@pytest.mark.parametrize("statistics", ["fresh", "missing"])
def test_a_few_events_read_a_few_rows(post: Post, statistics: str) -> None:
    """Every course that a mail can take, in small messages; each statement is explained as it runs."""
    taken = post.send()
    if statistics == "fresh":
        with post.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    every = {f"reader{number}@example.com": list(COURSES)[number % len(COURSES)] for number in range(60)}
    with _explained(post.engine) as plans:
        heard = post.hear(taken, Telling(of=every, at_once=8))

    assert heard.suppressed > 0
    assert len(plans) > 20
    wrong = {statement for statement, plan in plans if any(map(_reads_all, _nodes(plan)))}
    assert not wrong


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def _reads_all(node: dict[str, Any]) -> bool:
    """A scan without a condition of its index looks at every row."""
    is_scan = node["Node Type"] in {"Seq Scan", "Index Scan", "Index Only Scan"}
    return is_scan and node.get("Relation Name") in _LARGE and "Index Cond" not in node


@contextmanager
def _explained(engine: Engine) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    plans: list[tuple[str, dict[str, Any]]] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if not statement.startswith(("SELECT", "UPDATE", "DELETE")) or many:
            return
        with connection.connection.cursor() as other:
            other.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            plans.append((statement, other.fetchone()[0][0]["Plan"]))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", explain)
