"""Several machines on one database: whether they see one folder, and that they begin again together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.jobs.driver import DriverKind
from newsletter.jobs.drivers_sql import Drivers
from newsletter.wiring.driver import signs_of_life
from newsletter.wiring.soundness.here import look_here
from newsletter.words.verdict import State
from tests.schedule.world import World


@pytest.fixture
def here(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    """A machine with its folder."""
    made = World(tmp_path / "here", url=postgres_url, n_readers=0)
    yield made
    made.close()


@pytest.fixture
def there(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    """A machine on the same database, with another folder."""
    made = World(tmp_path / "there", url=postgres_url, n_readers=0)
    yield made
    made.close()


def _said(world: World) -> list[tuple[State, str]]:
    return [(one.state, one.message) for one in look_here(world.parts) if one.about == "Folder"]


def test_a_serve_in_another_folder_is_named(here: World, there: World) -> None:
    """Two in one folder are well. A worker that only sends needs none, and one that ended is not missed."""
    assert _said(here) == []
    with signs_of_life(here.opened(), DriverKind.SERVE), signs_of_life(here.opened(), DriverKind.SERVE):
        with signs_of_life(there.opened(), DriverKind.WORKER):
            assert [state for state, _ in _said(here)] == [State.PASS]
            assert [state for state, _ in _said(there)] == [State.WARN, State.WARN]
        with signs_of_life(there.opened(), DriverKind.SERVE):
            ((state, words),) = _said(here)
            assert state is State.WARN and "works in another folder" in words
    assert list((here.folder / "var" / "machines").iterdir()) == []


def test_a_copy_of_the_folder_is_another_one(here: World, there: World) -> None:
    """The marks that were copied with it grow old."""
    with signs_of_life(there.opened(), DriverKind.SERVE):
        (mark,) = (there.folder / "var" / "machines").iterdir()
        room = here.folder / "var" / "machines"
        room.mkdir()
        (room / mark.name).write_text((here.clock.now() - timedelta(minutes=20)).isoformat())
        assert [state for state, _ in _said(here)] == [State.WARN]
        (room / mark.name).write_text("no time at all")
        assert [state for state, _ in _said(here)] == [State.WARN]


def test_on_an_sqlite_file_there_is_one_machine(tmp_path: Path) -> None:
    """Nothing is marked, and nothing said."""
    alone = World(tmp_path / "alone", n_readers=0)
    with signs_of_life(alone.opened(), DriverKind.SERVE):
        assert _said(alone) == []
        assert not (alone.folder / "var" / "machines").exists()
    alone.close()


def test_all_that_have_pages_begin_again_and_then_not_once_more(engine: Engine) -> None:
    """A worker has nobody who would start it again. The process that comes in its place has another name."""
    drivers = Drivers(engine)

    def beat(name: str, kind: DriverKind) -> bool:
        return drivers.beat(name, kind, name, every_seconds=15)

    started = {"a": DriverKind.SERVE, "b": DriverKind.STUDIO, "w": DriverKind.WORKER}
    assert [beat(name, kind) for name, kind in started.items()] == [False, False, False]
    drivers.ask_to_begin_again()
    assert [beat(name, kind) for name, kind in started.items()] == [True, True, False]
    drivers.end("a")
    assert not beat("c", DriverKind.SERVE)
