"""Tables for saved segments, and what readers did with the last issues in two numbers each."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from newsletter.db.metadata import metadata
from newsletter.db.types import Id, UtcDateTime

segment = Table(
    "segment",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("question", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

# Bit n of `opened` tells of the issue in place n: a question about twelve issues reads one row a reader.
engagement = Table(
    "engagement",
    metadata,
    Column("subscriber_id", Id, primary_key=True, autoincrement=False),
    Column("opened", BigInteger, nullable=False),
    Column("clicked", BigInteger, nullable=False),
)

issue_place = Table(
    "issue_place",
    metadata,
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, nullable=False),
)

# How far the events have been read.
engagement_mark = Table(
    "engagement_mark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False),
)
