"""Links of an issue that somebody has asked about: any process looks, another shows it, and neither needs the other to live."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text, update

from newsletter.compose.press import press
from newsletter.db.engine import is_sqlite, reading, writing
from newsletter.db.types import database_now
from newsletter.fetch.http import HttpFetcher
from newsletter.preflight.rules import finding
from newsletter.preflight.tables import web_look
from newsletter.preflight.web.looks_sql import WebLooks
from newsletter.wiring import Parts
from newsletter.wiring.surroundings import words_of
from newsletter.wiring.web_looks import look_at_web
from newsletter.words.mistake import Place
from tests.fetch.web_server import WebServer, web_server
from tests.schedule.world import World

RUNS = threading.Event()
FOUND = [finding("dead-link", Place("posts/ferries.md", 4, 2), "It leads nowhere.", "Correct it.")]


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A site on which nothing is."""
    with web_server({}) as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, database_url: str, web: WebServer) -> Iterator[World]:
    """A newsletter whose first issue links a page that is not there."""
    made = World(tmp_path / "weekly", url=database_url, n_readers=0)
    (post,) = (made.folder / "posts").glob("*.md")
    post.write_text(post.read_text() + f"\nSee [the ferry](http://boats.example.org:{web.port}/gone).\n")
    yield made
    made.close()


def _machine(world: World, web: WebServer) -> Parts:
    parts = world.opened()
    vars(parts)["fetcher"] = HttpFetcher(
        lookup=lambda host, port: ["127.0.0.1"], allow=lambda address: True, ports=[web.port], seconds=5
    )
    return parts


def _words(parts: Parts) -> str:
    return words_of(press(parts.shelf, parts.config.newsletter, 1))


def _time_passes(engine: Engine) -> None:
    """What was begun is not left to its process any more."""
    with writing(engine) as connection:
        connection.execute(update(web_look).values(left_until=database_now(-1)))


def test_one_machine_is_asked_another_looks_and_a_third_shows_it(world: World, web: WebServer) -> None:
    """All calls are lost in between: the row is enough."""
    words = _words(world.parts)
    world.parts.web_looks.ask(1, words)
    if not is_sqlite(world.parts.engine):
        with writing(world.parts.engine) as connection:
            assert connection.scalar(text("SELECT task_name FROM procrastinate_jobs")) == "check_links"
            connection.execute(text("TRUNCATE procrastinate_jobs CASCADE"))
    look_at_web(_machine(world, web), RUNS)
    look_at_web(_machine(world, web), RUNS)

    third = world.opened()
    shown = third.web_looks.find(1, _words(third))
    assert shown is not None and shown.found is not None and not shown.is_looking
    assert [one.place.line for one in shown.found if one.code == "dead-link"] == [_line(world)]
    assert ["/gone"] == [path for path, _ in web.asked if path == "/gone"]


def _line(world: World) -> int:
    (post,) = (world.folder / "posts").glob("*.md")
    return next(n for n, line in enumerate(post.read_text().splitlines(), 1) if "the ferry" in line)


def test_a_machine_whose_folder_has_other_words_leaves_it_to_others(world: World, web: WebServer) -> None:
    """Else the page would show for ever that it is being looked at."""
    world.parts.web_looks.ask(1, words := _words(world.parts))
    (post,) = (world.folder / "posts").glob("*.md")
    before = post.read_text()
    post.write_text(f"{before}\nAnd more.\n")
    look_at_web(_machine(world, web), RUNS)
    assert world.parts.web_looks.list_waiting() == [(1, words)]
    post.write_text(before)
    look_at_web(_machine(world, web), RUNS)
    assert world.parts.web_looks.list_waiting() == []


def test_a_process_that_is_to_end_gives_it_back(world: World, web: WebServer) -> None:
    """While a page keeps it waiting: the next process begins at once."""
    came, go = threading.Event(), threading.Event()

    def hang(_socket: object) -> None:
        came.set()
        go.wait(20)

    web.pages["/gone"] = hang
    stop, words = threading.Event(), _words(world.parts)
    world.parts.web_looks.ask(1, words)
    ends = threading.Thread(target=look_at_web, args=(_machine(world, web), stop))
    ends.start()
    assert came.wait(20)
    assert world.parts.web_looks.list_waiting() == []
    stop.set()
    ends.join(20)
    assert world.parts.web_looks.list_waiting() == [(1, words)]
    go.set()
    for thread in threading.enumerate():
        if thread.name == "web look":
            thread.join(20)


def test_of_two_processes_one_looks_and_where_it_dies_another_does(engine: Engine) -> None:
    """After three that died of it nobody tries again, and it may be asked anew."""
    looks = WebLooks(engine)
    looks.ask(1, "a")
    for _ in range(3):
        assert [looks.claim(1, "a"), looks.claim(1, "a")] == [True, False]
        looking = looks.find(1, "a")
        assert looking is not None and looking.is_looking
        _time_passes(engine)
    gave_up = looks.find(1, "a")
    assert gave_up is not None and not gave_up.is_looking and gave_up.found is None
    assert looks.list_waiting() == []
    looks.ask(1, "a")
    assert looks.list_waiting() == [(1, "a")]


def test_what_was_found_counts_for_these_words_and_until_it_is_known_anew(engine: Engine) -> None:
    """An answer about words that were changed meanwhile is let go; a second press keeps the first answer in sight."""
    looks = WebLooks(engine)
    looks.ask(1, "a")
    looks.keep(1, "a", FOUND)
    # SQLite tells whole milliseconds, and nobody presses in the one in which the answer came.
    time.sleep(0.002)
    looks.ask(1, "a")
    again = looks.find(1, "a")
    assert again is not None and again.is_looking and again.found == FOUND
    looks.ask(1, "b")
    assert looks.find(1, "a") is None
    looks.keep(1, "a", FOUND)
    other = looks.find(1, "b")
    assert other is not None and other.is_looking and other.found is None


def test_one_that_takes_long_is_left_to_its_process(engine: Engine) -> None:
    """As long as that says that it lives; what was given back it no longer holds."""
    looks = WebLooks(engine)
    looks.ask(1, "a")
    assert looks.claim(1, "a")
    _time_passes(engine)
    looks.go_on(1, "a")
    assert looks.list_waiting() == []
    looks.give_back(1, "a")
    looks.go_on(1, "a")
    assert looks.list_waiting() == [(1, "a")]


def test_pressed_twice_it_is_asked_once(engine: Engine) -> None:
    """And a process that has it in its hands keeps it."""
    looks = WebLooks(engine)
    looks.ask(1, "a")
    assert looks.claim(1, "a")
    looks.ask(1, "a")
    assert looks.list_waiting() == []


def test_what_another_version_of_the_program_kept_is_not_shown(engine: Engine) -> None:
    """It is looked at anew, instead of a page that fails."""
    looks = WebLooks(engine)
    looks.ask(1, "a")
    looks.keep(1, "a", FOUND)
    with writing(engine) as connection:
        connection.execute(update(web_look).values(found='[{"kind": "of before"}]'))
    assert looks.find(1, "a") is None
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM web_look")) == 1
