"""What can be measured of a newsletter at work: counts and times, and nobody's address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One look. `issues` are those under way and the newest one. `last_tick_at` is None where nothing ticked yet.

    `mailings` counts the unfinished by status, `due_parcels` those that could be handed over now, `waiting_mails` the
    mails to owners and readers that were not taken yet.
    """

    issues: Sequence[int]
    mailings: Mapping[str, int]
    due_parcels: int
    waiting_mails: Mapping[str, int]
    last_tick_at: datetime | None
