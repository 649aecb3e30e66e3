"""Which words go from the studio: the approved ones, else those of the last look, and a question where they changed."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default

import pytest

from newsletter.words.ledger import MailingStatus
from newsletter.words.slot import Ways
from newsletter.words.times.cadence_text import parse_cadence
from tests.studio.conftest import World
from tests.world import add_readers

LOOK = {"list": "weekly", "when": "now"}


def _write(world: World, words: str) -> None:
    """Somebody changes the opening of issue 1."""
    path = world.parts.directory / "issues/001.md"
    path.write_text(re.sub(r"Dear .*\n", f"Dear reader, {words}.\n", path.read_text()))


def _fields(page: str, button: str) -> dict[str, str]:
    """What the form with this button would send."""
    (form,) = [form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if f">{button}</button>" in form]
    return {name: value for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form) if name != "csrf"}


def _sent(world: World) -> set[str]:
    """The openings that readers got."""
    found = set()
    for file in ((world.parts.directory / "var" / "outbox") / "1").glob("*.eml"):
        text = message_from_bytes(file.read_bytes(), policy=default).get_body(("plain",))
        assert text is not None
        found.add(re.search(r"Dear reader, (.*)\.", text.get_content())[1])  # type: ignore[index]
    return found


@pytest.fixture
def issue(world: World) -> World:
    """Issue 1 says "as it was read", and three readers wait for it."""
    add_readers(world.parts.engine, "weekly", range(3))
    _write(world, "as it was read")
    return world


@pytest.mark.parametrize("when", ["now", "at", "next"])
def test_what_was_approved_goes_whatever_is_edited_afterwards(issue: World, when: str) -> None:
    """Approve, edit, send: the last look says which words go, and these are planned."""
    cadence = parse_cadence("every thursday 09:00 Europe/Berlin")
    plan = issue.parts.schedule.timetables.save("weekly", cadence, Ways(), now=issue.parts.clock.now())
    page = issue.client.get("/studio/issues/1/send").text
    assert issue.post("/issues/1/approve", **_fields(page, "Approve these words")).status_code == 303
    approved = issue.parts.schedule.approvals.find(1)
    assert approved
    _write(issue, "edited afterwards")

    look = issue.client.get("/studio/issues/1/send", params={**LOOK, "when": when, "at": "tomorrow 09:00"}).text
    assert "What was changed since</a> does not go" in look
    answer = issue.post("/issues/1/send", **_fields(look, "Send it now" if when == "now" else "Schedule it"))
    assert answer.status_code == 303

    if when == "next":
        assert issue.parts.schedule.approvals.find(1).digest == approved.digest  # type: ignore[union-attr]
        assert issue.parts.schedule.approvals.next_issues() == [1]
        assert plan.list_name == "weekly"
        return
    (mailing,) = issue.parts.ledger.mailings.list_in(list(MailingStatus))
    assert mailing.edition_digest == approved.digest
    if when == "now":
        issue.until("finished")
        assert _sent(issue) == {"as it was read"}


@pytest.mark.parametrize("when", ["now", "at", "next"])
def test_words_that_changed_since_the_last_look_are_asked_about(issue: World, when: str) -> None:
    """Nothing is sent: the look comes back with the difference, and the next press sends what it shows."""
    cadence = parse_cadence("every thursday 09:00 Europe/Berlin")
    issue.parts.schedule.timetables.save("weekly", cadence, Ways(), now=issue.parts.clock.now())
    button = "Send it now" if when == "now" else "Schedule it"
    look = issue.client.get("/studio/issues/1/send", params={**LOOK, "when": when, "at": "tomorrow 09:00"}).text
    _write(issue, "edited behind the back")
    answer = issue.post("/issues/1/send", **_fields(look, button))

    assert issue.statuses() == []
    assert issue.parts.schedule.approvals.find(1) is None
    again = issue.client.get(answer.headers["location"].partition("#")[0]).text
    assert "Nothing was sent: the words were changed since you looked." in again
    assert '<span class="went">- Dear reader, as it was read.' in again
    assert '<span class="came">+ Dear reader, edited behind the back.' in again
    assert issue.post("/issues/1/send", **_fields(again, button)).status_code == 303
    if when == "now":
        issue.until("finished")
        assert _sent(issue) == {"edited behind the back"}


def test_a_page_that_is_older_than_the_words_approves_nothing(issue: World) -> None:
    """From the way out and from the first page: the difference is shown instead."""
    for path in ("/studio/issues/1/send", "/studio"):
        _write(issue, f"as {path} showed it".replace("/", " "))
        page = issue.client.get(path).text
        _write(issue, "edited behind the back")
        button = "Approve" if path == "/studio" else "Approve these words"
        answer = issue.post("/issues/1/approve", **_fields(page, button))
        again = issue.client.get(answer.headers["location"].partition("#")[0]).text

        assert issue.parts.schedule.approvals.find(1) is None
        assert "Nothing was approved" in again
        assert '<span class="came">+ Dear reader, edited behind the back.' in again


def test_what_waits_for_its_time_goes_in_the_words_that_were_approved_last(issue: World) -> None:
    """Set to a time, edited, approved: the sending carries the new words; one that has begun keeps its own."""
    issue.post("/issues/1/send", list="weekly", when="at", at="tomorrow 09:00")
    issue.until("scheduled")
    _write(issue, "approved later")
    issue.post("/issues/1/approve")
    (mailing,) = issue.parts.ledger.mailings.list_in([MailingStatus.SCHEDULED])
    approved = issue.parts.schedule.approvals.find(1)
    assert approved
    assert mailing.edition_digest == approved.digest

    assert issue.parts.schedule.sendings.move_start(mailing.id, issue.parts.clock.now())
    issue.parts.ledger.control.start_due()
    _write(issue, "approved too late")
    issue.post("/issues/1/approve")
    (mailing,) = issue.parts.ledger.mailings.list_in(list(MailingStatus))
    assert mailing.edition_digest == approved.digest


def test_approved_words_go_although_the_folder_can_t_be_read_any_more(issue: World) -> None:
    """The page says what is wrong with the folder, and sends what was approved."""
    issue.post("/issues/1/approve")
    (issue.parts.directory / "issues/001.md").write_text(
        (issue.parts.directory / "issues/001.md").read_text().replace("posts: [", "posts: [2026-11-01-gone, ")
    )
    look = issue.client.get("/studio/issues/1/send", params=LOOK).text

    assert "2026-11-01-gone" in look
    issue.post("/issues/1/send", **_fields(look, "Send it now"))
    issue.until("finished")
    assert _sent(issue) == {"as it was read"}
