"""All tables at once: what migrations make, and what tests compare them with."""

from __future__ import annotations

from sqlalchemy import text

from newsletter.store import (
    consent_tables,
    event_tables,
    find_tables,
    import_tables,
    live_table,
    schedule_tables,
    segment_tables,
    user_tables,
)
from newsletter.store.tables import metadata

__all__ = [
    "consent_tables",
    "event_tables",
    "find_tables",
    "import_tables",
    "live_table",
    "metadata",
    "schedule_tables",
    "segment_tables",
    "user_tables",
]

for _index in [index for table in metadata.tables.values() for index in table.indexes]:
    if "where" in _index.info:
        _index.dialect_options["postgresql"]["where"] = text(_index.info["where"])
