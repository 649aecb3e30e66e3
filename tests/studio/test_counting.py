"""Very many readers: no page waits for what is slow to count, none says a wrong number, and what is counted comes by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import insert
from starlette.testclient import TestClient

from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.readers.tables import subscriber
from newsletter.web.app import build
from newsletter.web.studio.routes import routes_of
from newsletter.web.studio.studio import Studio
from newsletter.wiring import Parts
from tests.running import a_folder
from tests.studio.conftest import AT_HOME, HERE, World
from tests.studio.serving import browser, signed_in, studio
from tests.world import add_readers

_MANY = 1_000_000


class Busy:
    """A studio of very many readers that counts nothing until it is let."""

    def __init__(self, parts: Parts) -> None:
        add_readers(parts.engine, "weekly", range(7))
        with writing(parts.engine) as connection:
            # Whether there are many is seen from the highest number.
            last = {"id": _MANY, "email": "last@example.com", "email_key": "last@example.com", "fields": {}}
            now = {"created_at": database_now(), "updated_at": database_now()}
            connection.execute(insert(subscriber).values(**last, **now))
        self.studio = Studio(parts, threading.Event())
        self._may_count = threading.Event()

    def hold(self) -> None:
        """Both that count have something else to do."""
        for number in range(2):
            self.studio.cache.ask(("busy", number), lambda: self._may_count.wait(60))

    def let(self) -> None:
        self._may_count.set()


@pytest.fixture
def busy(parts: Parts) -> Iterator[Busy]:
    held = Busy(parts)
    yield held
    held.let()


@pytest.fixture
def many(busy: Busy, parts: Parts) -> Iterator[World]:
    with TestClient(
        build(parts, routes_of(busy.studio)), base_url=HERE, client=AT_HOME, follow_redirects=False
    ) as client:
        world = World(parts, client)
        world.enter()
        yield world


def _counted(world: World, path: str) -> str:
    """The page as soon as nothing in it is being counted any more."""
    until = time.monotonic() + 30
    while "data-counting" in (page := world.client.get(path).text):
        assert time.monotonic() < until, "it was never counted"
    return page


def test_the_first_page_and_the_report_come_before_they_are_counted(many: World, busy: Busy) -> None:
    """What the batches know stands there at once, the rest says that it is being counted."""
    many.post("/issues/1/send", list="weekly", when="now")
    many.until("finished")
    busy.hold()
    report, home = (many.client.get(f"/studio{path}").text for path in ("/reports/1", ""))

    assert "Planned for 7 readers." in report
    assert "What was heard is being counted." in report
    assert "<dt>Handed over</dt><dd>7</dd>" in home
    assert "data-counting" in home
    assert all("7 handed over" in many.client.get(f"/studio/{path}").text for path in ("issues", "reports"))
    busy.let()
    assert "What was heard</h2>" in _counted(many, "/studio/reports/1")
    assert 'aria-label="Readers of weekly over 12 weeks' in _counted(many, "/studio")


def test_nothing_can_be_sent_before_it_is_known_to_whom(many: World, busy: Busy) -> None:
    """The last look has its button when it has its number, and that is never one from before."""
    busy.hold()
    look = "/studio/issues/1/send?list=weekly&when=now"
    page = many.client.get(look).text
    assert "Whom it would reach is being counted." in page
    assert "Send it now" not in page
    busy.let()
    page = _counted(many, look)
    assert '<b class="num">7</b> readers' in page
    assert "Send it now" in page
    many.post("/issues/1/send", list="weekly", when="now")
    many.until("finished")
    assert "7 who have this issue already" in _counted(many, look)


def test_who_has_which_words_is_counted_behind_the_page(many: World, busy: Busy) -> None:
    """The page of a correction looks at each copy of the issue, which takes seconds for a million."""
    many.post("/issues/1/send", list="weekly", when="now")
    many.until("finished")
    path = many.parts.directory / "issues" / "001.md"
    path.write_text(path.read_text().replace("this week is about ice", "this week is about fog"))
    many.post("/issues/1/correct", act="correct", note="It is about fog.")
    busy.hold()
    page = many.client.get("/studio/issues/1/correct").text
    assert "7 have it" in page and "got the first version" not in page
    busy.let()
    assert "7 got the first version." in _counted(many, "/studio/issues/1/correct")


def test_what_was_counted_comes_into_its_place_by_itself(tmp_path: Path) -> None:
    """Words typed elsewhere on the page stay, and so does the focus."""

    begun = []

    def unfinished(route: Route) -> None:
        response = route.fetch()
        text = response.text().replace('id="lead">', 'id="lead" data-counting>Being counted. ')
        script = '<script type="module" src="/studio/assets/counting.js"></script></head>'
        begun.append("Being counted" in text)
        route.fulfill(response=response, body=text.replace("</head>", script))

    with studio(a_folder(tmp_path / "weekly")) as serving, browser() as chromium:
        page = signed_in(chromium, serving)
        page.route(serving.home, unfinished, times=1)
        page.goto(serving.home)
        page.get_by_role("link", name="Preview").focus()
        expect(page.locator("#lead[data-counting]")).to_have_count(0)
        expect(page.locator("#lead")).not_to_contain_text("Being counted")
        expect(page.get_by_role("link", name="Preview")).to_be_focused()
    assert begun == [True]
