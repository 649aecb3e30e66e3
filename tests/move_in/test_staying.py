"""An old issue stays what it is: in the archive for everybody, and never on its way to anybody by accident."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.web.app import build
from tests.move_in.conftest import Mover
from tests.move_in.samples import SUBSTACK, packed
from tests.schedule.world import YEAR


@pytest.fixture
def moved(mover: Mover, tmp_path: Path) -> Mover:
    """With three old issues, and a reader."""
    mover.move_in(
        "substack", packed(tmp_path / "export.zip", SUBSTACK), "--list", "weekly", "--active", "--consent", "a form"
    )
    return mover


@pytest.fixture
def client(moved: Mover) -> Iterator[TestClient]:
    parts = moved.parts
    with TestClient(build(parts), base_url="https://ferries.example.com") as client:
        yield client
    parts.engine.dispose()


def test_old_issues_stand_in_the_archive(client: TestClient) -> None:
    """With the day on which they were published, the newest first, each with its page."""
    page = client.get("/").text

    assert page.index("/issues/3") < page.index("/issues/2") < page.index("/issues/1")
    assert '<time datetime="2024-03-15">15 March 2024</time>' in page
    issue = client.get("/issues/2")
    assert issue.status_code == 200
    assert "Buy a ticket" in issue.text and "/u/" not in issue.text
    assert "default-src 'none'" in issue.headers["content-security-policy"]
    assert client.get("/issues/4").status_code == 404


def test_old_issues_are_no_news(client: TestClient) -> None:
    """Whoever follows the feed had them."""
    assert "/issues/" not in client.get("/feed.xml").text


def test_an_edit_of_an_old_issue_is_seen_at_once(moved: Mover, client: TestClient) -> None:
    """Its file is what is shown; a mistake in one takes nothing else from the archive."""
    assert "Buy a ticket" in client.get("/issues/2").text
    path = moved.directory / "issues" / "002.md"
    path.write_text(path.read_text().replace("Buy a ticket", "Buy two tickets"))
    (moved.directory / "issues" / "001.md").write_text("---\nnumber: one\nmoved_in: Substack\n---\n")

    assert "Buy two tickets" in client.get("/issues/2").text
    assert client.get("/issues/1").status_code == 404
    assert "/issues/2" in client.get("/").text


def test_an_old_issue_is_not_sent(moved: Mover) -> None:
    """Whatever way it is tried: whoever was a reader then has had it."""
    moved.run("schedule", "set", "every thursday 09:00", "--list", "weekly")
    for way in ([], ["--despite-findings"], ["--at", f"{YEAR}-12-03 09:00"], ["--next"]):
        done = moved.run("send", "2", "--list", "weekly", "--yes", *way)

        assert done.returncode == 1
        assert "issues/002.md:" in done.stderr
        assert "published with Substack (2024-03-15) and moved in" in done.stderr
        assert "--despite-findings" not in done.stderr
    assert not list(moved.directory.glob("var/outbox/*/*.eml"))


def test_an_old_issue_is_sent_where_its_owner_writes_why(moved: Mover) -> None:
    """A waiver in its file is no accident."""
    path = moved.directory / "issues" / "002.md"
    path.write_text(
        path.read_text().replace("moved_in:", "waive:\n  moved-in: the most asked for, once more\nmoved_in:")
    )

    done = moved.run("send", "2", "--list", "weekly", "--yes", "--despite-findings")

    assert done.returncode == 0, done.stderr
    assert 1 == len(list(moved.directory.glob("var/outbox/*/*.eml")))


def test_nothing_is_known_of_who_got_an_old_issue(moved: Mover) -> None:
    """And nobody is told to send it."""
    for words in (["status", "2"], ["report", "2"], ["proof", "2", "--out", "proof.csv"]):
        done = moved.run(*words)

        assert done.returncode == 1
        assert "was not sent from here" in done.stderr and "newsletter send" not in done.stderr


def test_what_ran_in_an_old_issue_was_seen_before(moved: Mover) -> None:
    """Readers had that link, wherever it was published."""
    post = moved.directory / "posts" / "2026-11-20-ferries-in-winter.md"
    post.write_text(post.read_text().replace("https://coast.example.org/winter", "http://www.tickets.example.net"))
    moved.run("draft")

    assert "ran in issue 2 (“The long quay”)" in moved.run("check", "4", "--offline").stdout


def test_the_schedule_takes_no_old_issue(moved: Mover) -> None:
    """Nor can one be approved; the first of this newsletter's own goes, whatever its number."""
    moved.run("schedule", "set", "every thursday 09:00", "--list", "weekly")
    refused = moved.run("schedule", "approve", "2", "--despite-findings")
    assert (1, True) == (refused.returncode, "moved in" in refused.stderr)
    assert "The long quay" not in moved.run("schedule", "show").stdout

    moved.run("draft")

    from newsletter.schedule.freeze import choose
    from newsletter.wiring.clocks import desk_of

    parts = moved.parts
    plan = parts.schedule.timetables.find("weekly")
    assert plan is not None
    assert 4 == choose(desk_of(parts), plan)
