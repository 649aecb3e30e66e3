"""Whether serve is well is looked at, not assumed; and what can be counted, without anybody's name."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text, update
from starlette.testclient import TestClient

from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.jobs.pulse import Pulse
from newsletter.schedule.tables import last_tick
from newsletter.web.app import build
from newsletter.web.health import Database, DatabaseSeen
from tests.jobs.serving import until
from tests.schedule.relay import relayed
from tests.schedule.world import SLOT, World

HERE = "http://127.0.0.1:8025"


class Seconds:
    """A monotonic clock that is turned."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """A newsletter with a schedule, on each kind of database."""
    made = World(tmp_path / "weekly", url=database_url)
    made.set_timetable()
    yield made
    made.close()


def _client(world: World, pulse: Pulse, **how: object) -> TestClient:
    return TestClient(build(world.parts, pulse=pulse), base_url=HERE, client=("127.0.0.1", 50_000), **how)  # type: ignore[arg-type]


def test_a_schedule_that_is_silent_for_four_beats_is_not_well(world: World) -> None:
    """It lives while it looks. Looking in vain it is silent after a minute, and stuck when it does not even try."""
    seconds = Seconds()
    pulse = Pulse(seconds)
    client = _client(world, pulse)
    pulse.begin()
    pulse.looked()
    seconds.now += 59
    assert (200, "ok\nthe database answers\nthe schedule was looked at 59 s ago\n") == _get(client, "/healthz")

    seconds.now += 1
    assert 503 == _get(client, "/healthz")[0]
    assert "the schedule is silent: it was last looked at 60 s ago" in _get(client, "/healthz")[1]
    assert 200 == _get(client, "/healthz/live")[0] == _get(client, "/healthz/ready")[0]
    seconds.now += 290
    pulse.tried()
    assert (503, 200) == (_get(client, "/healthz")[0], _get(client, "/healthz/live")[0])
    seconds.now += 300
    assert 503 == _get(client, "/healthz/live")[0]
    pulse.looked()
    assert 200 == _get(client, "/healthz")[0]


def test_a_schedule_that_another_process_holds_and_does_not_look_at_is_not_well(world: World) -> None:
    """Our own looks find the lock taken: only the database knows that nobody has looked."""
    seconds = Seconds()
    pulse = Pulse(seconds)
    client = _client(world, pulse)
    pulse.begin()
    world.tick()
    with writing(world.parts.engine) as connection:
        connection.execute(update(last_tick).values(ticked_at=database_now(-90)))
    seconds.now += 30
    pulse.looked()
    # It has begun half a minute ago: what was before, a stopped machine perhaps, is not its fault.
    assert 200 == _get(client, "/healthz")[0]

    seconds.now += 30
    pulse.looked()

    assert (503, True) == (_get(client, "/healthz")[0], "held by another process" in _get(client, "/healthz")[1])
    world.tick()
    assert 200 == _get(client, "/healthz")[0]


def test_pages_only_is_well_and_says_so(world: World) -> None:
    """It keeps no schedule, and tells when somebody else last looked."""
    client = _client(world, Pulse())
    assert "pages only: the schedule is not kept here.\n" in _get(client, "/healthz")[1]
    world.tick()

    assert 200 == _get(client, "/healthz")[0]
    assert re.search(r"It was looked at \d+ s ago\.", _get(client, "/healthz")[1])


def test_with_tables_of_another_program_it_answers_and_is_not_well(world: World) -> None:
    """Another machine may have upgraded the database under this one: whoever watches hears it, and what to run."""
    client = _client(world, Pulse())
    with writing(world.parts.engine) as connection:
        connection.execute(text("ALTER TABLE departure DROP COLUMN undone_at"))

    code, told = _get(client, "/healthz")

    assert (503, 503) == (code, _get(client, "/healthz/ready")[0])
    assert "its tables are not this program's: newsletter doctor says more" in told


def test_without_its_database_it_is_neither_well_nor_ready_but_lives(world: World) -> None:
    """A new start does not bring the database back."""
    client = _client(world, Pulse())
    with writing(world.parts.engine) as connection:
        connection.execute(text("ALTER TABLE mailing RENAME TO away"))

    assert (503, "not well\nthe database does not answer\n") == _get(client, "/healthz/ready")
    assert (503, 200) == (_get(client, "/healthz")[0], _get(client, "/healthz/live")[0])


def test_a_database_that_hangs_is_away_and_is_asked_once() -> None:
    """Whoever watches gets an answer in time, and does not pile up questions."""
    import asyncio

    n_asked = 0
    answer = threading.Event()

    def hang() -> DatabaseSeen:
        nonlocal n_asked
        n_asked += 1
        answer.wait(10)
        return DatabaseSeen(answers=True)

    async def watch() -> list[DatabaseSeen]:
        database = Database(hang, patience_seconds=1)
        found = await asyncio.gather(*(database.look() for _ in range(5)))
        answer.set()
        return [*found, await database.look()]

    found = asyncio.run(watch())

    assert [False] * 5 + [True] == [seen.answers for seen in found]
    assert n_asked <= 2


def test_metrics_count_what_is_under_way(world: World) -> None:
    """Readers by state, batches that are due, mails that wait, the last tick; nobody's address."""
    client = _client(world, Pulse())
    world.beat(SLOT)
    world.parts.consent.membership.add_list("friends")
    with writing(world.parts.engine) as connection:
        connection.execute(text("UPDATE notice SET handed_over_at = NULL"))
    text_of = _get(client, "/metrics")[1]
    numbers = dict(line.rsplit(" ", 1) for line in text_of.splitlines() if not line.startswith("#"))

    assert "3.0" == numbers['newsletter_readers{handover="accepted",issue="1"}']
    assert "0.0" == numbers['newsletter_readers{handover="uncertain",issue="1"}']
    assert "0.0" == numbers['newsletter_unconfirmed_share{issue="1"}']
    assert ("0.0", "1.0", "0.0") == (
        numbers["newsletter_due_batches"],
        numbers['newsletter_waiting_mails{to="owner"}'],
        numbers['newsletter_sendings{status="paused"}'],
    )
    assert abs(time.time() - float(numbers["newsletter_last_tick_timestamp_seconds"])) < 60
    assert "1.0" == numbers["newsletter_schedule_alive"]
    assert "@" not in text_of


def test_metrics_are_for_this_machine_or_for_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From elsewhere, or through a proxy, they are not there; with a token set, only with it."""
    world = World(tmp_path / "weekly")
    local = _client(world, Pulse())
    assert 200 == local.get("/metrics").status_code
    for headers in ({"X-Forwarded-For": "192.0.2.7"}, {"Via": "1.1 proxy"}, {"Host": "ferries.example.com"}):
        assert 404 == local.get("/metrics", headers=headers).status_code
    away = TestClient(build(world.parts), base_url=HERE, client=("192.0.2.7", 50_000))
    assert 404 == away.get("/metrics").status_code

    monkeypatch.setenv("NEWSLETTER_METRICS_TOKEN", "made-up-token")
    asked = TestClient(build(world.opened()), base_url="https://ferries.example.com", client=("192.0.2.7", 50_000))
    assert 404 == asked.get("/metrics").status_code
    assert 404 == asked.get("/metrics", headers={"Authorization": "Bearer other"}).status_code
    assert 200 == asked.get("/metrics", headers={"Authorization": "Bearer made-up-token"}).status_code
    world.close()


def test_a_postgresql_server_that_hangs_or_is_gone_is_told_in_time(tmp_path: Path, postgres_url: str) -> None:
    """503 within seconds while it does not answer, 200 when it does again, 503 when it is gone."""
    with relayed(postgres_url) as relay:
        world = World(tmp_path / "weekly", url=relay.url)
        client = _client(world, Pulse())
        assert 200 == _get(client, "/healthz")[0]
        relay.hang()
        assert (503, "not well\nthe database does not answer\n") == _get(client, "/healthz/ready")
        assert 200 == _get(client, "/healthz/live")[0]
        relay.flow()
        until(lambda: _get(client, "/healthz")[0] == 200)
        relay.cut()
        assert 503 == _get(client, "/healthz")[0]
        world.close()


def _get(client: TestClient, path: str) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.text
