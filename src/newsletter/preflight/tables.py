"""The table of web looks: whose issue is to be held against the web, and what that showed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from newsletter.db.metadata import metadata
from newsletter.db.types import UtcDateTime

# The last question about each issue. It waits to be looked into, or is, where it was asked after it was looked into.
web_look = Table(
    "web_look",
    metadata,
    Column("issue", Integer, primary_key=True, autoincrement=False),
    # A digest of the words that it was asked about: what was found counts for these only.
    Column("words", String(64), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    # How often a process began with it, and until when it is left to the one that began last.
    Column("n_begun", Integer, nullable=False, server_default="0"),
    Column("left_until", UtcDateTime),
    Column("looked_at", UtcDateTime),
    # JSON as text; "" where nothing was looked into yet.
    Column("found", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)
