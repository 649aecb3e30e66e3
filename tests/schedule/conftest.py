"""Newsletters with a schedule, for every test of the schedule that brings no world of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.schedule.world import World


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """A newsletter on each kind of database."""
    made = World(tmp_path / "weekly", url=database_url)
    yield made
    made.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[World]:
    """A newsletter on SQLite: for rules that the database has no part in."""
    made = World(tmp_path / "weekly")
    yield made
    made.close()
