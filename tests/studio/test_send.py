"""Sending from the studio: a last look by the rules of planning, one press, and a hand on it while it goes."""

from __future__ import annotations

import random
import re
import time

import pytest
from sqlalchemy import Engine, insert

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.ledger.account.forecast_sql import Forecasts
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import provider_state
from newsletter.readers.readers_sql import Readers
from newsletter.readers.tables import rest
from newsletter.segments.segments_sql import Segments
from newsletter.wiring import SystemClock
from newsletter.words.ledger import LOOK_FIRST
from newsletter.words.subscriber import SuppressionReason
from tests.studio.conftest import World
from tests.world import add_readers, an_edition


@pytest.mark.parametrize("seed", range(4))
def test_the_last_look_counts_whom_planning_takes(engine: Engine, seed: int) -> None:
    """For any mix of people who left, rest, must not be mailed or have it already, the numbers agree on both databases."""
    chance = random.Random(seed)
    readers, ledger, membership = Readers(engine), open_ledger(engine), Membership(engine)
    ids = add_readers(engine, "weekly", range(60))
    add_readers(engine, "weekly", range(60, 70), status="pending")
    add_readers(engine, "weekly", range(70, 75), status="ended")
    add_readers(engine, "friends", range(30, 80))
    membership.suppress_many(
        [(f"reader{n}@example.com", SuppressionReason.MANUAL) for n in chance.sample(range(75), 12)]
    )
    with writing(engine) as connection:
        resting = [{"subscriber_id": one, "until_at": database_now(3_600)} for one in chance.sample(ids, 9)]
        for row in resting:
            connection.execute(insert(rest).values(**row))
    if seed % 2:
        plan(ledger, SystemClock(), an_edition(), list_name="friends", parcel_size=10)
    question = 'first_name contains "3"' if seed > 1 else ""
    if question:
        Segments(engine).save("threes", question)
    seen = Forecasts(engine).make(1, "weekly", segment=question)
    mailing, _ = plan(ledger, SystemClock(), an_edition(), list_name="weekly", parcel_size=10, segment=question)

    assert (mailing.planned, mailing.already_had_it) == (seen.goes, seen.has_it)
    row = next(one for one in readers.list_lists() if one.name == "weekly")
    # Pending ones whose address must not be mailed are counted for that, as among the lists.
    assert seen.goes + seen.has_it + seen.do_not_mail + seen.rests + seen.unfit + seen.pending == 70
    assert (seen.pending, seen.do_not_mail, seen.rests) == (row.pending, row.suppressed, row.resting)


def test_an_issue_goes_from_the_page_to_the_outbox(world: World) -> None:
    """Look once more, press, and everyone has it; pressing again sends nothing to anybody."""
    add_readers(world.parts.engine, "weekly", range(130))
    look = world.client.get("/studio/issues/1/send", params={"list": "weekly", "when": "now"}).text
    assert '<b class="num">130</b> readers' in look
    assert "nobody gets them" in look
    assert "Whoever has it" not in look
    assert not list((world.parts.directory / "var" / "outbox").glob("*"))

    assert world.post("/issues/1/send", list="weekly", when="now").status_code == 303
    world.until("finished")
    assert len(list((world.parts.directory / "var" / "outbox").rglob("*.eml"))) == 130
    look = world.client.get("/studio/issues/1/send", params={"list": "weekly"}).text
    assert "130 who have this issue already" in look
    page = world.client.get("/studio/issues/1/send").text
    assert "Whoever has it does not get it again." in page
    assert f"{(world.parts.directory / 'var' / 'outbox')}/index.html" in page
    world.post("/issues/1/send", list="weekly", when="now")
    world.until("finished")
    assert len(list((world.parts.directory / "var" / "outbox").rglob("*.eml"))) == 130


def test_the_list_with_the_readers_is_offered_first(world: World) -> None:
    """An issue that names no list is offered to the largest one, wherever its name stands in the alphabet."""
    Membership(world.parts.engine).add_list("archive")
    add_readers(world.parts.engine, "weekly", range(3))

    assert '<option value="weekly" selected>' in world.client.get("/studio/issues/1/send").text


def test_looking_changes_nothing(world: World) -> None:
    """GET of any page of a sending leaves no sending behind."""
    add_readers(world.parts.engine, "weekly", range(3))
    for when in ("now", "at", "next"):
        world.client.get("/studio/issues/1/send", params={"list": "weekly", "when": when, "at": "thu 09:00"})

    assert world.statuses() == []


def test_it_waits_for_its_time_and_can_be_cancelled(world: World) -> None:
    """The time is said back in words; before it nobody has anything."""
    add_readers(world.parts.engine, "weekly", range(3))
    answer = world.post("/issues/1/send", list="weekly", when="at", at="tomorrow 09:00")
    page = world.client.get(answer.headers["location"]).text

    assert "09:00" in page
    world.until("scheduled")
    assert "3 readers</p>" in world.client.get("/studio/issues/1/send").text
    world.parts.consent.membership.suppress("reader1@example.com", SuppressionReason.MANUAL)
    assert "2 readers; 1 who left since" in world.client.get("/studio/issues/1/send").text
    assert 'goes to <span class="num">2</span> readers' in world.client.get("/studio").text
    world.post("/issues/1/control", act="cancel")
    world.until("cancelled")
    assert not list((world.parts.directory / "var" / "outbox").rglob("*.eml"))


def test_a_time_that_has_passed_or_is_none_is_refused(world: World) -> None:
    """With a sentence, and nothing is planned."""
    add_readers(world.parts.engine, "weekly", range(3))
    for at in ("yesterday", "2020-01-01 09:00", ""):
        assert world.post("/issues/1/send", list="weekly", when="at", at=at).status_code == 400
    assert world.post("/issues/1/send", list="nobody", when="now").status_code == 404

    assert world.statuses() == []


def test_errors_stop_it_unless_told_otherwise(world: World) -> None:
    """A post that is gone stops the rendering; a finding that stops can be overruled by a tick."""
    add_readers(world.parts.engine, "weekly", range(3))
    path = world.parts.directory / "issues/001.md"
    text = path.read_text()
    path.write_text(text.replace("subject: '", "subject: 'Lorem ipsum dolor sit amet, ", 1))
    page = world.client.get("/studio/issues/1/send", params={"list": "weekly"}).text
    refused = world.post("/issues/1/send", list="weekly", when="now")

    assert "Send it although something stops it" in page
    assert refused.status_code == 409
    assert world.statuses() == []
    assert world.post("/issues/1/send", list="weekly", when="now", despite="yes").status_code == 303
    world.until("finished")


def test_an_old_issue_that_moved_in_is_not_sent_by_a_tick(world: World) -> None:
    """There is none to set, one that is sent all the same changes nothing, and it is not what goes out next."""
    add_readers(world.parts.engine, "weekly", range(3))
    path = world.parts.directory / "issues/001.md"
    path.write_text(path.read_text().replace("number: 1", "number: 1\nmoved_in: Substack, 1.ice", 1))
    page = world.client.get("/studio/issues/1/send", params={"list": "weekly"}).text
    refused = world.post("/issues/1/send", list="weekly", when="now", despite="yes")

    assert "Send it although something stops it" not in page
    assert (409, True) == (refused.status_code, "published with Substack" in refused.text)
    assert 400 == world.post("/issues/1/approve", despite="yes").status_code
    assert world.statuses() == []
    assert "published with Substack" in world.client.get("/studio/issues").text
    assert "Boats for" not in world.client.get("/studio").text


def test_words_edited_after_the_plan_don_t_pass_for_those_that_go(world: World) -> None:
    """An unfinished sending has the words it began with; a press with other words is told so."""
    add_readers(world.parts.engine, "weekly", range(3))
    world.post("/issues/1/send", list="weekly", when="at", at="tomorrow 09:00")
    world.until("scheduled")
    path = world.parts.directory / "issues/001.md"
    path.write_text(path.read_text().replace("subject:", "subject: Other words,", 1))

    assert world.post("/issues/1/send", list="weekly", when="now").status_code == 409


def test_an_approval_pins_the_words_and_says_when_they_changed(world: World) -> None:
    """By name; an edit after it shows; it can be taken back."""
    world.post("/issues/1/approve", act="approve")
    assert "Approved by" in world.client.get("/studio/issues/1/send").text
    path = world.parts.directory / "issues/001.md"
    path.write_text(path.read_text().replace("subject:", "subject: Other words,", 1))
    page = world.client.get("/studio/issues/1/send").text
    assert "changed since" in page
    assert '<span class="came">+ Other words,' in page
    world.post("/issues/1/approve", act="withdraw")
    assert "Approved by" not in world.client.get("/studio/issues/1/send").text


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second for each batch. Before the studio is opened: its provider is built once."""
    monkeypatch.setenv("NEWSLETTER_PRACTICE_DELAY", "0.5")


@pytest.mark.usefixtures("slowly")
def test_a_slow_sending_is_paused_and_goes_on(world: World) -> None:
    """Between two batches; everyone has it once in the end."""
    add_readers(world.parts.engine, "weekly", range(400))
    world.post("/issues/1/send", list="weekly", when="now")
    until = time.monotonic() + 30
    while not world.client.get("/studio/issues/1/progress").json()["mailings"][0]["settled"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    world.post("/issues/1/control", act="pause")
    world.until("paused")
    assert "Go on" in world.client.get("/studio/issues/1/send").text
    world.post("/issues/1/control", act="resume")
    world.until("finished")
    names = [path.name for path in (world.parts.directory / "var" / "outbox").rglob("*.eml")]
    assert len(names) == 400


def test_why_nothing_moves_is_said_and_until_when(world: World) -> None:
    """On the page, and to the script that asks every second."""
    add_readers(world.parts.engine, "weekly", range(5))
    with writing(world.parts.engine) as connection:
        waits = {"not_before": database_now(600), "wait_reason": "The mail server answered 421 come back."}
        connection.execute(insert(provider_state).values(provider="outbox", **waits))
    world.post("/issues/1/send", list="weekly", when="now")
    world.until("sending")

    (mailing,) = world.client.get("/studio/issues/1/progress").json()["mailings"]
    assert re.fullmatch(r"Waits until .*, \d+ min more: The mail server answered 421 come back\.", mailing["waits"])
    assert "The mail server answered 421 come back." in world.client.get("/studio/issues/1/send").text


def test_a_few_get_it_first_and_somebody_looks(world: World) -> None:
    """The last look says so; it pauses when they have it, and everybody has it once when somebody goes on."""
    add_readers(world.parts.engine, "weekly", range(100, 120))
    look = world.client.get("/studio/issues/1/send", params={"list": "weekly", "when": "now", "first": "3"}).text
    assert "then it pauses" in look
    world.post("/issues/1/send", list="weekly", when="now", first="3")
    world.until("paused")
    page = world.client.get("/studio/issues/1/send").text
    assert LOOK_FIRST in page
    assert len(list((world.parts.directory / "var" / "outbox").rglob("*.eml"))) == 3
    world.post("/issues/1/control", act="resume")
    world.until("finished")
    assert len(
        {path.name for path in (world.parts.directory / "var" / "outbox").rglob("*.eml")}
    ) == world.parts.readers.count_active("weekly")


@pytest.mark.parametrize(
    ("first", "when"), [("0", "now"), ("-3", "now"), ("many", "now"), ("3", "next"), ("1001", "at")]
)
def test_a_few_that_are_none_are_refused(world: World, first: str, when: str) -> None:
    """A number is asked for, and a slot goes to everybody; nothing is planned."""
    answer = world.post("/issues/1/send", list="weekly", when=when, first=first, at="thu 09:00")
    assert answer.status_code == 400
    assert world.parts.ledger.tallies.find(1) is None


def test_what_there_is_not_to_do_is_refused(world: World) -> None:
    """A forged act changes nothing."""
    assert world.post("/issues/1/control", act="explode").status_code == 400
