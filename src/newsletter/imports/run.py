"""An import that was begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """An import that was begun. `finished_at` is None where it was interrupted, or is under way."""

    number: int
    list_name: str
    files: Sequence[str]
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
