"""`newsletter subscribers` and `newsletter lists`, run in a real folder."""

from __future__ import annotations

import csv
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.cli import main
from tests.ready import put_database

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A newsletter folder, and the working directory beside it."""
    for name in [name for name in os.environ if name.startswith(("NEWSLETTER_", "SENDGRID_"))]:
        monkeypatch.delenv(name)
    made = tmp_path / "weekly"
    made.mkdir()
    (made / "newsletter.toml").write_text(
        'name = "The Weekly"\nsender = "editor@example.com"\naddress = "1 Main Street, Springfield"\n'
    )
    put_database(made)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def run(folder: Path) -> Run:
    """Run a command; expects exit code 0 unless another is named."""

    def command(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["-C", str(folder), *arguments])
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return command


def test_an_import_says_what_became_of_every_row(run: Run, tmp_path: Path) -> None:
    """Counts, the list that it made, each problem with file, line and reason, and what pending means."""
    (tmp_path / "readers.csv").write_text("E-Mail,First name\nana@example.com,Ana\nnobody,N\nANA@example.com,A\n")

    said = run("subscribers", "import", "readers.csv", "--list", "weekly").output

    assert "The list weekly is new." in said
    assert "3 rows for weekly: 1 added, 0 updated, 0 unchanged, 0 not to be mailed, 2 rejected." in said
    assert "readers.csv:3: " in said
    assert "readers.csv:4: " in said
    assert "pending and gets nothing" in said
    assert "--active --consent" in said


def test_json_has_the_counts_and_problems_that_scripts_rely_on(run: Run, tmp_path: Path) -> None:
    """With one file a problem is a line and a reason; with several it names its file too."""
    (tmp_path / "a.csv").write_text("email\nana@example.com\nbad\n")
    (tmp_path / "b.csv").write_text("email\nbo@example.com\nbad\n")
    options = ("--list", "weekly", "--active", "--consent", "a form", "--format", "json")

    one = json.loads(run("subscribers", "import", "a.csv", *options).stdout)
    two = json.loads(run("subscribers", "import", "a.csv", "b.csv", *options).stdout)

    assert {name: one[name] for name in ("rows", "added", "updated", "unchanged", "suppressed", "rejected")} == {
        "rows": 2,
        "added": 1,
        "updated": 0,
        "unchanged": 0,
        "suppressed": 0,
        "rejected": 1,
    }
    assert [set(problem) for problem in one["problems"]] == [{"line", "reason"}]
    assert one["problems"][0]["line"] == 3
    assert [problem["file"] for problem in two["problems"]] == ["a.csv", "b.csv"]
    assert (two["added"], two["unchanged"]) == (1, 1)


def test_a_dry_run_writes_nothing(run: Run, tmp_path: Path) -> None:
    """Not even the list."""
    (tmp_path / "readers.csv").write_text("email\nana@example.com\n")

    assert (
        "Dry run, nothing was written."
        in run("subscribers", "import", "readers.csv", "--list", "weekly", "--dry-run").output
    )
    assert "no list yet" in run("lists").output


def test_consent_is_asked_for_before_anyone_is_made_active(run: Run, tmp_path: Path) -> None:
    """A wrong use is exit code 2."""
    (tmp_path / "readers.csv").write_text("email\nana@example.com\n")

    result = run("subscribers", "import", "readers.csv", "--list", "weekly", "--active", code=2)
    run("subscribers", "add", "ana@example.com", "--list", "weekly", "--active", "--consent", "  ", code=2)
    run("subscribers", "import", "readers.csv", "--list", "weekly", "--map", "nonsense", code=2)

    assert "--consent TEXT" in result.output


def test_a_file_that_cannot_be_read_is_a_sentence_and_exit_code_1(run: Run, tmp_path: Path) -> None:
    """What happened, where, what to do; nothing was written."""
    (tmp_path / "latin.csv").write_bytes("email,name\nana@example.com,José\n".encode("cp1252"))

    said = run("subscribers", "import", "latin.csv", "--list", "weekly", code=1).output

    assert "latin.csv:2" in said and "--encoding cp1252" in said
    assert "no file" in run("subscribers", "import", "none.csv", "--list", "weekly", code=1).output
    assert "no list yet" in run("lists").output


def test_a_person_is_added_shown_removed_and_not_brought_back(run: Run, tmp_path: Path) -> None:
    """`show` tells names, fields, lists with the proof, and in JSON what scripts need."""
    options = ("--list", "weekly", "--active", "--consent", "Asked by mail")
    added = run("subscribers", "add", " Ana@Example.com ", *options, "--first-name", "Ana", "--field", "City=Bonn")

    person = json.loads(run("subscribers", "show", "ana@example.com", "--format", "json").stdout)
    assert "The list weekly is new." in added.output
    assert (person["email"], person["first_name"], person["fields"]) == ("Ana@Example.com", "Ana", {"city": "Bonn"})
    assert [(each["list"], each["status"], each["consent"]) for each in person["subscriptions"]] == [
        ("weekly", "active", "Asked by mail")
    ]
    assert "list weekly: active" in run("subscribers", "show", "ana@example.com").output

    assert "off weekly" in run("subscribers", "remove", "ana@example.com", "--list", "weekly").output
    assert "nothing changed" in run("subscribers", "remove", "ana@example.com").output
    assert "left the list" in run("subscribers", "add", "ana@example.com", *options, code=1).output
    assert "list weekly: ended" in run("subscribers", "show", "ana@example.com").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("subscribers", "show", "nobody@example.com"),
        ("subscribers", "remove", "nobody@example.com"),
        ("subscribers", "remove", "nobody@example.com", "--list", "nowhere"),
        ("subscribers", "export", "--list", "nowhere", "--out", "x.csv"),
        ("subscribers", "add", "not an address", "--list", "weekly"),
        ("subscribers", "add", "jörg@example.com", "--list", "weekly"),
        ("subscribers", "add", "ana@example.com", "--list", ""),
        ("subscribers", "add", "ana@example.com", "--list", "weekly", "--field", "!=x"),
        ("subscribers", "add", "ana@example.com", "--list", "weekly", "--field", "email=x"),
        ("lists", "add", "a\nb"),
        ("lists", "page", "weekly", "--title", "a\nb"),
    ],
)
def test_what_is_not_there_or_cannot_be_is_refused_in_words(
    run: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Exit code 1, a sentence, and no list or file is left behind."""
    said = run(*arguments, code=1).output

    assert said.startswith("newsletter: ")
    assert "no list yet" in run("lists").output
    assert not (tmp_path / "x.csv").exists()


def test_an_export_goes_to_a_private_file_or_to_standard_output(run: Run, tmp_path: Path) -> None:
    """Both are the same bytes; no half-written file is left beside it."""
    run("subscribers", "add", "ana@example.com", "--list", "weekly", "--first-name", "=1+1")

    run("subscribers", "export", "--list", "weekly", "--out", "weekly.csv")
    printed = run("subscribers", "export", "--list", "weekly", "--out", "-").stdout_bytes
    defused = run("subscribers", "export", "--list", "weekly", "--out", "-", "--spreadsheet").stdout

    written = tmp_path / "weekly.csv"
    assert written.read_bytes() == printed
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert [row["email"] for row in csv.DictReader(written.read_text().splitlines())] == ["ana@example.com"]
    assert "'=1+1" in defused
    assert sorted(path.name for path in tmp_path.iterdir()) == ["weekly", "weekly.csv"]
    assert "cannot be written" in run("subscribers", "export", "--list", "weekly", "--out", "no/x.csv", code=1).output


def test_lists_are_shown_with_their_counts(run: Run) -> None:
    """As a table and as JSON."""
    assert "is new" in run("lists", "add", "daily").output
    assert "there already" in run("lists", "add", "daily").output
    run("subscribers", "add", "ana@example.com", "--list", "weekly")

    rows = json.loads(run("lists", "--format", "json").stdout)["lists"]
    assert [(row["name"], row["active"], row["pending"], row["ended"]) for row in rows] == [
        ("daily", 0, 0, 0),
        ("weekly", 0, 1, 0),
    ]
    assert run("lists").output.splitlines()[2].split() == ["weekly", "0", "1", "0", "0", "0"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("subscribers", "import"),
        ("subscribers", "add"),
        ("subscribers", "remove"),
        ("subscribers", "show"),
        ("subscribers", "export"),
        ("subscribers", "imports"),
        ("subscribers", "duplicates"),
        ("lists",),
        ("lists", "add"),
    ],
)
def test_every_command_has_an_example_in_its_help(run: Run, arguments: tuple[str, ...]) -> None:
    """--help ends the search."""
    said = run(*arguments, "--help").output
    assert "Example:" in said
    assert f"newsletter {' '.join(arguments)}" in said
