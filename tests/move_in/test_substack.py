"""A newsletter of Substack moves in: its issues, its readers, and nothing that is not for everybody."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.move_in.conftest import Mover
from tests.move_in.samples import SUBSTACK, packed


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return packed(tmp_path / "export.zip", SUBSTACK)


def test_old_issues_become_issues_by_age(mover: Mover, export: Path) -> None:
    """The oldest is number 1; each has its subject, preheader, the day it was for its readers, and where it comes from."""
    mover.move_in("substack", export)

    one, two, three = mover.issues().values()
    assert [1, 2, 3] == [one.number, two.number, three.number]
    assert ("The long quay", "Boats, and more boats", date(2024, 3, 15)) == (two.subject, two.preheader, two.dated_on)
    assert "Substack, 1002.the-long-quay" == two.moved_in
    assert "First crossing { { first_name }}" == one.subject
    assert "[audio.example.net](https://audio.example.net/7.mp3)" in three.intro


def test_the_words_come_clean(mover: Mover, export: Path) -> None:
    """What asked to subscribe or share over there, scripts and trackers stay out; quotes, pictures and links come."""
    mover.move_in("substack", export)
    words = mover.issues()[2].intro

    for kept in (
        "![The quay](https://cdn.example.net/quay.png)",
        "At dusk",
        "[Buy a ticket](https://tickets.example.net/)",
        "[Ice](https://other.example.net/p/ice)",
        "![](https://cdn.example.net/a.png)",
        "(https://www.youtube.com/watch?v=abcdefghijk)",
        "[the first one](https://ferries.example.org/p/first-crossing)",
        "again.\n[1]",
        "[1] Or not.",
    ):
        assert kept in words, words
    for gone in ("Thanks for reading", "Share", "alert", "open.gif", "javascript", "Open\n"):
        assert gone not in words, words
    text = mover.run("render", "2", "--out", mover.directory / "out")
    assert text.returncode == 0, text.stderr
    assert "Braces {{ are }} only braces. <!-- posts -->" in (mover.directory / "out" / "002.txt").read_text()


def test_links_between_old_issues_follow_them(mover: Mover, export: Path) -> None:
    """Where the old address is named; all others stay as they are."""
    mover.move_in("substack", export, "--url", "https://www.ferries.example.org")

    assert "[the first one](https://ferries.example.com/issues/1)" in mover.issues()[2].intro
    assert "(https://tickets.example.net/)" in mover.issues()[2].intro


def test_what_is_left_out_is_said_with_the_reason(mover: Mover, export: Path) -> None:
    """Drafts, pages, what the export has no text of, and what not everybody could read."""
    said = mover.as_json("substack", export)

    assert {
        "For members": "Not everybody could read it there, and here anybody could.",
        "Unfinished": "It is a draft.",
        "About us": "It is a page, not an issue.",
        "Lost": "The export holds no text of it.",
    } == {one["title"]: one["reason"] for one in said["left_out"]}
    assert ["https://cdn.example.net/quay.png", "https://cdn.example.net/a.png"] == said["pictures"]["remote"]


def test_what_was_closed_comes_where_its_owner_asks_for_it(mover: Mover, export: Path) -> None:
    """It takes its place by age; what is here keeps its number."""
    mover.move_in("substack", export)
    said = mover.as_json("substack", export, "--with-closed")

    assert (1, 3) == (said["added"], said["unchanged"])
    assert {4: "For members"} == {one["number"]: one["subject"] for one in said["issues"]}


def test_a_dry_run_shows_everything_and_writes_nothing(mover: Mover, export: Path) -> None:
    """Issues with their days, readers, and what stays out."""
    before = mover.files()
    done = mover.move_in("substack", export, "--dry-run", "--list", "weekly", "--active", "--consent", "a form")

    assert "Dry run, nothing was written. 3 old issues from Substack would come." in done.stdout
    assert "   2  2024-03-15  The long quay" in done.stdout
    assert "The list weekly would be new." in done.stdout
    assert "2 rows for weekly: 1 added" in done.stdout
    assert "4 are left out:" in done.stdout and "--with-closed" in done.stdout
    assert before == mover.files()
    assert mover.parts.readers.find_list("weekly") is None


def test_the_same_export_twice_changes_nothing(mover: Mover, export: Path) -> None:
    """Not even what its owner improved meanwhile, whatever it is called now."""
    mover.move_in("substack", export)
    path = mover.directory / "issues" / "002.md"
    path.write_text(path.read_text().replace("The long quay", "The longest quay").replace("At dusk", "At dawn"))
    before = mover.files()

    assert (0, 3) == ((said := mover.as_json("substack", export))["added"], said["unchanged"])
    assert before == mover.files()


def test_an_issue_whose_mark_was_taken_out_does_not_come_again(mover: Mover, export: Path) -> None:
    """It is known by its subject and its day."""
    mover.move_in("substack", export)
    path = mover.directory / "issues" / "002.md"
    path.write_text("\n".join(line for line in path.read_text().split("\n") if "moved_in" not in line))

    assert 0 == mover.as_json("substack", export)["added"]


def test_numbering_goes_on_after_the_last_old_issue(mover: Mover, export: Path) -> None:
    """A draft takes the next number, and a later export goes on after it."""
    mover.move_in("substack", export)
    assert "issues/004.md" in mover.run("draft").stdout
    more = dict(SUBSTACK)
    more["posts.csv"] = f"{more['posts.csv']}1008.later,2024-05-02T08:00:00Z,true,,newsletter,everyone,Later,,\n"
    more["posts/1008.later.html"] = "<p>Later.</p>"

    said = mover.as_json("substack", packed(export.with_name("later.zip"), more))

    assert [5] == [one["number"] for one in said["issues"]]


def test_the_oldest_can_begin_elsewhere(mover: Mover, export: Path) -> None:
    """For a newsletter that has issues of its own already."""
    assert [101, 102, 103] == [one["number"] for one in mover.as_json("substack", export, "--first", "101")["issues"]]


def test_readers_come_through_the_import_with_its_rules(mover: Mover, export: Path) -> None:
    """Who left stays away; the files of who opened what are not looked into; the import can be taken back."""
    said = mover.as_json("substack", export, "--list", "weekly", "--active", "--consent", "a form")["readers"]

    assert (2, 1, 1) == (said["rows"], said["added"], said["suppressed"])
    shown = mover.run("subscribers", "show", "ana@example.com").stdout
    assert "list weekly: active" in shown and "(a form)" in shown
    assert mover.parts.readers.find_subscriber("zoe@example.com") is None
    assert "taken back" in mover.run("subscribers", "import", "--undo", str(said["import"])).stdout


def test_without_a_list_the_readers_stay_out_and_that_is_said(mover: Mover, export: Path) -> None:
    """Nobody is put anywhere by accident."""
    said = mover.move_in("substack", export).stdout

    assert "Its readers stay out: " in said and "email_list.ferries.csv" in said and "--list NAME" in said


def test_an_unpacked_folder_is_as_good(mover: Mover, tmp_path: Path) -> None:
    """Some browsers unpack what they download."""
    for name, content in SUBSTACK.items():
        path = tmp_path / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    said = mover.as_json("substack", tmp_path / "export", "--list", "weekly", "--active", "--consent", "a form")

    assert (3, 1) == (said["added"], said["readers"]["added"])
