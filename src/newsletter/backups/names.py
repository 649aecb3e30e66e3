"""What backups are called, and which of them are old enough to go."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

HERE, AWAY, SEALED = ".db", ".tar", ".tar.sealed"
# Those of a timer of an earlier version had the day alone.
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:-\d{6})?(?:\.db|\.tar|\.tar\.sealed)")


def name_at(local: datetime) -> str:
    """Without an ending. `local` is in the newsletter's zone."""
    return f"{local:%Y-%m-%d-%H%M%S}"


def day_of(name: str) -> date | None:
    """The day that a backup is of; None for what somebody made and named by hand."""
    found = _NAME.fullmatch(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def old_ones(names: Iterable[str], *, today: date, days: int) -> list[str]:
    """Those to delete: older than so many days, never the newest, and none that was named by hand."""
    dated = sorted((day, name) for name in names if (day := day_of(name)))
    return [name for day, name in dated[:-1] if today - day > timedelta(days=days)]
