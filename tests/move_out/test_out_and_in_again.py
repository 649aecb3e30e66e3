"""Moved out and in again, nothing is missing but what was said."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.folder.pictures.images import ImageFolder
from newsletter.move_out.move import look
from newsletter.move_out.outlet import whole_folder
from newsletter.move_out.redirects import TABLE, write_redirects
from newsletter.move_out.systems import SYSTEMS
from newsletter.wiring import open_newsletter
from newsletter.words.subscriber import SubscriptionStatus
from tests.move_in.samples import a_picture
from tests.move_out.conftest import NEW, Leaver, rows
from tests.running import a_folder, run

TO_MAIL = {"ana@example.com", "max@example.com"}
PROTECTED = {"bo@example.com", "cy@example.com", "fay@example.com", "ed@example.com"}
FORMS = {
    "ghost": "ghost-members.csv",
    "substack": "substack-subscribers.csv",
    "buttondown": "buttondown-subscribers.csv",
    "beehiiv": "beehiiv-subscribers.csv",
}


def _empty(directory: Path) -> Path:
    folder = a_folder(directory)
    (folder / "issues" / "001.md").unlink()
    return folder


@pytest.mark.parametrize(
    "system", ["ghost", *(pytest.param(name, marks=pytest.mark.walks) for name in FORMS if name != "ghost")]
)
def test_our_export_for_a_system_reads_as_one_of_that_system(leaver: Leaver, tmp_path: Path, system: str) -> None:
    """Issues with their days, words and pictures; readers to mail, and nobody else."""
    out, here = leaver.out(system, tmp_path / "out"), _empty(tmp_path / "again")
    lists = out / "readers" / "weekly"
    for protected in (lists / "left.csv", out / "readers" / "do-not-mail.csv"):
        assert 0 == run(here, "subscribers", "import", protected, "--list", "weekly").returncode
    words = ("--list", "weekly", "--active", "--consent", "As before", "--url", NEW, "--format", "json")
    done = run(here, "move-in", system, out / "issues.zip", lists / FORMS[system], *words)
    said, parts = json.loads(done.stdout), open_newsletter(here)
    issues = {one.dated_on: one for one in parts.issues.list_issues()}
    zone = ZoneInfo(leaver.parts.config.newsletter.zone)
    went_on = leaver.parts.archive.list_dates()[1].astimezone(zone).date()
    mailable = {
        one.email for one in parts.readers.iterate("weekly", status=SubscriptionStatus.ACTIVE) if not one.suppressed
    }

    assert ["Planes for you"] == [one["title"] for one in said["left_out"]], "the draft, as was said"
    assert {"Boats for you"} == {one.subject for one in issues.values()}
    assert {went_on.isoformat(), "2020-01-02"} == {day.isoformat() for day in issues if day}
    old = issues[next(day for day in issues if day and day.year == 2020)]
    assert "Three ferries and a timetable." == old.preheader
    for words_of_it in (
        "Dear reader",
        "## Short",
        "[Ferries in winter](https://coast.example.org/winter)",
        "> The last boat",
    ):
        assert words_of_it in old.intro
    assert "[the first](https://ferries.example.com/issues/2)" in old.intro, "the old link follows to the new number"
    assert [a_picture()[:8]] == [path.read_bytes()[:8] for path in (here / "images").iterdir()]
    assert TO_MAIL == mailable
    assert {one for one in PROTECTED if parts.readers.find_suppression(one)} == PROTECTED - {"ed@example.com"}


@pytest.mark.walks
def test_plain_files_come_back_as_they_were(leaver: Leaver, tmp_path: Path) -> None:
    """By their own steps: the folders are copied, the tables imported. Each reader stands as before, with day and consent."""
    out, here = leaver.out("files", tmp_path / "out"), _empty(tmp_path / "again")
    shutil.copytree(out / "issues", here / "issues", dirs_exist_ok=True)
    shutil.copytree(out / "images", here / "images")
    lists = out / "readers" / "weekly"
    declared = ("--active", "--consent", "As before")
    for name in ("active.csv", "left.csv"):
        assert 0 == run(here, "subscribers", "import", lists / name, "--list", "weekly", *declared).returncode
    assert 0 == run(here, "subscribers", "import", lists / "not-confirmed.csv", "--list", "weekly").returncode
    assert 0 == run(here, "subscribers", "import", out / "readers" / "do-not-mail.csv", "--list", "weekly").returncode

    tables = []
    for n, folder in enumerate((leaver.directory, here)):
        file = tmp_path / f"{n}.csv"
        assert 0 == run(folder, "subscribers", "export", "--list", "weekly", "--out", file).returncode
        table = {row["email"]: row for row in rows(file)}
        for row in table.values():
            if row["status"] not in ("active", "ended"):
                # Counted from when it was imported: who is asked anew, and addresses without a person.
                row["subscribed_at"] = ""
        tables.append(table)
    assert tables[0] == tables[1]
    shown = {number: one.subject for number, one in _issues(here).items()}
    assert {1: "Boats for you", 2: "Planes for you", 3: "Boats for you"} == shown
    assert [True, False, True] == [bool(one.moved_in) for one in _issues(here).values()]
    assert 0 == run(here, "render", "3", "--out", tmp_path / "rendered").returncode


def _issues(here: Path) -> dict[int, object]:  # type: ignore[type-arg]
    return {one.number: one for one in open_newsletter(here).issues.list_issues()}


@pytest.mark.walks
def test_pages_come_back_as_old_issues(leaver: Leaver, tmp_path: Path) -> None:
    """As any pages do that begin with their day; a draft has none."""
    out, here = leaver.out("files", tmp_path / "out"), _empty(tmp_path / "again")
    said = json.loads(
        run(here, "move-in", "files", out / "pages", out / "images", "--url", NEW, "--format", "json").stdout
    )

    assert 2 == said["added"] and 1 == said["pictures"]["copied"]
    assert 1 == len(said["left_out"])
    assert "2020-01-02" in {str(one.dated_on) for one in open_newsletter(here).issues.list_issues()}


def test_posts_for_beehiiv_stand_in_one_table(leaver: Leaver, tmp_path: Path) -> None:
    """With the columns of its own export; pictures by the address where they can be fetched, and beside it."""
    out = leaver.out("beehiiv", tmp_path / "out")
    with zipfile.ZipFile(out / "issues.zip") as archive:
        archive.extractall(tmp_path / "issues")
    posts = {row["id"]: row for row in rows(tmp_path / "issues" / "posts.csv")}
    [picture] = (tmp_path / "issues" / "images").iterdir()

    assert ["confirmed", "draft", "confirmed"] == [posts[f"issue-{n}"]["status"] for n in (1, 2, 3)]
    assert f"https://ferries.example.com/images/{picture.name}" in posts["issue-3"]["content_html"]
    assert f'href="{NEW}/p/boats-for-you"' in posts["issue-3"]["content_html"]
    assert f"{NEW}/p/boats-for-you-3" == posts["issue-3"]["url"]
    [ana] = [row for row in rows(out / "readers/weekly/beehiiv-subscribers.csv") if row["email"] == "ana@example.com"]
    assert ("Ana", "Lind", "long,short", "The form, 2024", "Ellery") == tuple(
        ana[name] for name in ("First Name", "Last Name", "tags", "consent", "town")
    )


@pytest.mark.parametrize("system", ["ghost", "buttondown", "beehiiv"])
def test_a_tag_with_a_comma_stays_one_tag(leaver: Leaver, system: str) -> None:
    """These systems cut at every comma."""
    parts = leaver.parts
    ana = next(one for one in parts.readers.iterate("weekly") if one.email == "ana@example.com")
    parts.engine.dispose()
    form = SYSTEMS[system].form
    assert form is not None

    row = dict(zip(form.head(()), form.row(replace(ana, tags=("long, cold", "short")), ()), strict=True))

    assert "long  cold,short" == row.get("tags", row.get("labels"))


@pytest.mark.parametrize("system", ["ghost", "substack", "buttondown", "beehiiv"])
def test_only_readers_who_may_be_mailed_are_in_the_table_for_a_system(
    leaver: Leaver, tmp_path: Path, system: str
) -> None:
    """Whoever takes it for a list of subscribers mails nobody who did not confirm, left, or must not be mailed."""
    out = leaver.out(system, tmp_path / "out") / "readers"
    [table] = (out / "weekly").glob(f"{system}-*.csv")

    assert TO_MAIL == {row["email"] for row in rows(table)}
    assert {"di@example.com"} == {row["email"] for row in rows(out / "weekly" / "not-confirmed.csv")}
    assert {"ed@example.com"} == {row["email"] for row in rows(out / "weekly" / "left.csv")}
    assert {"bo@example.com": "unsubscribe", "cy@example.com": "hard_bounce", "fay@example.com": "complaint"} == {
        row["email"]: row["status"] for row in rows(out / "do-not-mail.csv")
    }
    assert {"The form, 2024"} == {row["consent"] for row in rows(out / "weekly" / "active.csv")}


def test_redirects_lead_from_each_old_address_to_the_new_one(leaver: Leaver, tmp_path: Path) -> None:
    """As a table, and as Caddy, nginx and Ghost read them; a draft has no address."""
    out = leaver.out("ghost", tmp_path / "out")

    assert [
        {"old": "/issues/1", "new": f"{NEW}/boats-for-you/"},
        {"old": "/issues/3", "new": f"{NEW}/boats-for-you-3/"},
        {"old": "/feed.xml", "new": f"{NEW}/rss/"},
    ] == rows(out / TABLE)
    redirects = out / "redirects"
    assert f"redir /issues/1 {NEW}/boats-for-you/ permanent\n" in (redirects / "caddy.txt").read_text()
    assert f"location = /issues/1 {{ return 301 {NEW}/boats-for-you/; }}\n" in (redirects / "nginx.conf").read_text()
    assert "301:\n  /issues/1: /boats-for-you/\n" in (redirects / "redirects.yaml").read_text()


@pytest.mark.walks
def test_the_servers_take_the_redirects(leaver: Leaver, tmp_path: Path) -> None:
    """Caddy and nginx read them as what they are, whatever stands in the new address."""
    parts = leaver.parts
    move = look(
        SYSTEMS["ghost"],
        parts.config.newsletter,
        parts.shelf,
        parts.archive,
        parts.readers.list_lists(),
        new_url="https://new.example.org/$uri;{path}",
    )
    with whole_folder(tmp_path / "out") as open_file:
        write_redirects("https://ferries.example.com", move.redirects(), open_file, for_ghost=True)
    room = tmp_path / "out" / "redirects"
    (tmp_path / "nginx.conf").write_text(f"events {{}}\nhttp {{ server {{ include {room / 'nginx.conf'}; }} }}\n")
    (tmp_path / "Caddyfile").write_text(f":18080 {{\n{(room / 'caddy.txt').read_text()}}}\n")

    assert "return 301 https://new.example.org/%24uri%3B%7Bpath%7D/boats-for-you/;" in (room / "nginx.conf").read_text()
    for words in (
        ("nginx", "-t", "-q", "-p", tmp_path, "-c", tmp_path / "nginx.conf"),
        ("caddy", "adapt", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile"),
    ):
        if shutil.which(str(words[0])):
            done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
            assert done.returncode == 0, done.stderr


def test_pictures_leave_without_where_they_were_taken(leaver: Leaver, tmp_path: Path) -> None:
    """They are those that are mailed, not the camera's."""
    out = leaver.out("files", tmp_path / "out")
    [picture] = (out / "images").iterdir()

    assert ImageFolder(leaver.directory).find(picture.name).read_bytes() == picture.read_bytes()
