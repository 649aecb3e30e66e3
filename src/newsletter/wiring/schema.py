"""All tables at once: what migrations make, and what databases are compared with."""

from __future__ import annotations

import importlib

from sqlalchemy import text

from newsletter.db.metadata import metadata

__all__ = ["metadata"]

_ROOMS = (
    "db",
    "notices",
    "readers",
    "segments",
    "ledger",
    "consent",
    "feedback",
    "schedule",
    "jobs",
    "collect",
    "access",
)
for _room in _ROOMS:
    importlib.import_module(f"newsletter.{_room}.tables")

for _index in [index for table in metadata.tables.values() for index in table.indexes]:
    if "where" in _index.info:
        _index.dialect_options["postgresql"]["where"] = text(_index.info["where"])
