"""Wrong input on purpose: every refusal says what happened and what to do, with exit 1 or 2, and nothing is half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.db.engine import connect
from tests.forking import Forked
from tests.running import ISSUE, POST, a_folder, environment, run, sqlite_of
from tests.world import add_readers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A newsletter with one post and one issue."""
    return a_folder(tmp_path / "weekly")


@pytest.mark.parametrize(
    ("file", "text", "place", "words"),
    [
        ("issues/001.md", ISSUE.replace("number: 1", "number: one"), "issues/001.md:2", "number"),
        ("issues/001.md", ISSUE.replace("preheader: ", "preheder: "), "issues/001.md:4", "preheader"),
        ("issues/001.md", ISSUE.replace("[2026", "[2026-11-20-nothing, 2026"), "issues/001.md:7", "no post"),
        ("issues/001.md", ISSUE.replace("Dear {{ first_name |", "Dear {{ first_name ||"), "issues/001.md:10", ""),
        ("issues/001.md", ISSUE.replace('"reader") }}', '"reader") }'), "issues/001.md:10", ""),
        ("issues/001.md", ISSUE.replace("Dear {{ first_name", "Dear {{ open('x')"), "issues/001.md:10", ""),
        ("issues/001.md", ISSUE.replace("subject: 'Boats", "subject: 'Boats': 'x"), "issues/001.md:3", ""),
        ("posts/2026-11-20-ferries-in-winter.md", POST.replace("title: Ferries in winter\n", ""), "posts/", "title"),
        ("posts/2026-11-20-ferries-in-winter.md", POST.replace("---\n\nA", "\nA"), "posts/", ""),
        ("newsletter.toml", 'name = "X\n', "newsletter.toml:1", ""),
        ("newsletter.toml", 'name = "X"\nsendr = "a@example.com"\n', "newsletter.toml:2", "sender"),
        ("newsletter.toml", 'name = "X"\nsecret_key = "abc"\n', "newsletter.toml:2", "secret"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_place(
    folder: Path, file: str, text: str, place: str, words: str
) -> None:
    """File and line come first, then what it is; exit 1, and no traceback."""
    (folder / file).write_text(text)
    done = run(folder, "render", "1", "--out", folder / "x")

    assert 1 == done.returncode
    assert done.stderr.startswith(f"newsletter: {place}"), done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) >= 2, "says what to do as well"
    assert not (folder / "x").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("render", "9", "--out", "x"), "9"),
        (("send", "1", "--list", "nowhere", "--yes"), "no list called 'nowhere'"),
        (("send", "9", "--list", "weekly", "--yes"), "9"),
        (("status", "9"), "no issue 9"),
        (("status", "1"), "never sent"),
        (("pause", "1"), "not being sent"),
        (("resume", "1"), "not paused"),
        (("cancel", "1"), "not being sent"),
        (("send", "1", "--list", "weekly", "--at", "soon"), "not a time"),
        (("send", "1", "--list", "weekly", "--at", "2020-01-01T09:00"), "has passed"),
        (("render", "1", "--out", "x", "--as", "nobody@example.com"), "not a subscriber"),
        (("subscribers", "show", "nobody@example.com"), "nobody@example.com"),
        (("subscribers", "import", "nothing.csv", "--list", "weekly"), "nothing.csv"),
        (("add", "nothing.txt"), "nothing.txt"),
        (("add", "picture.bmp"), "picture.bmp"),
        (("test", "1", "--to", "not an address"), "address"),
    ],
)
def test_a_wrong_request_is_refused_with_a_sentence(folder: Path, words: tuple[str, ...], says: str) -> None:
    """What does not exist or can't be done now is said so, with the remedy."""
    done = run(folder, *words)

    assert 1 == done.returncode, done.stdout
    assert says in done.stderr


def test_a_folder_without_a_newsletter_is_said_to_be_one(tmp_path: Path) -> None:
    """Standing in the wrong place is the commonest mistake of all."""
    done = run(tmp_path, "posts")

    assert 1 == done.returncode
    assert "no newsletter" in done.stderr
    assert "init" in done.stderr


def test_usage_mistakes_end_with_two(folder: Path) -> None:
    """A missing or contradictory option is exit 2, as everywhere."""
    assert 2 == run(folder, "send", "1").returncode
    assert 2 == run(folder, "send", "1", "--list", "weekly", "--now", "--at", "2030-01-01").returncode
    assert 2 == run(folder, "nonsense").returncode


def test_a_second_list_is_refused(folder: Path) -> None:
    """Of two lists the last alone would have got it, with nothing said."""
    done = run(folder, "send", "1", "--list", "weekly", "--list", "friends", "--yes")

    assert 2 == done.returncode
    assert "Run it once for each" in done.stderr


def test_a_slip_of_the_keys_is_answered_with_the_command(folder: Path) -> None:
    """As with settings and merge tags: what it may have meant stands behind it."""
    assert "Did you mean 'check'?" in run(folder, "chekc", "1").stderr
    assert "Did you mean" not in run(folder, "nonsense").stderr


def test_what_a_mail_lacks_is_said_where_a_mail_is_made(tmp_path: Path) -> None:
    """A new folder has no sender yet: `init` and `render` say so, and a question about readers is answered alone."""
    made = run(tmp_path, "init", tmp_path / "bare")
    assert "needs `sender` and `address`" in made.stdout
    bare = a_folder(tmp_path / "weekly")
    (bare / "newsletter.toml").write_text('name = "Bare"\n')

    assert "" == run(bare, "status").stderr
    assert "There is no sender yet" in run(bare, "render", "1", "--out", tmp_path / "x").stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_not_called_a_fault_of_the_program(folder: Path) -> None:
    """Whoever writes into a file on a full disk can make room."""
    told = folder / "told"
    process = Forked(["-C", str(folder), "posts"], environment(), out=Path("/dev/full"), err=told)

    assert 1 == process.wait()
    assert "Make room there" in told.read_text()
    assert "fault of the program" not in told.read_text()


def test_an_import_that_asks_nobody_says_so(folder: Path) -> None:
    """Bringing the same people once more asks none of them again."""
    (folder / "readers.csv").write_text("email\nana@example.com\n")
    agreed = ("--active", "--consent", "Form on our site")
    run(folder, "subscribers", "import", folder / "readers.csv", "--list", "weekly", *agreed)

    again = run(folder, "subscribers", "import", folder / "readers.csv", "--list", "weekly").stdout
    assert "No new mail asks anybody to confirm." in again


def test_nothing_in_doubt_is_said_in_words(folder: Path) -> None:
    """`settle` of an issue whose every reader is known has nothing to count."""
    assert "nobody in issue 1 of whom we don't know" in run(folder, "settle", "1").stdout


def test_an_issue_with_an_error_is_not_sent_unless_told(folder: Path) -> None:
    """`send` refuses what `check` calls an error, and goes on when told that it is meant so."""
    (folder / "issues" / "001.md").write_text(ISSUE.replace("first_name | default", "frist_name | default"))
    run(folder, "status")
    engine = connect(sqlite_of(folder))
    add_readers(engine, "weekly", range(3))
    engine.dispose()

    refused = run(folder, "send", "1", "--list", "weekly", "--yes")
    assert 1 == refused.returncode
    assert "'first_name'" in refused.stderr
    assert not (folder / "var" / "outbox").exists()

    assert 0 == run(folder, "send", "1", "--list", "weekly", "--yes", "--despite-findings").returncode
    assert 3 == len(list((folder / "var" / "outbox" / "1").glob("*.eml")))
