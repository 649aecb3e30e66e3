"""Newsletters of Ghost, Mailchimp and Buttondown move in, each in the form that its system writes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.imports.exports import EXPORTS
from tests.move_in.conftest import Mover
from tests.move_in.samples import (
    AUDIENCE,
    BUTTONDOWN,
    GHOST,
    MAILCHIMP,
    a_ghost_post,
    a_picture,
    packed,
)

SITE = ("--url", "https://old.example.org")


@pytest.fixture
def ghost(tmp_path: Path) -> Path:
    path = tmp_path / "ferries.ghost.2024-01-01.json"
    path.write_text(GHOST)
    return path


def test_posts_of_ghost_come_by_age_with_their_excerpts(mover: Mover, ghost: Path) -> None:
    """Old exports count milliseconds, newer ones write the moment out."""
    mover.move_in("ghost", ghost, *SITE)

    shown = [(one.subject, one.dated_on, one.preheader, one.moved_in) for one in mover.issues().values()]
    assert [
        ("Early", date(2021, 1, 1), "", "Ghost, early"),
        ("Boats", date(2023, 5, 4), "", "Ghost, boats"),
        ("Ice on the river", date(2023, 5, 11), "It is cold.", "Ghost, ice"),
    ] == shown


def test_words_of_ghost_come_with_their_pictures_and_links(mover: Mover, ghost: Path) -> None:
    """Links to other old posts follow them, those to the site are whole, and cards stay as links."""
    mover.move_in("ghost", ghost, *SITE)
    words = mover.issues()[3].intro

    assert words.startswith(
        "# Ice on the river\n\n![The river in white](https://old.example.org/content/images/2023/05/top.png)"
    )
    assert "[the boats](https://ferries.example.com/issues/2)" in words
    assert "![](https://old.example.org/content/images/2023/05/ice.png)" in words
    assert "[Another coast](https://other.example.net/) About tides." in words
    assert "Sign up" not in words


def test_pictures_that_the_export_holds_are_copied(mover: Mover, ghost: Path, tmp_path: Path) -> None:
    """Found by the end of their address; one without words is called after its issue; the rest stay where they are."""
    export = packed(
        tmp_path / "ghost.zip",
        {
            "data/broken.json": "{",
            "data/ferries.json": GHOST,
            "content/images/2023/05/ice.png": a_picture(),
            "content/images/size/w600/2023/05/ice.png": a_picture("red"),
            "content/images/2023/05/top.png": b"no picture",
        },
    )
    said = mover.as_json("ghost", export, *SITE)

    assert ["https://old.example.org/content/images/2023/05/gone.png"] == said["pictures"]["remote"]
    assert 1 == said["pictures"]["copied"]
    assert ["not a picture" in one["reason"] for one in said["pictures"]["unusable"]] == [True]
    assert a_picture() == (mover.directory / "images" / "ice.png").read_bytes()
    assert "![Ice on the river](images/ice.png)" in mover.issues()[3].intro
    assert mover.run("render", "3", "--out", mover.directory / "out").returncode == 0


def test_what_ghost_showed_to_some_stays_out(mover: Mover, ghost: Path) -> None:
    """Paid posts, and those that were mailed and never stood on the web; both come where they are asked for."""
    said = mover.as_json("ghost", ghost, *SITE, "--dry-run")

    assert {"For payers", "By mail", "Not yet", "About", "Empty"} == {one["title"] for one in said["left_out"]}
    assert {"Not yet", "About", "Empty"} == {
        one["title"] for one in mover.as_json("ghost", ghost, *SITE, "--with-closed")["left_out"]
    }


def test_ghost_does_not_tell_its_address(mover: Mover, ghost: Path) -> None:
    """Without it links and pictures would be lost, so it is asked for before anything is written."""
    done = mover.move_in("ghost", ghost)

    assert 1 == done.returncode
    assert "does not tell its address" in done.stderr and "--url" in done.stderr
    assert {} == mover.issues()


def test_the_members_of_ghost_lie_beside_its_posts(mover: Mover, ghost: Path, tmp_path: Path) -> None:
    """Whatever that file is called: it was named."""
    people = tmp_path / "people.csv"
    people.write_text(EXPORTS["ghost"])
    said = mover.as_json("ghost", ghost, people, *SITE, "--list", "weekly", "--active", "--consent", "a form")

    assert (3, 1) == (said["readers"]["rows"], said["readers"]["added"])


def test_mails_of_mailchimp_come_without_what_only_makes_sense_in_a_mail(mover: Mover, tmp_path: Path) -> None:
    """Layout tables are opened, tables of figures become lists, notices and merge tags are gone, pictures are found."""
    mover.move_in("mailchimp", packed(tmp_path / "account.zip", MAILCHIMP))
    issues = mover.issues()

    assert ["First boat", "The winter boat", "Twin one", "Twin two"] == [one.subject for one in issues.values()]
    assert [date(2020, 6, 11), date(2020, 6, 18)] == [issues[1].dated_on, issues[2].dated_on]
    assert "Mailchimp, 6e3fb30c88" == issues[2].moved_in
    assert (
        "# Winter\n\nDear , it stays.\n\n- Boat · Time\n- Ellery · 9:00\n\n![Winter](images/winter.png)"
        == issues[2].intro
    )
    assert "The first." == issues[1].intro


def test_mails_that_are_called_the_same_are_told_by_their_age(mover: Mover, tmp_path: Path) -> None:
    """Pages have nothing in common with the table but what a mail is called, and numbers that grow."""
    mover.move_in("mailchimp", packed(tmp_path / "account.zip", MAILCHIMP))

    assert ["First twin.", "Second twin."] == [mover.issues()[number].intro for number in (3, 4)]


def test_mails_that_cannot_be_told_apart_stay_out(mover: Mover, tmp_path: Path) -> None:
    """A guess could put the words of one under the date of another."""
    export = {name: content for name, content in MAILCHIMP.items() if "1300_weekly" not in name}
    said = mover.as_json("mailchimp", packed(tmp_path / "account.zip", export), "--dry-run")

    reasons = {one["title"]: one["reason"] for one in said["left_out"]}
    assert "can't be told" in reasons["Twin one"] and "can't be told" in reasons["Twin two"]
    assert "no text" in reasons["Lost"]
    assert "never sent" in reasons["77/campaigns_content/1400_never-sent.html"]
    assert "does not say who is in it" in reasons["77/lists/members_export.csv"]


def test_the_audience_of_mailchimp_comes_whole(mover: Mover, tmp_path: Path) -> None:
    """Who unsubscribed or was cleaned goes on the do-not-mail list; a file that does not say who is in it is not read."""
    account, audience = packed(tmp_path / "account.zip", MAILCHIMP), packed(tmp_path / "audience.zip", AUDIENCE)
    said = mover.as_json("mailchimp", account, audience, "--list", "weekly", "--active", "--consent", "a form")

    assert (4, 1, 3) == tuple(said["readers"][count] for count in ("rows", "added", "suppressed"))
    assert 4 == said["added"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_mails_of_buttondown_come_from_their_markdown(mover: Mover, tmp_path: Path, form: str) -> None:
    """HTML in it is cleaned as HTML from outside is; what drew a form over there is gone."""
    export = dict(BUTTONDOWN)
    if form == "json":
        head, *rows = str(export.pop("emails.csv")).strip().split("\n")
        export["emails.json"] = json.dumps([dict(zip(head.split(","), row.split(","), strict=True)) for row in rows])
    mover.move_in("buttondown", packed(tmp_path / "export.zip", export))
    plain, fancy = mover.issues().values()

    assert ("The plain one", date(2023, 1, 2), "Buttondown, b-1") == (plain.subject, plain.dated_on, plain.moved_in)
    assert "# The plain one\n\n# Hello" in plain.intro and "~~struck~~" in plain.intro and "The note." in plain.intro
    assert "subscribe\\_form" not in plain.intro and "subscribe_form" not in plain.intro
    assert "# The fancy one\n\n## Fancy\n\nBy [b](https://b.example.net/)" == fancy.intro


def test_mails_of_buttondown_that_some_could_read_stay_out(mover: Mover, tmp_path: Path) -> None:
    """Where the export says of which kind a mail is, and how far it got."""
    row = {"id": "b-3", "subject": "Premium", "publish_date": "2023-02-01T00:00:00Z", "slug": "plain"}
    rows = [{**row, "email_type": "premium"}, {**row, "subject": "Draft", "status": "draft"}]
    export = packed(tmp_path / "export.zip", {"emails.json": json.dumps(rows), "emails/plain.md": "Words."})

    assert ["Premium", "Draft"] == [one["title"] for one in mover.as_json("buttondown", export)["left_out"]]


def test_a_title_of_an_old_post_is_no_merge_tag(mover: Mover, tmp_path: Path) -> None:
    """Whatever its writer wrote, readers of the archive see it."""
    posts = [
        a_ghost_post("x", "{% if a %}{{ b }}\nc", "<p>{{ x }} {% y %} <code>{{ z }}</code> &lt;!-- posts --&gt;</p>")
    ]
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"data": {"posts": posts}}))

    assert mover.move_in("ghost", path).returncode == 0
    assert mover.run("render", "1", "--out", mover.directory / "out").returncode == 0
    assert "{{ x }} {% y %} {{ z }} <!-- posts -->" in (mover.directory / "out" / "001.txt").read_text()
