"""Finds as they are stored, and the keys that may do nothing but add some."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPost:
    """A post's file that was written for a find: its name, and the digest of its text."""

    slug: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectKey:
    """A key that may only collect; the key itself is shown once and never kept."""

    name: str
    created_at: datetime
    used_at: datetime | None
