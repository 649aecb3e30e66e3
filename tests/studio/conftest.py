"""A newsletter whose studio is served in this process, and somebody at the machine who may do everything."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import Parts, open_newsletter
from tests.running import a_folder
from tests.studio.alternating import Alternating

HERE = "http://127.0.0.1:8025"
# Where requests come from that are made on the machine itself.
AT_HOME = ("127.0.0.1", 50_000)


def _app(parts: Parts) -> ASGIApp:
    """With TEST_TWO_SERVES=1 two processes answer by turns: the same tests show what one of them only remembers."""
    return Alternating(parts) if os.environ.get("TEST_TWO_SERVES") else build(parts, studio_routes(parts))


class World:
    """One newsletter, its studio, and the browser of whoever sits at the machine."""

    def __init__(self, parts: Parts, client: TestClient) -> None:
        self.parts = parts
        self.client = client

    def enter(self) -> None:
        answer = self.client.get("/studio", params={"token": self.parts.machine_token})
        assert answer.status_code == 303, answer.text

    def csrf(self) -> str:
        """What the forms of this session carry."""
        found = re.search('<meta name="csrf" content="([0-9a-f]+)">', self.client.get("/studio").text)
        assert found
        return found[1]

    def post(self, path: str, **fields: str) -> Response:
        """Send a form of the studio, as its own page would."""
        return self.client.post(f"/studio{path}", data={"csrf": self.csrf(), **fields})

    def until(self, status: str, issue: int = 1) -> None:
        """Wait until the newest sending of an issue has this status."""
        until = time.monotonic() + 30
        while self.statuses(issue)[-1:] != [status]:
            assert time.monotonic() < until, self.statuses(issue)
            time.sleep(0.1)

    def statuses(self, issue: int = 1) -> list[str]:
        """The status of each sending of an issue."""
        found = self.client.get(f"/studio/issues/{issue}/progress").json()["mailings"]
        return [str(mailing["status"]) for mailing in found]

    def post_json(self, path: str, data: object) -> Response:
        """Send what a script of the studio would."""
        return self.client.post(f"/studio{path}", json=data, headers={"X-CSRF-Token": self.csrf()})


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """A newsletter with the list "weekly", on SQLite."""
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    parts.consent.membership.add_list("weekly")
    yield parts
    parts.engine.dispose()


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Somebody who came in, at one newsletter for all tests of a module that change nothing there."""
    parts = open_newsletter(a_folder(tmp_path_factory.mktemp("shared") / "weekly"))
    parts.consent.membership.add_list("weekly")
    with TestClient(_app(parts), base_url=HERE, client=AT_HOME, follow_redirects=False) as client:
        world = World(parts, client)
        world.enter()
        yield world
    parts.engine.dispose()


@pytest.fixture
def outside(inside: World) -> World:
    """Somebody who has not come in, before the same newsletter."""
    client = TestClient(inside.client.app, base_url=HERE, client=AT_HOME, follow_redirects=False)
    return World(inside.parts, client)


@pytest.fixture
def stranger(parts: Parts) -> Iterator[World]:
    """Somebody who has not come in."""
    with TestClient(_app(parts), base_url=HERE, client=AT_HOME, follow_redirects=False) as client:
        yield World(parts, client)


@pytest.fixture
def world(stranger: World) -> World:
    """Somebody who came in by the token of the machine."""
    stranger.enter()
    return stranger
