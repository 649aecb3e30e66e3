"""Sendings set to a time by hand, and the sign of life: told and held like slots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from newsletter.compose.press import press
from newsletter.jobs.rounds import Rounds
from newsletter.ledger.plan import plan
from newsletter.words.ledger import MailingStatus
from tests.jobs.serving import until
from tests.schedule.world import READERS, World

HOUR = timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A newsletter whose clock shows the present, because the ledger's own can't be turned."""
    made = World(tmp_path / "weekly", now=datetime.now(UTC))
    yield made
    made.close()


def _set_to(world: World, at: datetime) -> int:
    edition = press(world.parts.shelf, world.parts.config.newsletter, 1).rendered.edition
    mailing, _ = plan(world.parts.ledger, world.clock, edition, list_name="weekly", parcel_size=10, start_at=at)
    return mailing.id


def test_a_time_missed_by_hours_is_held_and_asked(world: World) -> None:
    """Nothing can start it before it is held; another time makes it wait again; told once."""
    mailing = _set_to(world, world.clock.now() + timedelta(hours=1))
    world.beat(world.clock.now() + 5 * HOUR)
    world.beat()
    assert MailingStatus.PAUSED is world.parts.ledger.mailings.get(mailing).status
    assert ["Issue 1 did not go, because it was too late"] == world.subjects()
    assert "It was overdue by 4 h when this machine came back." in world.text_of(0)

    assert world.schedule.sendings.move_start(mailing, world.clock.now() + HOUR)
    assert MailingStatus.SCHEDULED is world.parts.ledger.mailings.get(mailing).status


def test_what_was_set_to_a_time_is_told_when_it_went(world: World) -> None:
    """One mail with the counts, however often it ticks."""
    mailing = _set_to(world, world.clock.now() + HOUR)
    world.beat(world.clock.now() + HOUR)
    world.beat()

    assert READERS == world.copies(1)
    assert MailingStatus.FINISHED is world.parts.ledger.mailings.get(mailing).status
    (subject,) = world.subjects()
    assert re.fullmatch(r"Issue 1 went out \d\d:\d\d-\d\d:\d\d: 3 handed over, 0 skipped, 0 unknown", subject)


def test_one_that_has_begun_can_not_be_moved(world: World) -> None:
    """Another time is for what has not begun; paused in the middle it goes on where it was."""
    mailing = _set_to(world, world.clock.now() + HOUR)
    assert 1 == world.parts.ledger.control.start_due(world.clock.now() + HOUR)

    assert not world.schedule.sendings.move_start(mailing, datetime.now(UTC) + HOUR)


def test_the_heartbeat_comes_every_five_minutes_and_only_after_good_ticks(world: World) -> None:
    """A service elsewhere hears the first beat at once, then one in five minutes."""
    heard: list[str] = []

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = HTTPServer(("127.0.0.1", 0), Service)
    Thread(target=server.serve_forever, daemon=True).start()
    world.set_timetable(heartbeat_url=f"http://127.0.0.1:{server.server_port}/alive")
    rounds = Rounds(world.desk, world.parts.drain(Event()), lambda: None)
    start = world.clock.now()
    for minute in range(11):
        world.clock.turn(start + timedelta(minutes=minute))
        rounds.schedule_beat()

    until(lambda: len(heard) == 3)
    assert ["/alive"] * 3 == heard
    assert rounds.is_alive
    server.shutdown()
    server.server_close()
