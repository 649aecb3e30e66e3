"""Newsletters with a schedule, as the schedule's own tests have them."""

from __future__ import annotations

from tests.schedule.conftest import embedded, world

__all__ = ["embedded", "world"]
