"""Tables about the database itself: where the live one is, and which process holds a lease."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    String,
    Table,
    Text,
)

from newsletter.db.metadata import metadata
from newsletter.db.types import UtcDateTime

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

# What only one process may do at a time, which process holds it, and until when.
lease = Table(
    "lease",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until_at", UtcDateTime, nullable=False),
)
