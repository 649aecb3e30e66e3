"""Signs of life: who does by themselves what is due, and what that means for what waits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.jobs.driver import Driver, DriverKind, outlook
from newsletter.jobs.drivers_sql import Drivers
from newsletter.jobs.tables import driver
from newsletter.words.slot import SlotStatus
from tests.schedule.world import SLOT, World


def _passed(engine: Engine, seconds: float) -> None:
    """So much time passes since every sign of life."""
    with writing(engine) as connection:
        connection.execute(update(driver).values(beat_at=database_now(-seconds)))


def _alive(engine: Engine) -> list[DriverKind]:
    return [one.kind for one in Drivers(engine).list_drivers() if one.is_alive]


@pytest.mark.parametrize("kind", [DriverKind.SERVE, DriverKind.STUDIO, DriverKind.WORKER])
def test_a_process_is_there_until_it_says_that_it_ended_or_is_silent(engine: Engine, kind: DriverKind) -> None:
    """A beat or two may be missed; a killed one is not believed for ever, and its row does not stay."""
    drivers = Drivers(engine)
    assert _alive(engine) == []
    drivers.beat("one", kind, "process 1", every_seconds=15)
    drivers.beat("one", kind, "process 1", every_seconds=15)
    _passed(engine, 50)
    assert _alive(engine) == [kind]
    _passed(engine, 200)
    assert _alive(engine) == []
    drivers.beat("one", kind, "process 1", every_seconds=15)
    drivers.end("one")
    assert list(drivers.list_drivers()) == []
    drivers.beat("two", kind, "process 2", every_seconds=15)
    _passed(engine, 90_000)
    drivers.beat("three", kind, "process 3", every_seconds=15)
    assert [one.about for one in drivers.list_drivers()] == ["process 3"]


def test_cron_is_believed_from_its_second_call_on(engine: Engine) -> None:
    """One call may have been typed; two within five minutes come again, until one is missed. Two in a day were typed."""
    drivers = Drivers(engine)
    drivers.call()
    assert _alive(engine) == []
    _passed(engine, 300)
    drivers.call()
    _passed(engine, 290)
    assert _alive(engine) == [DriverKind.TICK]
    assert "called about every 5 min" in str(drivers.list_drivers()[0])
    _passed(engine, 400)
    assert _alive(engine) == []
    _passed(engine, 40_000)
    drivers.call()
    assert _alive(engine) == []


def _one(kind: DriverKind, seconds: float = 1) -> Driver:
    return Driver(kind=kind, about="process 1", beat_seconds=seconds, every_seconds=15)


@pytest.mark.parametrize(
    ("kinds", "of_slot", "is_driven", "words"),
    [
        ([], False, False, "Nothing is running that would send it. Keep the studio open"),
        ([DriverKind.STUDIO], False, True, "while the studio is open"),
        ([DriverKind.STUDIO, DriverKind.SERVE], True, True, "`newsletter serve` is running"),
        ([DriverKind.TICK], True, True, "`newsletter tick` is called"),
        ([DriverKind.WORKER], False, True, "`newsletter worker` is running"),
        ([DriverKind.WORKER], True, False, "keeps no schedule"),
    ],
)
def test_what_becomes_of_it_is_said(kinds: list[DriverKind], of_slot: bool, is_driven: bool, words: str) -> None:
    """A worker carries out what was set to a time, and no slot."""
    found = outlook([_one(kind) for kind in kinds], of_slot=of_slot)

    assert found.is_driven is is_driven
    assert words in found.words
    assert not outlook([_one(kind, seconds=900) for kind in kinds], of_slot=of_slot).is_driven


def test_on_a_copy_the_schedule_decides_nothing(tmp_path: Path) -> None:
    """No slot is frozen, skipped or asked about, nobody is told; once it is the live one the slot goes."""
    world = World(tmp_path / "weekly")
    world.set_timetable()
    world.tick(SLOT - timedelta(hours=2))
    world.move_database()

    held = world.parts.live.find_hold()
    assert held is not None
    assert "is a copy" in held.message
    world.tick(SLOT)
    assert [slot.status for slot in world.slots()] == [SlotStatus.WAITING]
    assert world.mails() == []

    world.parts.live.declare()
    assert world.parts.live.find_hold() is None
    world.beat()
    assert world.went() == [1]
    world.close()
