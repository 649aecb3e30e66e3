"""All tables at once: what migrations make, and what databases are compared with."""

from __future__ import annotations

import importlib

from newsletter.db.metadata import metadata

__all__ = ["metadata"]

_ROOMS = (
    "db",
    "preflight",
    "archive",
    "notices",
    "readers",
    "segments",
    "ledger",
    "consent",
    "imports",
    "move_in",
    "feedback",
    "schedule",
    "jobs",
    "collect",
    "access",
    "review",
    "farewell",
    "connect",
)
for _room in _ROOMS:
    importlib.import_module(f"newsletter.{_room}.tables")
