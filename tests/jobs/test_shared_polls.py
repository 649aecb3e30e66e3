"""Feeds that several machines might ask: each is asked once a round."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from newsletter.collect.feeds.poll import poll_due
from newsletter.db.engine import connect, writing
from newsletter.jobs.workers import Duty, work_until
from newsletter.ports.work import Task
from newsletter.words.feed import Feed
from tests.collect.desks import a_desk
from tests.collect.test_feeds import rss
from tests.fetch.web_server import Page, WebServer, web_server

FEEDS = 4


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A site with four feeds."""
    with web_server({f"/{number}": Page(rss(1, 2)) for number in range(FEEDS)}) as running:
        yield running


@pytest.fixture
def engines(postgres_url: str) -> Iterator[list[Engine]]:
    """Five machines on one database."""
    made = [connect(postgres_url) for _ in range(5)]
    yield made
    for engine in made:
        engine.dispose()


def test_a_feed_is_asked_once_a_round_by_five_workers(engines: list[Engine], server: WebServer, tmp_path: Path) -> None:
    """Each machine looks every second, and has the same file of feeds; every feed hears from one of them."""
    desks = [a_desk(engine, tmp_path, ports=[server.port]) for engine in engines]
    desks[0].book.add_feeds([Feed(url=server.url(f"/{number}")) for number in range(FEEDS)])
    stop, looked = threading.Event(), [0] * len(desks)

    def work(number: int) -> None:
        def look() -> None:
            looked[number] += 1
            poll_due(desks[number])

        work_until(stop, engines[number], [Duty(task=Task.COLLECT, do=look, every_seconds=1)])

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(len(desks))]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 30
    while time.monotonic() < end and (sum(looked) < 3 or len(server.asked) < FEEDS):
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join(30)

    assert sorted(path for path, _ in server.asked) == [f"/{number}" for number in range(FEEDS)]
    assert desks[0].finds.count() > 0


def test_five_that_ask_at_the_same_moment_ask_each_feed_once(
    engines: list[Engine], server: WebServer, tmp_path: Path
) -> None:
    """As jobs that ran twice would: three rounds, each begun by all of them together as soon as the feeds are due again."""
    desks = [a_desk(engine, tmp_path, ports=[server.port]) for engine in engines]
    desks[0].book.add_feeds([Feed(url=server.url(f"/{number}")) for number in range(FEEDS)])
    together = threading.Barrier(len(desks))
    polled: list[str] = []

    def ask(number: int) -> None:
        together.wait(30)
        polled.extend(one.feed.url for one in poll_due(desks[number]))

    for _round in range(3):
        threads = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(len(desks))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        with writing(engines[0]) as connection:
            connection.execute(text("UPDATE feed_state SET next_at = now() - interval '1 second'"))

    assert sorted(path for path, _ in server.asked) == sorted([f"/{number}" for number in range(FEEDS)] * 3)
    assert sorted(polled) == sorted([server.url(f"/{number}") for number in range(FEEDS)] * 3)
