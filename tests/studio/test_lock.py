"""Once the words of an issue are fixed, the page where it is written says so, and how to write on all the same."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from newsletter.schedule.tick import tick
from newsletter.wiring.clocks import desk_of
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindStatus
from newsletter.words.ledger import MailingStatus
from newsletter.words.slot import Slot, SlotStatus, Ways
from newsletter.words.times.cadence_text import parse_cadence
from tests.studio.conftest import World
from tests.world import add_readers


def _slot(world: World) -> Slot:
    (plan,) = world.parts.schedule.timetables.list_all()
    return next(slot for slot in world.parts.schedule.slots.of(plan.id) if slot.issue == 1)


@pytest.fixture
def frozen(world: World) -> World:
    _freeze(world)
    return world


def _freeze(world: World) -> None:
    """Freeze issue 1 for a slot that is to come."""
    now = world.parts.clock.now()
    cadence = parse_cadence(f"every day {now + timedelta(hours=6):%H:%M} UTC")
    ways = Ways(freeze_before=timedelta(hours=23))
    world.parts.schedule.timetables.save("weekly", cadence, ways, now=now)
    add_readers(world.parts.engine, "weekly", range(3))
    tick(desk_of(world.parts))
    assert _slot(world).status is SlotStatus.FROZEN


def _write(world: World, words: str) -> None:
    path = world.parts.directory / "issues/001.md"
    path.write_text(re.sub(r"Dear .*\n", f"Dear reader, {words}.\n", path.read_text()))


def test_the_page_says_since_when_it_is_locked_and_unlocks_it(frozen: World) -> None:
    """Locked at the hour of the newsletter's zone; unlocked, nothing is said, and the slot waits for new words."""
    page = frozen.client.get("/studio/issues/1").text
    at = _slot(frozen).frozen_at
    assert at
    said = at.astimezone(ZoneInfo("Europe/Berlin"))
    assert f"<b>Locked at {said:%H:%M}</b>: what you write now does not go." in page
    assert frozen.post("/issues/1/unlock").status_code == 303
    assert "Locked" not in frozen.client.get("/studio/issues/1").text
    assert (_slot(frozen).status, _slot(frozen).digest) == (SlotStatus.WAITING, None)
    assert frozen.post("/issues/1/unlock").status_code == 409


def test_approved_again_the_slot_takes_the_words_on_the_page(frozen: World) -> None:
    """What is on the page and in the preview, by its digest; behind its back nothing is approved."""
    before = _slot(frozen).digest
    _write(frozen, "written after the lock")
    preview = frozen.post_json("/issues/1/preview", {"edits": [], "reader": ""}).json()
    _write(frozen, "written behind the back")
    frozen.post("/issues/1/approve", act="approve", back="compose", words=preview["words"])
    assert _slot(frozen).digest == before
    _write(frozen, "written after the lock")
    answer = frozen.post("/issues/1/approve", act="approve", back="compose", words=preview["words"])
    assert answer.headers["location"] == "/studio/issues/1"
    assert _slot(frozen).digest == preview["words"] != before


def _saved(world: World) -> int:
    world.post("/finds", act="save", url="https://nowhere.invalid/a", title="A find", quote="Said.")
    return collect_desk(world.parts).finds.list_finds()[0].id


def _slugs(world: World) -> list[str]:
    return list(world.parts.issues.get_issue(1).slugs())


def _press(world: World, press: str) -> dict[str, object]:
    headers = {"X-CSRF-Token": world.csrf(), "Accept": "application/json"}
    data = {"press": press, "section-1": "Short"}
    told: dict[str, object] = world.client.post("/studio/finds", data=data, headers=headers).json()
    return told


def test_no_find_goes_into_an_issue_that_is_locked(frozen: World) -> None:
    """It would leave without it: the press is refused, and the find waits; unlocked, it goes in."""
    find, before = _saved(frozen), _slugs(frozen)
    told = _press(frozen, f"{find} s1")
    assert "Issue 1 is locked for its slot" in str(told["message"])
    desk = collect_desk(frozen.parts)
    assert (FindStatus.WAITING, before) == (desk.finds.get(find).status, _slugs(frozen))
    frozen.post("/issues/1/unlock")
    _press(frozen, f"{find} s1")
    assert desk.finds.get(find).post in _slugs(frozen)


def test_undo_takes_no_post_out_of_an_issue_that_is_locked(world: World) -> None:
    """The post stays in the issue and the find on the shortlist, and that is said."""
    find = _saved(world)
    _press(world, f"{find} s1")
    slug = collect_desk(world.parts).finds.get(find).post
    _freeze(world)
    told = _press(world, "u")
    assert "Issue 1 is locked for its slot; nothing was changed." in str(told["said"])
    assert (FindStatus.KEPT, True) == (
        collect_desk(world.parts).finds.get(find).status,
        slug in _slugs(world),
    )


def test_undo_takes_no_post_out_of_an_issue_that_was_sent(world: World) -> None:
    """What readers have is what stands in the file."""
    find = _saved(world)
    _press(world, f"{find} s1")
    slug = collect_desk(world.parts).finds.get(find).post
    add_readers(world.parts.engine, "weekly", range(3))
    world.post("/issues/1/send", list="weekly")
    world.until("finished")
    told = _press(world, "u")
    assert "Issue 1 was sent; nothing was changed." in str(told["said"])
    assert slug in _slugs(world)


def test_a_sending_that_was_called_off_holds_no_post(world: World) -> None:
    """Nobody got it, so its issue can be arranged again."""
    find = _saved(world)
    _press(world, f"{find} s1")
    add_readers(world.parts.engine, "weekly", range(3))
    world.post("/issues/1/send", list="weekly", when="at", at="tomorrow 09:00")
    world.until("scheduled")
    world.post("/issues/1/unlock")
    world.until("cancelled")
    told = _press(world, "u")
    assert ([find], True) == (told["changed"], str(told["said"]).startswith("Waiting again")), told


def test_a_sending_that_waits_for_its_time_is_a_lock_as_well(world: World) -> None:
    """Unlocked, it is called off; on its way, there is no way back."""
    add_readers(world.parts.engine, "weekly", range(3))
    world.post("/issues/1/send", list="weekly", when="at", at="tomorrow 09:00")
    world.until("scheduled")
    assert "<b>Locked</b>: what you write now does not go." in world.client.get("/studio/issues/1").text
    world.post("/issues/1/unlock")
    world.until("cancelled")
    world.post("/issues/1/send", list="weekly", when="now", first="1")
    world.until("paused")
    page = world.client.get("/studio/issues/1").text
    assert "It is on its way to" in page
    assert "Unlock" not in page
    assert world.post("/issues/1/unlock").status_code == 409
    (mailing,) = world.parts.ledger.mailings.list_in([MailingStatus.PAUSED])
    assert mailing.issue == 1
