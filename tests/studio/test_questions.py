"""Questions that stop an approval: named beside their issue, and each answered with one press."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import Parts, open_newsletter
from newsletter.words.slot import SlotStatus, Ways, Why
from newsletter.words.times.cadence_text import parse_cadence
from tests.studio.conftest import AT_HOME, HERE, World


def _presses(page: str) -> dict[str, str]:
    """What each question's form would send, by its button."""
    forms = [form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="finding"' in form]
    found = {}
    for form in forms:
        (button,), (finding,) = (
            re.findall(r"<button>(.*?)</button>", form),
            re.findall(r'name="finding" value="([^"]*)"', form),
        )
        found[f"{button}: {unescape(finding).partition('|')[0]}"] = unescape(finding)
    return found


def test_each_question_is_answered_with_one_press_and_then_it_is_approved(world: World) -> None:
    """A paragraph in doubt, a page that was not read, a subject of a draft: nothing is approved before all three."""
    post, issue = (world.parts.directory / name for name in ("posts/2026-11-20-ferries-in-winter.md", "issues/001.md"))
    notes = "checks:\n  - 'The page was not read: it answered 503.'\n  - 1 paragraph may be a quote\n"
    post.write_text(post.read_text().replace("source: Coastline\n", f"source: Coastline\n{notes}"))
    issue.write_text(re.sub("subject: .*", "subject: Ferries in winter", issue.read_text()))
    answer = world.post("/issues/1/approve", act="approve")
    page = world.client.get(answer.headers["location"].partition("#")[0]).text
    assert "Issue 1 was not approved: 3 questions are not answered yet." in page
    assert "3 questions above are to be answered" in page
    assert ">Approve these words</button>" not in page
    assert world.parts.schedule.approvals.find(1) is None

    assert sorted(one.partition(":")[0] for one in _presses(page)) == ["Accept as is", "Keep this subject"]
    while presses := _presses(page):
        assert world.post("/issues/1/answer", finding=next(iter(presses.values()))).status_code == 303
        page = world.client.get("/studio/issues/1/send").text
    assert "checks" not in post.read_text()
    assert "unwritten-subject: kept as it is by" in issue.read_text()
    assert "subject: Ferries in winter" in issue.read_text()
    world.post("/issues/1/approve", act="approve")
    assert world.parts.schedule.approvals.find(1) is not None


def test_a_question_that_is_not_asked_any_more_changes_nothing(world: World) -> None:
    """A page that is older than the answer is told so."""
    before = (world.parts.directory / "issues/001.md").read_text()
    assert world.post("/issues/1/answer", finding="unwritten-subject|issues/001.md:3|gone").status_code == 404
    assert (world.parts.directory / "issues/001.md").read_text() == before


def test_the_next_slot_takes_no_issue_with_open_questions(world: World) -> None:
    """It would be an approval: the page says what is asked instead."""

    cadence = parse_cadence("every thursday 09:00 Europe/Berlin")
    world.parts.schedule.timetables.save("weekly", cadence, Ways(), now=world.parts.clock.now())
    issue = world.parts.directory / "issues/001.md"
    issue.write_text(re.sub("subject: .*", "subject: Ferries in winter", issue.read_text()))
    answer = world.post("/issues/1/send", list="weekly", when="next")
    assert "not answered yet" in world.client.get(answer.headers["location"].partition("#")[0]).text
    assert world.parts.schedule.approvals.next_issues() == []


def test_the_first_page_says_that_nobody_has_approved_what_is_next(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To real readers it does not go as it stands; approved, the page says by whom, and a slot that asks leads to the way out."""
    monkeypatch.setenv("NEWSLETTER_PROVIDER", "smtp")
    monkeypatch.setenv("NEWSLETTER_SMTP_URL", "smtp://127.0.0.1:9")
    real = open_newsletter(parts.directory)
    cadence = parse_cadence("every thursday 09:00 Europe/Berlin")
    timetable = real.schedule.timetables.save("weekly", cadence, Ways(), now=real.clock.now())
    with TestClient(build(real, studio_routes(real)), base_url=HERE, client=AT_HOME, follow_redirects=False) as client:
        world = World(real, client)
        world.enter()
        assert "Nobody has approved it: as it stands it does not go." in client.get("/studio").text
        world.post("/issues/1/approve", act="approve", back="home")
        assert "Nobody has approved it" not in client.get("/studio").text
        world.post("/issues/1/approve", act="withdraw")
        following = next(timetable.cadence.after(real.clock.now()))
        real.schedule.slots.add(timetable.id, [following])
        (slot,) = real.schedule.slots.of(timetable.id)
        assert real.schedule.slots.move(slot, SlotStatus.ASKING, why=Why.UNAPPROVED, issue=1)
        page = client.get("/studio/schedule").text
        assert 'href="/studio/issues/1/send">Read and approve</a>' in page
        assert ">Send it now</button>" not in page
    real.engine.dispose()
