"""INSERT ... ON CONFLICT: the same SQL on both databases, from two classes; each is loaded where it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table

from newsletter.db.engine import is_sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


def insert_into(connection: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if is_sqlite(connection):
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    # 45 ms of every command, for a database that most newsletters never meet.
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert(table)
