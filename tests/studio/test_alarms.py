"""What is red on the first page whatever the week is at, with the one thing to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from newsletter.folder.health_file import LastLook, keep_looks
from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import Parts, open_newsletter
from newsletter.words.verdict import failed
from tests.studio.conftest import AT_HOME, HERE, World
from tests.world import add_readers


@pytest.fixture
def real(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A newsletter with readers whose mail is real."""
    add_readers(parts.engine, "weekly", range(3))
    monkeypatch.setenv("NEWSLETTER_PROVIDER", "smtp")
    monkeypatch.setenv("NEWSLETTER_SMTP_URL", "smtp://127.0.0.1:9")
    opened = open_newsletter(parts.directory)
    with TestClient(
        build(opened, studio_routes(opened)), base_url=HERE, client=AT_HOME, follow_redirects=False
    ) as client:
        world = World(opened, client)
        world.enter()
        yield world
    opened.engine.dispose()


def test_readers_without_a_backup_are_red_until_one_is_made(real: World) -> None:
    """By one press; the file is complete, and nobody else reads it."""
    assert "There is no backup of your readers on this machine." in real.client.get("/studio").text
    assert real.post("/backup").status_code == 303
    (made,) = (real.parts.directory / "var" / "backups").iterdir()
    assert made.stat().st_mode & 0o077 == 0
    assert "no backup of your readers" not in real.client.get("/studio").text


def test_a_service_that_refuses_is_red(real: World) -> None:
    """As it was found when somebody looked last."""
    told = LastLook(
        at=real.parts.clock.now(), verdicts={"provider": (failed("Key", "It refuses our key.", "Make another."),)}
    )
    keep_looks(real.parts.directory, told)
    assert "does not take our mail: It refuses our key." in real.client.get("/studio").text


def test_in_practice_nothing_is_lost_and_nothing_is_red(world: World) -> None:
    """The first day is not a day of alarms."""
    add_readers(world.parts.engine, "weekly", range(3))
    assert 'class="alarm"' not in world.client.get("/studio").text
