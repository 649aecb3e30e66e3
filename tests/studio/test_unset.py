"""A studio whose newsletter has a real provider and lacks what mail needs: all of it opens, and it says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.consent.ask import ask_pending
from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import open_newsletter
from newsletter.words.consent import Asked
from tests.running import a_folder
from tests.studio.conftest import AT_HOME, HERE, World
from tests.world import add_readers


@pytest.fixture(params=["sendgrid", "smtp"])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A name, a provider, and nothing else that is set."""
    folder = a_folder(tmp_path / "weekly")
    (folder / "newsletter.toml").write_text(f'name = "Weekly Ferries"\nprovider = "{request.param}"\n')
    (folder / "var" / "secrets.env").unlink()
    parts = open_newsletter(folder)
    add_readers(parts.engine, "weekly", range(3))
    with TestClient(
        build(parts, studio_routes(parts)), base_url=HERE, client=AT_HOME, follow_redirects=False
    ) as client:
        made = World(parts, client)
        made.enter()
        yield made
    parts.engine.dispose()


def test_every_page_opens_and_only_sending_is_refused(world: World) -> None:
    """The refusal names all that is missing, as Health, Settings and the page of sending do before it."""
    for page in ("", "/issues", "/issues/1", "/finds", "/readers", "/readers/lists", "/reports", "/schedule"):
        assert world.client.get(f"/studio{page}").status_code == 200, page
    for path, fields in (("send", {"list": "weekly", "when": "now"}), ("test", {"to": "me@example.com"})):
        answer = world.post(f"/issues/1/{path}", **fields)
        assert answer.status_code == 400, path
        assert "no postal address" in answer.text
        assert "no public address" in answer.text
    asked = {"list": "weekly", "when": "now"}
    for page in ("/settings/health", "/settings", "/issues/1/send"):
        text = world.client.get(f"/studio{page}", params=asked if page.endswith("send") else {}).text
        for missing in ("no sender", "no postal address", "no public address", "no secret key"):
            assert missing in text, (page, missing)
    assert "Nothing can be sent yet." in world.client.get("/studio/issues/1/send", params=asked | {"when": "next"}).text
    assert "5 things are missing to send" in world.client.get("/studio").text
    assert world.parts.ledger.accounts.list_issues_sent() == []


def test_readers_who_are_asked_to_confirm_wait_for_their_mail(world: World) -> None:
    """It is not handed over with links that lead nowhere, and not lost."""
    parts = world.parts
    add_readers(parts.engine, "weekly", [7], status="pending")

    asking = ask_pending(parts.consent, parts.post_office, "weekly", Asked.ADD, "on paper")

    assert (asking.posted, asking.waiting) == (0, 1)
    assert parts.consent.queue.count_unposted() == 1
