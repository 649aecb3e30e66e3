"""`newsletter subscribers import`, `imports`, `export` and `duplicates`, run in a real folder."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.imports.exports import EXPORTS

from .test_readers import Run, folder, run

__all__ = ["folder", "run"]

_ACTIVE = ("--list", "weekly", "--active", "--consent", "a form")


def test_an_archive_is_imported_by_name_and_taken_back(run: Run, tmp_path: Path) -> None:
    """What it was read as is said; the number is in the list of imports."""
    with zipfile.ZipFile(tmp_path / "audience.zip", "w") as made:
        for name in ("mailchimp", "mailchimp-unsubscribed", "mailchimp-cleaned"):
            made.writestr(f"{name}.csv", EXPORTS[name])

    said = run("subscribers", "import", "audience.zip", "--from", "mailchimp", *_ACTIVE).output
    assert "4 rows for weekly: 1 added, 0 updated, 0 unchanged, 3 not to be mailed, 0 rejected." in said
    assert "audience.zip: mailchimp-cleaned.csv is read as an export of Mailchimp." in said
    assert "audience.zip: mailchimp-cleaned.csv:2: The file says" in said
    assert json.loads(run("subscribers", "show", "ana@example.com", "--format", "json").stdout)["tags"] == [
        "beta, testers",
        "editors",
    ]
    assert "weekly: audience.zip" in run("subscribers", "imports").output

    run("subscribers", "import", "--undo", "1")

    assert "(taken back)" in run("subscribers", "imports").output
    [row] = json.loads(run("subscribers", "imports", "--format", "json").stdout)["imports"]
    assert row["undone_at"] and row["files"] == ["audience.zip"]
    assert "no list yet" in run("lists").output


def test_a_dry_run_shows_the_difference(run: Run, tmp_path: Path) -> None:
    """People with a plus are new, those with a tilde change; JSON has the same for programs."""
    run("subscribers", "add", "ana@example.com", *_ACTIVE, "--field", "city=Bonn")
    (tmp_path / "a.csv").write_text("email,first name,city,tags\nana@example.com,Ana,Oslo,vip\nbo@example.com,Bo,,\n")

    said = run("subscribers", "import", "a.csv", *_ACTIVE, "--dry-run").output
    report = json.loads(run("subscribers", "import", "a.csv", *_ACTIVE, "--dry-run", "--format", "json").stdout)

    assert "  ~ ana@example.com: first name Ana, city Bonn -> Oslo, tag vip\n" in said
    assert "  + bo@example.com: first name Bo, status active\n" in said
    assert report["changes"][0]["values"][1] == {"what": "city", "before": "Bonn", "after": "Oslo"}
    assert [change["is_new"] for change in report["changes"]] == [False, True]
    assert "Nothing was imported yet." in run("subscribers", "imports").output


def test_an_interrupted_import_is_named_when_it_goes_on(run: Run, folder: Path, tmp_path: Path) -> None:
    """It keeps its number, and the list of imports says how to go on."""
    from newsletter.wiring import open_newsletter

    (tmp_path / "a.csv").write_text("email\nana@example.com\n")
    open_newsletter(folder).imports.begin("weekly", ["a.csv"])
    assert "(not finished: repeat it to go on)" in run("subscribers", "imports").output

    said = run("subscribers", "import", "a.csv", *_ACTIVE).output

    assert "Going on with import 1, which has not finished" in said
    assert "This was import 1." in said
    assert "not finished" not in run("subscribers", "imports").output


def test_a_refused_list_name_leaves_no_import_behind(run: Run, tmp_path: Path) -> None:
    """Nothing began, so there is nothing to go on with or to take back."""
    (tmp_path / "readers.csv").write_text("email\nana@example.com\n")

    said = run("subscribers", "import", "readers.csv", "--list", "a\nb", code=1).output

    assert "cannot be the name of a list" in said
    assert run("subscribers", "imports").output == "Nothing was imported yet.\n"


def test_lists_are_exported_for_other_systems(run: Run, tmp_path: Path) -> None:
    """What is left out and how to go on is said; an archive is named as one; cells stay as they are."""
    run("subscribers", "add", "ana@example.com", *_ACTIVE, "--field", "city=Bonn")
    run("subscribers", "add", "bo@example.com", "--list", "weekly")
    export = ("subscribers", "export", "--list", "weekly")

    said = run(*export, "--out", "weekly.zip", "--for", "mailchimp").output
    assert "1 to mail, 0 not to be mailed. 1 who have not confirmed are left out" in said
    assert zipfile.ZipFile(tmp_path / "weekly.zip").namelist() == ["subscribed.csv", "unsubscribed.csv", "cleaned.csv"]
    assert "1 custom fields have no place" in run(*export, "--out", "ghost.csv", "--for", "ghost").output
    assert run(*export, "--out", "-", "--for", "ghost").stdout_bytes == (tmp_path / "ghost.csv").read_bytes()
    assert ".zip" in run(*export, "--out", "weekly.csv", "--for", "listmonk", code=1).output
    run(*export, "--out", "x.csv", "--for", "ghost", "--spreadsheet", code=2)
    assert not (tmp_path / "weekly.csv").exists()


def test_likely_duplicates_are_shown(run: Run) -> None:
    """With what is needed to decide; nobody is changed."""
    run("subscribers", "add", "a.na@gmail.com", *_ACTIVE, "--first-name", "Ana")
    run("subscribers", "add", "ana+news@googlemail.com", "--list", "extras")
    run("subscribers", "add", "a.na@gmail.com", "--list", "extras")

    said = run("subscribers", "duplicates", "--list", "weekly").output
    found = json.loads(run("subscribers", "duplicates", "--format", "json").stdout)

    assert "ana@gmail.com\n  a.na@gmail.com (Ana): extras pending, weekly active\n" in said
    assert "1 mailboxes with more than one address" in said
    assert [person["email"] for person in found["duplicates"][0]["people"]] == [
        "a.na@gmail.com",
        "ana+news@googlemail.com",
    ]
    assert found["on_several_lists"] == 1
    assert "no list" in run("subscribers", "duplicates", "--list", "nowhere", code=1).output
