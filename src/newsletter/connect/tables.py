"""The table of looks at the steps by which sending services are connected."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from newsletter.db.metadata import metadata
from newsletter.db.types import UtcDateTime

# The last look at a step, and whether a process looks now. Until when is said beforehand: it may die.
step_look = Table(
    "step_look",
    metadata,
    Column("service", String(20), primary_key=True),
    Column("step", String(60), primary_key=True),
    # JSON as text; "" where nobody has looked.
    Column("seen", Text, nullable=False, server_default=""),
    Column("looking_until", UtcDateTime),
    # Its records are looked at again and again by then.
    Column("waiting_until", UtcDateTime),
    sqlite_with_rowid=False,
)
