"""The tables of a farewell: until when it is meant to last, and where old addresses lead."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, Text

from newsletter.db.metadata import metadata
from newsletter.db.types import UtcDateTime

# One row while it lasts, none else.
farewell = Table(
    "farewell",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # A day, as 2027-11-30, on the newsletter's own calendar.
    Column("until_on", String(10), nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="one"),
)

# The new address of a path of ours, such as /issues/12.
redirect = Table(
    "redirect",
    metadata,
    Column("path", String(500), primary_key=True),
    Column("address", Text, nullable=False),
    sqlite_with_rowid=False,
)
