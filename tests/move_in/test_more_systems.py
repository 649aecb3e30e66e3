"""listmonk, Kit, beehiiv, MailerLite, Sendy, Mailman and plain files: their issues come, and nobody who is protected may be mailed."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.imports.file_import import import_opened
from newsletter.imports.opener import open_files
from newsletter.imports.report import ImportOptions
from newsletter.move_in.export import MoveInOptions
from newsletter.move_in.export_files import open_export
from newsletter.move_in.old_systems import OLD_SYSTEMS
from newsletter.words.subscriber import SubscriptionStatus
from tests.move_in.conftest import Mover
from tests.move_in.more_samples import EVERY, LISTMONK, MAILMAN, OLD_PAGE, SENDY
from tests.move_in.samples import packed

WITH_LIST = ("--list", "weekly", "--active", "--consent", "a form")
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


@pytest.mark.parametrize("system", EVERY)
def test_issues_come_with_words_and_without_what_only_worked_there(mover: Mover, tmp_path: Path, system: str) -> None:
    """By age, each with its day; no link by which one person leaves, no merge tag, and the archive zipped or not."""
    members, subjects = EVERY[system]
    said = mover.as_json(system, packed(tmp_path / "export.zip", members))
    assert subjects == [one["subject"] for one in said["issues"]]
    assert all(one["date"] for one in said["issues"])
    for issue in mover.issues().values():
        for tag in ("{{", "[Name", "unsubscribe", "Unsubscribe", "options/ana", "OPEN_TRACKING", "TrackLink"):
            assert tag not in issue.intro, (tag, issue.intro)
        assert issue.moved_in.startswith(OLD_SYSTEMS[system].title if system != "files" else "Files")
    again = mover.as_json(system, *unpacked(tmp_path / "unpacked", members))
    assert (0, len(subjects)) == (again["added"], again["unchanged"])


@pytest.mark.parametrize("is_packed", [True, False], ids=["zip", "files"])
@pytest.mark.parametrize("system", EVERY)
def test_nobody_who_is_protected_becomes_mailable(mover: Mover, tmp_path: Path, system: str, is_packed: bool) -> None:
    """Whatever the order of the files: who left, bounced or complained is off every list, and stays off."""
    members, _ = EVERY[system]
    files = [packed(tmp_path / "e.zip", members)] if is_packed else unpacked(tmp_path / "unpacked", members)
    with open_export(files) as export_files:
        export = OLD_SYSTEMS[system].read(export_files, MoveInOptions(zone=ZoneInfo("Europe/Berlin")))
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


def test_tables_in_which_nothing_says_who_left_are_not_read(mover: Mover, tmp_path: Path) -> None:
    """They are named with what to bring in their place."""
    everybody = {"the-ferries-all.csv": SENDY["the-ferries-all.csv"]}
    said = mover.as_json("sendy", packed(tmp_path / "sendy.zip", everybody), *WITH_LIST)
    assert said["readers"] is None
    assert "does not say who left" in said["left_out"][0]["reason"]
    table = packed(
        tmp_path / "listmonk.zip", {"subscribers.csv": "uuid,email,name,attributes,status,created_at,updated_at\n"}
    )
    assert "who unsubscribed from a list" in mover.move_in("listmonk", table, *WITH_LIST).stderr
    members = packed(tmp_path / "mailman.zip", {"members.txt": MAILMAN["members.txt"]})
    assert "nomail" in mover.move_in("mailman", members, *WITH_LIST).stderr
    assert mover.parts.readers.find_subscriber("gone@example.com") is None


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


def test_a_page_without_a_day_says_what_to_do(mover: Mover, tmp_path: Path) -> None:
    """The name of its file may say it, or the page itself."""
    page = OLD_PAGE.replace("<head>", '<head><meta name="date" content="2024-05-06">')
    said = mover.as_json("files", packed(tmp_path / "e.zip", {"a.html": OLD_PAGE, "b.html": page}))
    assert ["2024-05-06"] == [one["date"] for one in said["issues"]]
    assert "Put the day before its name" in said["left_out"][0]["reason"]


@pytest.mark.parametrize("system", EVERY)
def test_whatever_is_broken_is_refused_in_a_sentence(mover: Mover, tmp_path: Path, system: str) -> None:
    """Cut off, not of this kind, or empty: nothing is written, and nothing breaks."""
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
    done = mover.move_in(system, packed(tmp_path / "e.zip", broken))
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
    assert {} == mover.issues()
