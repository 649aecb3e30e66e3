"""At the freeze editors get the issue itself, with a link that stops it until the last batch, and can do nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from newsletter.schedule.choice import approve_issue, find_asking, send_at
from newsletter.schedule.lock import find_lock, unlock
from newsletter.schedule.stop import REASON
from newsletter.web.app import build
from newsletter.web.public.routes import public_routes
from newsletter.web.public.site import Site
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NotNow
from newsletter.words.slot import SlotStatus, Why
from tests.schedule.world import READERS, SLOT, World
from tests.world import add_readers

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def phone(embedded: World) -> Iterator[TestClient]:
    """A browser that is signed in nowhere, on the newsletter's public pages."""
    app = build(embedded.parts, public_routes(Site(embedded.parts)))
    with TestClient(app, base_url="https://ferries.example.com") as client:
        yield client


def _text(world: World, place: int = -1, kind: str = "plain") -> str:
    part = world.shown()[place].get_body((kind,))
    assert part is not None
    return str(part.get_content())


def _link(world: World) -> str:
    """The path behind "Stop it"."""
    return re.search(r"ferries\.example\.com(/stop/\S+)", _text(world))[1]  # type: ignore[index]


def test_editors_get_the_issue_as_a_reader_does_with_one_line_above(embedded: World) -> None:
    """When, to how many, and the link; then the same words as everybody's mail, in HTML and text."""
    add_readers(embedded.parts.engine, "weekly", range(3, 1_012))
    embedded.set_timetable(tell=("editor@example.com",))
    embedded.beat(SLOT - HOUR)
    (mail,) = embedded.shown()
    assert mail["To"] == "editor@example.com"
    assert mail["Subject"] == "[Weekly Ferries] Goes at 09:00: Boats for you"
    text, page = _text(embedded), _text(embedded, kind="html")
    line = f"Goes at 09:00 to 1,012 readers. Stop it: https://ferries.example.com{_link(embedded)}"
    assert line == text.splitlines()[0]
    assert "Dear reader, this week is about ice." in text
    bar = re.search(r"<body[^>]*><div[^>]*>(.*?)</div>", page, re.DOTALL)
    assert bar
    assert re.sub("<[^>]+>", "", bar[1]) == "Goes at 09:00 to 1,012 readers. Stop it"
    assert f'href="https://ferries.example.com{_link(embedded)}"' in bar[1]
    assert "Ferries in winter" in page
    embedded.beat(SLOT - HOUR / 2)
    assert len(embedded.shown()) == 1


def test_looking_at_the_link_changes_nothing_and_one_press_holds_the_slot(embedded: World, phone: TestClient) -> None:
    """GET as often as scanners like; POST, and nobody gets it until an editor decides, who hears of it."""
    timetable = embedded.set_timetable()
    embedded.beat(SLOT - HOUR)
    for _ in range(3):
        page = phone.get(_link(embedded))
        assert (page.status_code, page.text.count("<button")) == (200, 2)
        assert "Issue 1 goes at 09:00" in page.text
    assert embedded.stands() == (SlotStatus.FROZEN, None)

    assert "Issue 1 is stopped" in phone.post(_link(embedded)).text
    assert "Issue 1 is stopped" in phone.post(_link(embedded)).text
    embedded.beat(SLOT)
    embedded.beat(SLOT + HOUR)
    assert embedded.stands() == (SlotStatus.ASKING, Why.STOPPED)
    assert embedded.subjects() == ["Issue 1 did not go, because somebody stopped it by the link in the mail"]

    send_at(embedded.desk, timetable, find_asking(embedded.desk, timetable), embedded.clock.now())
    embedded.beat()
    assert READERS == embedded.copies(1)


def test_the_day_is_skipped_by_the_link_and_the_issue_goes_a_week_later(embedded: World, phone: TestClient) -> None:
    """Before it has begun, also once it is stopped; after that the press does nothing more."""
    embedded.set_timetable()
    embedded.beat(SLOT - HOUR)
    link = _link(embedded)
    assert "Skip 3 December" in phone.get(link).text
    phone.post(link)
    assert "Skip 3 December" in phone.get(link).text
    for _ in range(2):
        assert "Issue 1 does not go on 3 December" in phone.post(link, data={"act": "skip"}).text
    assert "Issue 1 does not go on 3 December" in phone.post(link).text
    embedded.beat(SLOT)
    assert embedded.went() == []
    embedded.beat(SLOT + 7 * 24 * HOUR)
    assert READERS == embedded.copies(1)


def test_a_skip_that_comes_too_late_changes_nothing(embedded: World, phone: TestClient) -> None:
    """It went: the page says that nothing is left to stop."""
    embedded.set_timetable()
    embedded.beat(SLOT - HOUR)
    link = _link(embedded)
    embedded.beat(SLOT)
    assert "Nothing is left to stop" in phone.post(link, data={"act": "skip"}).text
    assert READERS == embedded.copies(1)


def test_it_is_good_until_the_last_batch_and_pauses_what_is_on_its_way(embedded: World, phone: TestClient) -> None:
    """Begun, it pauses, and goes on only when somebody resumes; gone out, it says that nothing is left to stop."""
    embedded.set_timetable()
    embedded.tick(SLOT - HOUR)
    embedded.tick(SLOT)
    assert "is going out now" in phone.get(_link(embedded)).text
    assert "Issue 1 is stopped" in phone.post(_link(embedded)).text
    embedded.beat()
    (mailing,) = embedded.parts.ledger.mailings.list_in(list(MailingStatus))
    assert (mailing.status, mailing.pause_reason) == (MailingStatus.PAUSED, REASON)
    assert not (embedded.folder / "var" / "outbox" / "1").exists()

    embedded.parts.ledger.control.resume(1)
    embedded.beat()
    assert READERS == embedded.copies(1)
    assert "Nothing is left to stop" in phone.get(_link(embedded)).text
    assert "Nothing is left to stop" in phone.post(_link(embedded)).text
    assert embedded.went() == [1]


def test_nobody_else_can_make_such_a_link(embedded: World, phone: TestClient) -> None:
    """Another slot, another issue, another purpose, a letter more: all the same page, and nothing is stopped."""
    embedded.set_timetable()
    embedded.beat(SLOT - HOUR)
    link = _link(embedded)
    token = link.removeprefix("/stop/")
    key, slot, timetable, issue, tag = token.split(".")
    for forged in (
        f"{key}.2.{timetable}.{issue}.{tag}",
        f"{key}.{slot}.{timetable}.2.{tag}",
        f"{token}A",
        token[:-1],
        "x",
    ):
        assert phone.get(f"/stop/{forged}").status_code == 404
        assert phone.post(f"/stop/{forged}").status_code == 404
    assert phone.get(f"/u/{token}").status_code == 404
    assert embedded.stands() == (SlotStatus.FROZEN, None)


def test_an_unlocked_issue_goes_as_it_is_approved_again_and_editors_see_it(embedded: World) -> None:
    """Frozen, unlocked, written on, approved again: the new words are shown to the editors and go."""
    embedded.set_timetable()
    approve_issue(embedded.desk, 1, by="mara")
    embedded.beat(SLOT - HOUR)
    lock = find_lock(embedded.desk, 1)
    assert lock
    assert (lock.at, lock.goes_at, lock.is_open) == (SLOT - HOUR, SLOT, True)
    unlock(embedded.desk, 1)
    assert find_lock(embedded.desk, 1) is None
    embedded.issue(1, "this week is about fog")
    embedded.beat(SLOT - HOUR / 2)
    assert embedded.stands() == (SlotStatus.WAITING, None)
    assert len(embedded.shown()) == 1

    approve_issue(embedded.desk, 1, by="mara")
    embedded.beat(SLOT - HOUR / 4)
    assert "about fog" in _text(embedded)
    embedded.issue(1, "this week is about snow")
    approve_issue(embedded.desk, 1, by="mara")
    embedded.beat(SLOT - MINUTE)
    assert "about snow" in _text(embedded)
    assert len(embedded.shown()) == 3
    embedded.beat(SLOT)
    assert "about snow" in next((embedded.folder / "var" / "outbox" / "1").glob("*.eml")).read_text()
    with pytest.raises(NotNow, match="not locked"):
        unlock(embedded.desk, 1)


def test_unlocked_and_left_alone_it_goes_at_its_time_as_it_is_then(embedded: World) -> None:
    """Where nobody has to approve: the words are fixed at the last moment."""
    embedded.set_timetable()
    embedded.beat(SLOT - HOUR)
    unlock(embedded.desk, 1)
    embedded.issue(1, "this week is about fog")
    embedded.beat(SLOT - MINUTE)
    assert embedded.stands() == (SlotStatus.WAITING, None)
    embedded.beat(SLOT)
    assert "about fog" in next((embedded.folder / "var" / "outbox" / "1").glob("*.eml")).read_text()
