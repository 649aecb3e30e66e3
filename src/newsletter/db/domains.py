"""The domain of an address, as an SQL expression of either kind."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Text, func

from newsletter.db.engine import is_sqlite


def domain_column(connection: Connection, key: ColumnElement[str]) -> ColumnElement[str]:
    at = func.instr(key, "@") if is_sqlite(connection) else func.strpos(key, "@")
    return func.substr(key, at + 1, type_=Text)
