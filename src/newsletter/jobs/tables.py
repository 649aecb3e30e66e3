"""The table of drivers: which processes do by themselves what is due."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    String,
    Table,
    Text,
    text,
)

from newsletter.db.metadata import metadata
from newsletter.db.types import UtcDateTime, one_of
from newsletter.jobs.driver import DriverKind

# The processes that do by themselves what is due. One that ends takes its row away; one that is killed leaves an old sign of life.
driver = Table(
    "driver",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("about", Text, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    # NULL where nobody knows whether there will be another.
    Column("every_seconds", Float),
    # Settings have changed that it read when it started.
    Column("begins_again", Boolean, nullable=False, server_default=text("false")),
    one_of("kind", DriverKind),
)
