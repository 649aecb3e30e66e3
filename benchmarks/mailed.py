"""Fills a database with readers who were all sent issue 1, in calls of a thousand, and who were all heard of once."""

from __future__ import annotations

from sqlalchemy import Engine

from newsletter.wiring.schema import metadata

_AT = "'2026-11-01 09:00:00.000000'"
# SQLite knows no generate_series.
_NUMBERED = {
    "sqlite": "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {most}) ",
    "postgresql": "WITH number(n) AS (SELECT generate_series(1, {most})) ",
}
_CARRIED = {
    "sqlite": (
        "(WITH RECURSIVE inside(m) AS (SELECT (n - 1) * 1000 + 1 UNION ALL SELECT m + 1 FROM inside WHERE m < n * 1000) "
        "SELECT json_group_array(m) FROM inside)"
    ),
    "postgresql": "ARRAY(SELECT generate_series((n - 1) * 1000 + 1, n * 1000))",
}
_ONCE = f"""
INSERT INTO mailing_list (id, name, created_at) VALUES (1, 'weekly', {_AT});
INSERT INTO edition (id, digest, issue, document, frozen_at) VALUES (1, 'bench', 1, '', {_AT});
INSERT INTO mailing
    (id, issue, edition_id, list_id, status, start_at, planned, parcel_size, audience_ends_at_subscriber, created_at, finished_at)
    VALUES (1, 1, 1, 1, 'finished', CURRENT_TIMESTAMP, 1000, 1000, 1000, {_AT}, {_AT})
"""
_FOR_EACH_CALL = """
INSERT INTO parcel (id, mailing_id, number, status, n_readers, n_accepted)
    {numbered} SELECT n, 1, n, 'done', 1000, 1000 FROM number;
INSERT INTO attempt (id, token, parcel_id, sender, provider, started_at, deadline_at, outcome, reference, ended_at, carried)
    {numbered} SELECT n, 'token'||n, n, 'bench', 'sendgrid', {at}, {at}, 'accepted', 'ref'||n, {at}, {carried} FROM number
"""
_FOR_EACH_READER = """
INSERT INTO subscriber (id, email, email_key, first_name, last_name, fields, created_at, updated_at)
    {numbered} SELECT n, 'reader'||n||'@example.com', 'reader'||n||'@example.com', 'Mara', 'Aker', '{{}}', {at}, {at} FROM number;
INSERT INTO subscription (list_id, subscriber_id, status, since_at)
    {numbered} SELECT 1, n, 'active', {at} FROM number;
INSERT INTO delivery (id, issue, subscriber_id, parcel_id, handover, accepted_by)
    {numbered} SELECT n, 1, n, (n + 999) / 1000, 'accepted', (n + 999) / 1000 FROM number;
INSERT INTO event (provider, event_id, kind, weight, happened_at, received_at, issue, attempt_id, delivery_id)
    {numbered} SELECT 'sendgrid', 'before'||n, 'processed', 0, {at}, {at}, 1, (n + 999) / 1000, n FROM number
"""


def fill(engine: Engine, n_readers: int) -> None:
    """`n_readers` is a multiple of a thousand. A reader, their copy and the number in their address are the same."""
    from newsletter.db.engine import at_long_work, is_sqlite, writing
    from newsletter.db.upgrade import prepare

    prepare(engine, metadata)
    with writing(engine) as connection:
        at_long_work(connection)
        for statements, most in ((_ONCE, 1), (_FOR_EACH_CALL, n_readers // 1000), (_FOR_EACH_READER, n_readers)):
            numbered, carried = _NUMBERED[engine.dialect.name].format(most=most), _CARRIED[engine.dialect.name]
            for statement in statements.format(numbered=numbered, carried=carried, at=_AT).split(";"):
                connection.exec_driver_sql(statement)
        if not is_sqlite(connection):
            connection.exec_driver_sql("ANALYZE")
