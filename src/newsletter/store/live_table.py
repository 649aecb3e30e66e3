"""The table that says where the live database is, so that a copy of it can be told."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, Text

from newsletter.store.tables import metadata
from newsletter.store.types import UtcDateTime

# One row. `place` is where the database was when it was told, or first took, that it is the live one.
live_database = Table(
    "live_database",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False),
    Column("place", Text, nullable=False),
    Column("since_at", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="one"),
)
