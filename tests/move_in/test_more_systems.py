"""listmonk, Kit, beehiiv, MailerLite, Sendy, Mailman and plain files: their issues come, and nobody who is protected may be mailed."""

from __future__ import annotations

import json
import random
import re
import tracemalloc
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.imports.file_import import import_opened
from newsletter.imports.opener import open_files
from newsletter.imports.report import ImportOptions
from newsletter.move_in.export import MoveInOptions
from newsletter.move_in.export_files import open_export
from newsletter.move_in.move import Here, MoveIn, look
from newsletter.move_in.old_systems import OLD_SYSTEMS
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SubscriptionStatus
from tests.imports.exports import EXPORTS
from tests.move_in.conftest import Mover
from tests.move_in.more_samples import EVERY, LISTMONK, MAILMAN, OLD_PAGE, SENDY
from tests.move_in.samples import packed
from tests.pictures_made import a_png

WITH_LIST = ("--list", "weekly", "--active", "--consent", "a form")
ASKED = MoveInOptions(zone=ZoneInfo("Europe/Berlin"))
GONE = ("gone@example.com", "dead@example.com", "angry@example.com", "unsaid@example.com")


def unpacked(folder: Path, members: Mapping[str, str | bytes]) -> list[Path]:
    """The files of an export one by one, in any order."""
    folder.mkdir()
    paths = []
    for name, content in members.items():
        path = folder / name.rpartition("/")[2]
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    random.Random(7).shuffle(paths)
    return paths


def looked_at(system: str, *paths: Path) -> MoveIn:
    """What would come out of an export, into a newsletter without issues."""
    with open_export(paths) as files:
        export = OLD_SYSTEMS[system].read(files, ASKED)
        return look(export, files, Here(issues=[], taken=[], public_url="https://ferries.example.com"), asked=ASKED)


@pytest.mark.parametrize("system", EVERY)
def test_issues_come_with_words_and_without_what_only_worked_there(tmp_path: Path, system: str) -> None:
    """By age, each with its day; no link by which one person leaves, no merge tag, and the same packed or not."""
    members, subjects = EVERY[system]
    issues = looked_at(system, packed(tmp_path / "export.zip", members)).issues
    assert subjects == [issue.subject for issue in issues]
    assert all(issue.dated_on for issue in issues)
    for issue in issues:
        for tag in ("{{", "[Name", "unsubscribe", "Unsubscribe", "options/ana", "OPEN_TRACKING", "TrackLink"):
            assert tag not in issue.intro, (tag, issue.intro)
    again = looked_at(system, *unpacked(tmp_path / "unpacked", members)).issues
    assert [issue.subject for issue in issues] == [issue.subject for issue in again]


@pytest.mark.parametrize(("system", "is_packed"), [(system, n % 2 == 0) for n, system in enumerate(EVERY)])
def test_nobody_who_is_protected_becomes_mailable(mover: Mover, tmp_path: Path, system: str, is_packed: bool) -> None:
    """Whatever the order of the files: who left, bounced or complained is off every list, and stays off."""
    members, _ = EVERY[system]
    files = [packed(tmp_path / "e.zip", members)] if is_packed else unpacked(tmp_path / "unpacked", members)
    with open_export(files) as export_files:
        export = OLD_SYSTEMS[system].read(export_files, ASKED)
        options = ImportOptions(
            list_name="weekly",
            status=SubscriptionStatus.ACTIVE,
            consent="a form",
            only={one.packed for one in export.readers if one.packed is not None},
        )
        parts = mover.parts
        with open_files(list(dict.fromkeys(one.path for one in export.readers)), options) as opening:
            assert not opening.questions
            import_opened(parts.consent.membership, opening, options)
    ana = parts.readers.find_subscriber("ana@example.com")
    assert ana and ana.subscriptions[0].status is SubscriptionStatus.ACTIVE
    for email in GONE:
        person = parts.readers.find_subscriber(email)
        mailable = (
            person
            and not person.suppressed
            and any(one.status is SubscriptionStatus.ACTIVE for one in person.subscriptions)
        )
        assert not mailable, email
    whole = str(members)
    for email in GONE[:3]:
        assert (email not in whole) or parts.readers.find_suppression(email), email
    parts.engine.dispose()


def test_tables_in_which_nothing_says_who_left_are_not_read(tmp_path: Path) -> None:
    """They are named with what to bring in their place."""
    with open_export([packed(tmp_path / "s.zip", {"the-ferries-all.csv": SENDY["the-ferries-all.csv"]})]) as files:
        export = OLD_SYSTEMS["sendy"].read(files, ASKED)
    assert ([], True) == (list(export.readers), "does not say who left" in export.left_out[0].why)
    table = packed(tmp_path / "l.zip", {"subscribers.csv": "uuid,email,name,attributes,status,created_at,updated_at\n"})
    with pytest.raises(Mistake, match="who unsubscribed from a list"):
        looked_at("listmonk", table)
    with pytest.raises(Mistake, match="among the members") as refused:
        looked_at("mailman", packed(tmp_path / "m.zip", {"members.txt": MAILMAN["members.txt"]}))
    assert "nomail" in refused.value.fix


def test_readers_come_with_what_their_files_names_say(mover: Mover, tmp_path: Path) -> None:
    """Once more by the command, with the names of the files and not of a temporary folder."""
    said = mover.move_in("sendy", packed(tmp_path / "sendy.zip", SENDY), *WITH_LIST)
    assert said.returncode == 0, said.stderr
    assert "the-ferries-bounced.csv" in said.stdout
    assert "newsletter-move-in-" not in said.stdout
    [move] = mover.parts.moves.list_done(most=5)
    assert move.remind_at is not None
    assert all(move.issues.values())


def test_listmonk_says_of_each_list_whether_a_person_wants_it(mover: Mover, tmp_path: Path) -> None:
    """Enabled is not enough: one who left a list there is off, and one who never confirmed waits."""
    document = str(LISTMONK["subscribers.json"]).replace(
        '"email": "dead@example.com", "name": "Di", "attribs": {"city": "Bonn"}, "status": "disabled"',
        '"email": "new@example.com", "name": "Di", "attribs": {"city": "Bonn"}, "status": "enabled"',
    )
    document = document.replace(
        '"name": "Ferries", "subscription_status": "unsubscribed"', '"subscription_status": "unsubscribed"'
    )
    rows = json.loads(document)
    rows["data"]["results"][3]["lists"][0]["subscription_status"] = "unconfirmed"
    mover.move_in("listmonk", packed(tmp_path / "e.zip", {"people.json": json.dumps(rows)}), *WITH_LIST)
    person = mover.parts.readers.find_subscriber("new@example.com")
    assert person and person.subscriptions[0].status is SubscriptionStatus.PENDING
    ana = mover.parts.readers.find_subscriber("ana@example.com")
    assert ana and ana.fields["city"] == "Bonn"


def test_pictures_that_came_in_a_mail_are_copied(mover: Mover, tmp_path: Path) -> None:
    """And stand in the words where they stood."""
    members, _ = EVERY["files"]
    assert mover.as_json("files", packed(tmp_path / "e.zip", members))["pictures"]["copied"] == 1
    assert "![The quay](images/" in mover.issues()[2].intro


def test_each_picture_of_a_mail_is_its_own(mover: Mover, tmp_path: Path) -> None:
    """Where one mark begins as another does, and where a mark is too long for the name of a file."""
    marks = ("1", "10", "x" * 300)
    mail = EmailMessage()
    mail["Subject"], mail["Date"] = "Three boats", "Fri, 15 Mar 2024 09:00:00 +0000"
    mail.set_content("plain")
    pictures = "".join(f'<p><img src="cid:{mark}" alt="boat {n}"></p>' for n, mark in enumerate(marks))
    mail.add_alternative(f"<p>Look at these boats.</p>{pictures}", subtype="html")
    page = mail.get_body(("html",))
    assert page is not None
    for n, mark in enumerate(marks):
        page.add_related(a_png((n * 60, 20, 20)), "image", "png", cid=f"<{mark}>")
    (tmp_path / "boats.eml").write_bytes(mail.as_bytes())

    done = mover.move_in("files", tmp_path / "boats.eml")

    assert done.returncode == 0, done.stderr
    words = mover.issues()[1].intro
    assert 3 == len(set(re.findall(r"!\[boat \d\]\((images/[\w-]+\.png)\)", words))), words


def test_a_day_that_can_not_be_leaves_out_one_issue_and_not_all(tmp_path: Path) -> None:
    """The year 1 is how some programs write none. No message names the folder in which we have the files."""
    for name, date_ in (
        ("b.eml", "Fri, 31 Dec 9999 23:30:00 +0000"),
        ("c.eml", "Fri, 15 Mar 2024 09:00:00 +0000"),
    ):
        (tmp_path / name).write_text(f"Subject: {name}\nDate: {date_}\n\nThe boat stays.")
    (tmp_path / "posts.csv").write_text(
        "id,web_title,status,content_html,created_at\n"
        "1,Old,confirmed,<p>x</p>,0001-01-01T00:00:00Z\n2,New,confirmed,<p>The boat stays.</p>,2024-03-15\n"
    )

    mails = looked_at("files", tmp_path / "b.eml", tmp_path / "c.eml")
    posts = looked_at("beehiiv", tmp_path / "posts.csv")

    assert ["c.eml"] == [issue.subject for issue in mails.issues]
    assert ["New"] == [issue.subject for issue in posts.issues]
    assert 1 == len(mails.left_out) and str(tmp_path) not in str([*mails.left_out, *posts.left_out])


def test_a_page_without_a_day_says_what_to_do(tmp_path: Path) -> None:
    """The name of its file may say it, or the page itself."""
    page = OLD_PAGE.replace("<head>", '<head><meta name="date" content="2024-05-06">')
    move = looked_at("files", packed(tmp_path / "e.zip", {"a.html": OLD_PAGE, "b.html": page}))
    assert [date(2024, 5, 6)] == [issue.dated_on for issue in move.issues]
    assert "Put the day before its name" in move.left_out[0].why


@pytest.mark.parametrize("system", EVERY)
def test_whatever_is_broken_is_left_out_or_refused(tmp_path: Path, system: str) -> None:
    """Cut off, not of this kind, or empty: a sentence says it, and nothing breaks."""
    broken: dict[str, str | bytes] = {
        "a.json": '{"data": [1, {"email": 3, "subject": null}], "broadcasts": "x", "results": {}}',
        "posts.csv": "id,web_title,status,content_html,created_at\n1,T,confirmed,<p>x</p>,never\n",
        "active.csv": '"',
        "x-active.csv": "",
        "nomail.txt": "no members",
        "b.html": "<title>",
        "c.eml": b"\xff\xfeSubject",
        "d.mbox": "From x\nSubject: =?utf-8?b?////?=\nDate: never\n\nx",
    }
    with suppress(Mistake):
        assert looked_at(system, packed(tmp_path / "e.zip", broken)).issues == []


@pytest.mark.parametrize(
    ("system", "name"),
    [
        ("mailerlite", "inactive.csv"),
        ("mailerlite", "not-active.csv"),
        ("mailerlite", "active and opted out.csv"),
        ("kit", "never confirmed.csv"),
        ("kit", "deactivated.csv"),
        ("sendy", "ferries-former-active.csv"),
        ("sendy", "ferries.csv"),
    ],
)
def test_a_name_that_is_not_plain_lets_nobody_in(tmp_path: Path, system: str, name: str) -> None:
    """It is left out, or none in it may be mailed before they confirm."""
    table = packed(tmp_path / "e.zip", {name: "name,email\nGus,gone@example.com\n"})
    with open_export([table]) as files:
        export = OLD_SYSTEMS[system].read(files, ASKED)
        said = [one.path.read_text() for one in export.readers]
    assert all(",active" not in text for text in said)


def test_lists_of_mailman_that_speak_of_leaving_let_nobody_in(tmp_path: Path) -> None:
    """Only the list of members, and of those whose delivery is on, has readers in it."""
    names = ("unsubscribed.txt", "removed members.txt", "nomail.txt", "banned.txt", "bounces.txt")
    lists = packed(tmp_path / "e.zip", dict.fromkeys(names, "gone@example.com\n"))
    with open_export([lists]) as files:
        said = [one.path.read_text() for one in OLD_SYSTEMS["mailman"].read(files, ASKED).readers]
    assert len(said) == len(names)
    assert all(",subscribed" not in text for text in said)


@pytest.mark.parametrize(
    ("system", "members"),
    [
        ("listmonk", {"subscribers.csv": EXPORTS["listmonk"], "unsubscribed.csv": ""}),
        ("mailman", {"members.txt": "ana@example.com\n", "nomail.txt": ""}),
        ("sendy", {"ferries-active.csv": '"Ana","ana@example.com"\n', "ferries-bounced.csv": "\n(0) Records Found!\n"}),
    ],
)
def test_where_nobody_left_their_file_may_be_empty(
    mover: Mover, tmp_path: Path, system: str, members: dict[str, str]
) -> None:
    """The others come."""
    said = mover.as_json(system, *unpacked(tmp_path / "unpacked", members), *WITH_LIST, "--dry-run")
    assert said["readers"]["added"] == 1


@pytest.mark.parametrize("letters", ["utf-8", "utf-16"])
def test_a_table_is_read_whatever_its_letters(tmp_path: Path, letters: str) -> None:
    """By and by where it is UTF-8, whole where it is marked as something else."""
    table = tmp_path / "weekly-active.csv"
    table.write_bytes("Zoë,zoe@example.com,2024\n".encode(letters))

    with open_export([table]) as files:
        (made,) = OLD_SYSTEMS["sendy"].read(files, ASKED).readers
        assert files.text(made).splitlines() == ["name,email,field 1,status", "Zoë,zoe@example.com,2024,active"]


def test_a_table_of_many_takes_no_more_memory_than_one_of_few(tmp_path: Path) -> None:
    """Packed or not: what an import reads is written row by row."""
    peaks = []
    for number in (2_000, 20_000):
        rows = "".join(f"Reader {one},reader{one}@example.com,{'x' * 80}\n" for one in range(number))
        table = packed(tmp_path / f"{number}.zip", {"weekly-active.csv": rows})
        tracemalloc.start()
        with open_export([table]) as files:
            OLD_SYSTEMS["sendy"].read(files, ASKED)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 2 * peaks[0] + 1_000_000
