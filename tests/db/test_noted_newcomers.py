"""Notes of imports that name each person whom nobody knew become ranges of their numbers."""

from __future__ import annotations

from sqlalchemy import Engine, select, text

from newsletter.consent.tables import import_change, import_newcomers
from newsletter.db.engine import reading, writing
from newsletter.db.upgrade import run as migrate
from newsletter.db.upgrade import upgrade
from newsletter.imports.imports_sql import Imports
from newsletter.wiring.schema import metadata

_OF_BEFORE = (
    "INSERT INTO mailing_list (id, name, created_at) VALUES (1, 'weekly', '2026-11-01 09:00:00')",
    "INSERT INTO import_run (id, list_name, files, started_at) VALUES (1, 'weekly', 'a.csv', '2026-11-01 09:00:00')",
    *(
        "INSERT INTO subscriber (id, email, email_key, fields, created_at, updated_at) VALUES "
        f"({number}, '{name}@example.com', '{name}@example.com', '{{}}', '2026-11-01 09:00:00', '2026-11-01 09:00:00')"
        for number, name in enumerate("abcde", 1)
    ),
    *(
        "INSERT INTO subscription (list_id, subscriber_id, status, since_at) VALUES "
        f"(1, {number}, 'active', '2026-11-01 09:00:01')"
        for number in range(1, 6)
    ),
    *(f"INSERT INTO import_change (run_id, email_key) VALUES (1, '{name}@example.com')" for name in "abdx"),
    (
        "INSERT INTO import_change (run_id, email_key, subscriber_id, first_name, last_name, fields, status, since_at) "
        "VALUES (1, 'c@example.com', 3, '', '', '{}', 'active', '2026-10-01 09:00:00')"
    ),
)


def test_an_import_of_an_earlier_version_is_taken_back(old: Engine) -> None:
    """It brought three whom nobody knew, one who is gone since, and one who was known and stays."""
    with writing(old) as connection:
        migrate(connection, "0026")
        for statement in _OF_BEFORE:
            connection.execute(text(statement))

    upgrade(old, metadata)

    newcomers = select(import_newcomers.c["first_id", "last_id"]).order_by(import_newcomers.c.first_id)
    with reading(old) as connection:
        assert [tuple(row) for row in connection.execute(newcomers)] == [(1, 2), (4, 4)]
        assert connection.scalars(select(import_change.c.email_key)).all() == ["c@example.com"]
    assert Imports(old).undo(1) == 4
    with reading(old) as connection:
        assert connection.scalars(text("SELECT id FROM subscriber ORDER BY 1")).all() == [3, 5]
