"""Correcting an issue that went, on its page and by the command: looked at first, pressed once, told to exactly those concerned."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.running import run
from tests.studio.conftest import World
from tests.world import add_readers

NOTE = "We wrote that it is about ice. It is about <fog>."
PAGE = "/issues/1/correct"


@pytest.fixture
def gone(world: World) -> World:
    """Issue 1 went to six readers; then the file was put right."""
    add_readers(world.parts.engine, "weekly", range(6))
    assert 0 == run(world.parts.directory, "send", "1", "--list", "weekly", "--yes").returncode
    return world


def write_it_right(world: World) -> None:
    issue = world.parts.directory / "issues" / "001.md"
    issue.write_text(issue.read_text().replace("this week is about ice", "this week is about fog"))


def field(page: str, name: str, act: str) -> str:
    """A hidden field of the form with this act."""
    form = page[page.index(f'name="act" value="{act}"') :]
    found = re.search(f'name="{name}" value="([^"]*)"', form)
    assert found
    return found[1]


def outbox(world: World, about: str) -> Counter[str]:
    """How many mails whose subject begins so lie in the outbox, by reader."""
    found: Counter[str] = Counter()
    for path in (world.parts.directory / "var" / "outbox").rglob("*.eml"):
        text = path.read_bytes().decode()
        if f"\r\nSubject: {about}" in text:
            found[text.partition("\r\nTo: ")[2].partition("\r\n")[0].strip("<>")] += 1
    return found


def test_the_page_shows_what_is_different_and_changes_nothing_by_looking(gone: World) -> None:
    """Before the file is put right there is nothing to press."""
    assert "Nothing is different yet" in gone.client.get(f"/studio{PAGE}").text
    write_it_right(gone)

    page = gone.client.get(f"/studio{PAGE}").text

    assert "about fog" in page and "Correct the issue" in page
    assert [] == gone.parts.ledger.corrections.list_of(1)
    assert "Correct it" in gone.client.get("/studio/issues/1/send").text
    assert PAGE in gone.client.get("/studio/reports/1").text


def test_from_the_page_to_the_mail_in_two_presses(gone: World) -> None:
    """The words change, the next issue says so, and the six get one mail each, however often it is pressed."""
    write_it_right(gone)
    words = field(gone.client.get(f"/studio{PAGE}").text, "words", "correct")
    for _ in range(2):
        assert 303 == gone.post(PAGE, act="correct", words=words, note=NOTE).status_code

    (done,) = gone.parts.ledger.corrections.list_of(1)
    page = gone.client.get(f"/studio{PAGE}").text
    assert "6</b> readers have other words" in page and "Approve and send it to 6 readers" in page
    mail = gone.client.get(f"/studio{PAGE}/mail").text
    assert "It is about &lt;fog&gt;." in mail and str(done.mail) not in mail
    seen = field(page, "words", "mail")
    assert 303 == gone.post(PAGE, act="mail", words=seen).status_code
    gone.until("finished", done.mail)

    assert {f"reader{number}@example.com": 1 for number in range(6)} == outbox(gone, "Correction: ")
    again = gone.post(PAGE, act="mail", words=seen)
    assert 409 == again.status_code and "Nobody is left" in again.text
    page = gone.client.get(f"/studio{PAGE}").text
    assert "All who can be mailed have the correction" in page
    draft = gone.parts.issues.get_issue(2)
    assert [("Corrections", ("correction-1-1",))] == [(one.title, one.posts) for one in draft.sections]
    assert NOTE.replace("<", "\\<") in gone.parts.posts.get_post("correction-1-1").body
    assert "stands in" in page and "/studio/issues/2" in page


def test_a_correction_is_told_in_the_newsletters_own_words(gone: World) -> None:
    """Those of its language under Words of mails and pages: in the mail, and in the next issue."""
    (gone.parts.directory / "sentences").mkdir()
    own = '"correction.lead" = "Issue {number} got it wrong."\n"correction.heading" = "We were wrong"\n'
    (gone.parts.directory / "sentences" / "en.toml").write_text(own)
    write_it_right(gone)
    gone.post(PAGE, act="correct", note=NOTE)

    assert "Issue 1 got it wrong." in gone.client.get(f"/studio{PAGE}/mail").text
    assert ["We were wrong"] == [section.title for section in gone.parts.issues.get_issue(2).sections]


def test_what_was_typed_is_given_back_by_a_refusal(gone: World) -> None:
    """The words changed in another tab meanwhile: nothing is corrected, and the sentence is not lost."""
    write_it_right(gone)

    refused = gone.post(PAGE, act="correct", words="0" * 64, note=NOTE)

    assert 409 == refused.status_code and "It is about &lt;fog&gt;" in refused.text
    assert [] == gone.parts.ledger.corrections.list_of(1)
    assert 400 == gone.post(PAGE, act="correct", note="  ").status_code


def test_a_mail_that_changed_since_it_was_looked_at_is_not_sent(gone: World) -> None:
    """Somebody corrected the template, or the issue's subject, in another tab."""
    write_it_right(gone)
    gone.post(PAGE, act="correct", note=NOTE)

    assert 409 == gone.post(PAGE, act="mail", words="0" * 64).status_code
    assert not outbox(gone, "Correction: ")


def test_by_the_command_it_is_seen_before_and_told_after(gone: World) -> None:
    """Without an option nothing changes; `--note` corrects, `--mail` tells."""
    write_it_right(gone)
    folder = gone.parts.directory

    seen = run(folder, "correct", "1").stdout
    assert "about fog" in seen and "--note" in seen
    assert [] == gone.parts.ledger.corrections.list_of(1)
    assert "A line about it stands in issue 2" in run(folder, "correct", "1", "--note", NOTE).stdout
    sent = run(folder, "correct", "1", "--mail").stdout

    assert "6 have it, 0 would get it now" in sent
    assert 6 == outbox(gone, "Correction: ").total()
    assert 1 == run(folder, "correct", "1", "--mail").returncode
    assert "6 got the first version" in run(folder, "report", "1").stdout
    assert "the correction of issue 1 (weekly)" in run(folder, "who", "reader1@example.com").stdout
