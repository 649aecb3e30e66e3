"""The last look, and what happens at the press: many real readers get a minute's grace, and are counted by hand where nobody tested."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from newsletter.compose.press import press
from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import Parts, open_newsletter
from newsletter.words.ledger import MailingStatus
from tests.studio.conftest import AT_HOME, HERE, World
from tests.world import add_readers

MANY = 501


@pytest.fixture
def real(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A newsletter whose mail is real, through a mail server that is not there."""
    add_readers(parts.engine, "weekly", range(MANY))
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


def _look(world: World, **asked: str) -> str:
    return world.client.get("/studio/issues/1/send", params={"list": "weekly", "when": "now", **asked}).text


def _send(world: World, **more: str) -> str:
    """Press the button of the last look; what the page then says."""
    page = _look(world)
    fields = dict(re.findall(r'name="(words|list|segment|when|at|first|goes)" value="([^"]*)"', page))
    answer = world.post("/issues/1/send", **{**fields, **more})
    return world.client.get(answer.headers["location"].partition("#")[0]).text


def _test(world: World) -> None:
    edition = press(world.parts.shelf, world.parts.config.newsletter, 1).rendered.edition
    world.parts.ledger.trials.begin(edition, n_addresses=1, by="Ana")


def test_many_real_readers_wait_a_minute_with_a_stop(real: World) -> None:
    """A planned time that can be cancelled; stopped, nobody has it."""
    _test(real)
    assert "It waits for 60 seconds first" in _look(real)
    page = _send(real)
    assert "in 60 seconds. Until then you can stop it." in page
    assert 'value="stop">Stop</button>' in page
    real.until("scheduled")
    (mailing,) = real.parts.ledger.mailings.list_in([MailingStatus.SCHEDULED])
    assert timedelta(seconds=20) < mailing.start_at - real.parts.clock.now() <= timedelta(seconds=60)
    answer = real.post("/issues/1/control", act="stop")
    assert "Stopped: nobody has it." in real.client.get(answer.headers["location"]).text
    assert ["cancelled"] == real.statuses()


def test_stopping_and_sending_at_once_are_about_one_sending(world: World) -> None:
    """The issue waits for another time on other lists, and their readers are neither dropped nor mailed early."""
    names = ("weekly", "extras", "late")
    for place, name in enumerate(names):
        add_readers(world.parts.engine, name, range(3 * place, 3 * place + 3))
        world.post("/issues/1/send", list=name, when="at", at="tomorrow at 9")
        world.until("scheduled")
    numbers = {one.list_name: one.id for one in world.parts.ledger.mailings.list_in([MailingStatus.SCHEDULED])}
    assert f'name="mailing" value="{numbers["late"]}"' in world.client.get("/studio/issues/1/send").text

    world.post("/issues/1/control", act="stop", mailing=str(numbers["weekly"]))
    world.post("/issues/1/control", act="now", mailing=str(numbers["extras"]))

    until = time.monotonic() + 30
    while "finished" not in world.statuses() and time.monotonic() < until:
        time.sleep(0.1)
    assert ["cancelled", "finished", "scheduled"] == world.statuses()


def test_what_has_begun_is_paused_and_not_ended_by_stop(world: World) -> None:
    """The press came a second too late: what becomes of it is a decision of its own."""
    add_readers(world.parts.engine, "weekly", range(20))
    world.post("/issues/1/send", list="weekly", when="now", first="3")
    world.until("paused")
    world.post("/issues/1/control", act="resume")
    world.parts.ledger.control.pause(1, "for the test")
    if world.statuses() == ["finished"]:
        pytest.skip("it was through before it could be paused")
    world.post("/issues/1/control", act="stop")
    assert world.statuses()[-1] in {"paused", "finished"}


def test_the_number_is_typed_where_nobody_tested_these_words(real: World) -> None:
    """Another version's test does not count; however the thousands are set apart."""
    _test(real)
    path = real.parts.directory / "issues" / "001.md"
    path.write_text(re.sub("(?m)^subject:.*$", "subject: Boats again", path.read_text()))
    look = _look(real)
    assert f"type the number of readers: {MANY}" in look
    assert "What changed since:" in look and "+ Boats again" in look
    for wrong in ("", "500", "5011", "many"):
        assert "Nothing was sent: nobody has tested these words" in _send(real, typed=wrong)
    assert real.statuses() == []
    assert "in 60 seconds" in _send(real, typed="5 01")


def test_few_readers_practice_and_a_set_time_wait_for_nothing(real: World, parts: Parts) -> None:
    """There is nothing to take back in practice, and a time is a wait already."""
    assert "type the number" not in _look(real, when="at", at="tomorrow at 9")
    assert "It waits for" not in _look(real, when="at", at="tomorrow at 9")
    path = parts.directory / "newsletter.toml"
    path.write_text(path.read_text().replace("name =", "send_wait = 0\nname =", 1))
    assert open_newsletter(parts.directory).config.send_wait == 0


def test_practice_goes_at_once(world: World) -> None:
    """Nobody gets it."""
    add_readers(world.parts.engine, "weekly", range(MANY))
    assert "It waits for" not in _look(world)
    world.post("/issues/1/send", list="weekly", when="now")
    world.until("finished")


def test_the_last_look_has_the_mail_and_what_the_last_test_had_not(world: World) -> None:
    """Its line in the inbox, the mail in a frame, and the way back with all that was typed."""
    add_readers(world.parts.engine, "weekly", range(3))
    page = _look(world, first="2")
    assert '<div class="inbox-line"><b>Weekly Ferries</b> <span>Boats for' in page
    assert 'src="/studio/issues/1/mail/body"' in page
    assert "It was never sent as a test." in page
    assert "edit=yes&amp;list=weekly&amp;segment=&amp;when=now&amp;at=&amp;first=2#send" in page
    world.post("/issues/1/test", to="me@example.com", back="send")
    assert "Nothing: these very words were sent as a test" in _look(world)


def test_a_time_that_can_t_be_read_gives_back_what_was_typed(world: World) -> None:
    """The form again, with the reason; said back while it is typed, too."""
    add_readers(world.parts.engine, "weekly", range(3))
    answer = world.client.get(
        "/studio/issues/1/send", params={"list": "weekly", "when": "at", "at": "next moon", "first": "2"}
    )
    assert answer.status_code == 400
    assert 'value="next moon"' in answer.text and 'value="at" checked' in answer.text
    assert "is not a time that can be read" in answer.text
    said = world.client.get("/studio/moment", params={"at": "tomorrow at 9"}).json()
    assert re.search(r"09:00 Europe/Berlin \(0[78]:00 UTC\), in ", said["said"])
    assert "can be read" in world.client.get("/studio/moment", params={"at": "next moon"}).json()["why"]


def test_cancelling_asks_with_the_numbers_and_pausing_does_not(world: World) -> None:
    """Who has it, and who would never get it."""
    add_readers(world.parts.engine, "weekly", range(20))
    assert world.client.get("/studio/issues/1/cancel").status_code == 409
    world.post("/issues/1/send", list="weekly", when="now", first="3")
    world.until("paused")
    page = " ".join(re.sub("<[^>]+>", " ", world.client.get("/studio/issues/1/cancel").text).split())
    assert "3 have it, 17 will never get it." in page
    assert "Leave it paused" in page
    sending = world.client.get("/studio/issues/1/send").text
    assert 'href="/studio/issues/1/cancel">Cancel</a>' in sending
    assert "data-ask" not in sending.partition('value="resume"')[2].partition("</form>")[0]
    world.post("/issues/1/control", act="cancel")
    assert ["cancelled"] == world.statuses()
