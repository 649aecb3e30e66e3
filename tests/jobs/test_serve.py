"""`serve` as a real process: asleep, killed, doubled, with clocks that jump. Never two sends, never silence."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.schedule.calendar import calendar
from newsletter.words.slot import SlotStatus, Ways, Why
from newsletter.words.times.cadence_text import parse_cadence
from tests.jobs.serving import Hands, Server, serving, until
from tests.schedule.world import READERS, SLOT, YEAR, World

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
WRONG = (SlotStatus.SKIPPED, SlotStatus.ASKING)


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    """A clock that shows two hours before the slot."""
    made = Hands(tmp_path / "offset")
    made.turn(SLOT - 2 * HOUR)
    return made


@pytest.fixture
def world(tmp_path: Path, hands: Hands) -> Iterator[World]:
    """A newsletter on SQLite whose schedule is set; its own clock is only for looking."""
    made = World(tmp_path / "weekly", now=SLOT - timedelta(days=2))
    made.set_timetable()
    yield made
    made.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where servers write what they say."""
    return tmp_path / "serve.log"


def _health(server: Server) -> str:
    return server.get("/healthz")[1] if "the schedule runs" in server.said() else ""


def _there(world: World, at: datetime = SLOT) -> bool:
    return any(slot.at == at for slot in world.slots())


@pytest.mark.parametrize(
    ("slept", "ends"),
    [
        (2 * HOUR, (SlotStatus.GONE, None)),
        (6 * HOUR, (SlotStatus.ASKING, Why.LATE)),
        pytest.param(72 * HOUR, (SlotStatus.ASKING, Why.LATE), marks=pytest.mark.walks),
    ],
)
def test_asleep_over_the_slot(
    world: World, hands: Hands, log: Path, slept: timedelta, ends: tuple[SlotStatus, Why | None]
) -> None:
    """The machine stops before nine and wakes late: up to three hours it sends, later it asks; the owner hears."""
    with serving(world.folder, hands, log) as server:
        until(lambda: _there(world))
        server.signal_all(signal.SIGSTOP)
        hands.turn(SLOT + slept)
        server.signal_all(signal.SIGCONT)
        until(lambda: world.stands() == ends and world.mails())
        assert 0 == server.stop()

    assert 1 == len(world.mails())
    assert (READERS if ends[0] is SlotStatus.GONE else []) == (world.copies(1) if ends[0] is SlotStatus.GONE else [])


def test_the_clock_set_back_an_hour_sends_nothing_twice(world: World, hands: Hands, log: Path) -> None:
    """Nine o'clock comes twice; the issue goes once."""
    with serving(world.folder, hands, log) as server:
        hands.turn(SLOT)
        until(lambda: world.went() == [1])
        hands.turn(SLOT - HOUR)
        until(lambda: hands.now() > SLOT - HOUR + timedelta(seconds=1))
        hands.turn(SLOT)
        until(lambda: hands.now() > SLOT + timedelta(seconds=1))
        server.stop()

    assert READERS == world.copies(1)
    assert 1 == len(world.mails())


def test_a_clock_far_ahead_and_put_right_loses_no_slot(world: World, hands: Hands, log: Path) -> None:
    """A clock that ran five weeks ahead made slots seem late; put right, they go at their own time."""
    with serving(world.folder, hands, log) as server:
        until(lambda: _there(world))
        hands.turn(SLOT + 5 * WEEK - 2 * HOUR)
        until(lambda: world.stands()[0] in WRONG and world.stands(SLOT + 3 * WEEK)[0] in WRONG)
        hands.turn(SLOT - HOUR)
        until(lambda: world.stands()[0] is SlotStatus.FROZEN)
        hands.turn(SLOT)
        until(lambda: world.went() == [1])
        server.stop()

    assert READERS == world.copies(1)


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        (datetime(YEAR, 10, 25, tzinfo=UTC), (0.4, 0.6, 1.4, 1.6, 2.6)),  # 02:30 comes twice: 00:30 and 01:30 UTC
        (datetime(YEAR + 1, 3, 28, tzinfo=UTC), (0.4, 0.9, 1.1, 1.6, 2.6)),  # 02:30 does not come: 03:00 is 01:00 UTC
    ],
)
def test_the_night_the_clock_changes(
    tmp_path: Path, hands: Hands, log: Path, night: datetime, hours: tuple[float, ...]
) -> None:
    """Sunday 02:30 in Berlin, in autumn and in spring: one send, at the minute that `explain` said."""
    world = World(tmp_path / "night", now=night - timedelta(days=2))
    world.set_timetable("every sunday 02:30 Europe/Berlin")
    rule = parse_cadence("every sunday 02:30 Europe/Berlin")
    at = rule.on(night.date()).at
    hands.turn(night - HOUR)
    with serving(world.folder, hands, log) as server:
        until(lambda: _there(world, at))
        for hour in hours:
            moment = night + hour * HOUR
            hands.turn(moment)
            until(lambda moment=moment: hands.now() > moment + timedelta(seconds=1))  # type: ignore[misc]
            until(lambda moment=moment: (world.went() == [1]) == (moment > at))  # type: ignore[misc]
        server.stop()

    assert READERS == world.copies(1)
    assert 1 == len(world.slots()) or world.slots()[1].at - at > timedelta(days=6)
    world.close()


@pytest.mark.parametrize(
    "after", [0.1, 0.4, 0.9, *(pytest.param(seconds, marks=pytest.mark.faults) for seconds in (0, 0.05, 0.2, 0.6, 1.2))]
)
def test_killed_in_the_second_of_the_slot(world: World, hands: Hands, log: Path, after: float) -> None:
    """kill -9 around nine o'clock sharp, then a new start: everyone has it once, and the owner hears."""
    import time

    hands.turn(SLOT - timedelta(seconds=30))
    with serving(world.folder, hands, log, NEWSLETTER_PRACTICE_DELAY="0.5") as server:
        until(lambda: world.stands()[0] is SlotStatus.FROZEN)
        hands.turn(SLOT)
        time.sleep(after)
        server.kill()
    with serving(world.folder, hands, log) as server:
        until(lambda: world.went() == [1] and world.mails())
        assert 0 == server.stop()

    assert READERS == world.copies(1)
    assert 1 == len(world.schedule.sendings.list_all())
    # A machine killed between a mail and the note of it tells twice.
    assert all(subject.startswith("Issue 1 went out") for subject in world.subjects())


def test_two_servers_on_one_sqlite_file(world: World, hands: Hands, log: Path, tmp_path: Path) -> None:
    """The second says who holds it and sends nothing; when the first is killed it takes over or was never needed."""
    with serving(world.folder, hands, log) as first:
        until(lambda: _there(world))
        with serving(world.folder, hands, tmp_path / "second.log") as second:
            until(lambda: f"process {first.process.pid} on " in second.said())
            assert "pages only: the schedule is not kept here." in second.get("/healthz")[1]
            # A schedule that a busy machine kept from its beats for a second is not well for a moment.
            until(lambda: [200, 200] == [server.get("/healthz")[0] for server in (first, second)])
            hands.turn(SLOT)
            until(lambda: world.went() == [1])
            first.stop()
            if second.process.poll() is None:
                until(lambda: "the schedule runs" in second.said())
                until(lambda: "the schedule was looked at" in second.get("/healthz")[1])
                second.stop()
    assert READERS == world.copies(1)
    assert 1 == len(world.mails())


def test_two_servers_on_postgresql(tmp_path: Path, postgres_url: str, hands: Hands, log: Path) -> None:
    """Two machines, one database: one slot, one mailing, one mail to the owner."""
    world = World(tmp_path / "weekly", url=postgres_url, now=SLOT - timedelta(days=2))
    world.schedule.timetables.save(
        "weekly", parse_cadence("every thursday 09:00 Europe/Berlin"), Ways(), now=world.clock.now()
    )
    hands.turn(SLOT - timedelta(minutes=10))
    with serving(world.folder, hands, log) as first, serving(world.folder, hands, tmp_path / "second.log") as second:
        until(lambda: all("the schedule was looked at" in _health(server) for server in (first, second)))
        assert f"share the work: `newsletter serve`, process {first.process.pid} on " in second.said()
        hands.turn(SLOT)
        until(lambda: world.went() == [1] and world.mails())
        first.stop()
        second.stop()

    assert READERS == world.copies(1)
    assert 1 == len(world.schedule.sendings.list_all())
    assert 1 == len(world.mails())
    world.close()


def test_the_zone_changed_with_an_issue_frozen(world: World, hands: Hands, log: Path) -> None:
    """At half past eight in Berlin the schedule moves to New York: it goes at nine there, once."""
    new_york = SLOT + 6 * HOUR
    with serving(world.folder, hands, log) as server:
        hands.turn(SLOT - HOUR / 2)
        until(lambda: world.stands()[0] is SlotStatus.FROZEN)
        world.clock.turn(SLOT - HOUR / 2)
        world.set_timetable("every thursday 09:00 America/New_York")
        until(lambda: _there(world, new_york))
        hands.turn(SLOT + HOUR)
        until(lambda: hands.now() > SLOT + HOUR + timedelta(seconds=1))
        assert [] == world.went()
        hands.turn(new_york)
        until(lambda: world.went() == [1])
        server.stop()

    assert READERS == world.copies(1)
    assert 1 == len(world.mails())


def test_the_zone_changed_after_it_went(world: World, hands: Hands, log: Path) -> None:
    """Nine in Berlin has gone; nine in New York on the same day is the same slot."""
    with serving(world.folder, hands, log) as server:
        hands.turn(SLOT)
        until(lambda: world.went() == [1])
        world.issue(2)
        world.clock.turn(SLOT + HOUR)
        world.set_timetable("every thursday 09:00 America/New_York")
        hands.turn(SLOT + 6 * HOUR)
        until(lambda: hands.now() > SLOT + 6 * HOUR + timedelta(seconds=2))
        server.stop()

    assert [1] == world.went()
    assert 1 == len(world.mails())


def test_a_zone_in_which_nine_has_passed_asks(world: World, hands: Hands, log: Path) -> None:
    """From Berlin to Kathmandu at eight: nine there was hours ago. Neither silence nor a surprise: the owner is asked."""
    with serving(world.folder, hands, log) as server:
        until(lambda: _there(world))
        world.clock.turn(SLOT - HOUR)
        hands.turn(SLOT - HOUR)
        world.set_timetable("every thursday 09:00 Asia/Kathmandu")
        until(lambda: any(slot.why is Why.MOVED for slot in world.slots()) and world.mails())
        server.stop()

    assert [] == world.went()


def test_tick_does_by_itself_what_serve_does(world: World, hands: Hands, log: Path) -> None:
    """cron alone: one call at nine sends and tells."""
    hands.turn(SLOT + timedelta(minutes=3))
    server = Server(world.folder, hands, log, ("tick",))
    assert 0 == server.process.wait()

    assert "1 sending was due." in server.said()
    assert READERS == world.copies(1)
    assert 1 == len(world.mails())
    world.clock.turn(SLOT + timedelta(minutes=4))
    lines = calendar(world.desk, since=SLOT - timedelta(days=1), n_ahead=1)
    assert "went out, begun Thu 3 Dec 09:03" == lines[0].words
