"""`add`, `posts` and `draft`, as a person or a script calls them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from newsletter.folder.bundle import bundled
from newsletter.folder.new import create_folder
from tests.ready import put_database
from tests.running import run

SEEDS = bundled("seeds")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new newsletter's folder; commands are called from the folder that it is in."""
    monkeypatch.chdir(tmp_path)
    create_folder(tmp_path / "weekly", name="Weekly", sender="ed@example.com")
    put_database(tmp_path / "weekly")
    return tmp_path / "weekly"


def newsletter(home: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    return run(home, *arguments, stdin=stdin)


def files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "posts").glob("*.md"))


def test_a_text_a_page_and_a_draft_make_an_issue(home: Path) -> None:
    """The way from what somebody found to an issue that can be rendered."""
    added = newsletter(home, "add", str(SEEDS / "raw" / "the-winter-boat.txt"), str(SEEDS / "raw" / "night-train.html"))
    drafted = newsletter(home, "draft")
    assert added.returncode == drafted.returncode == 0
    assert "” may be a quote: " in added.stdout
    assert len(files(home)) == 2
    assert "issues/001.md: The 21:40 has a dining car again" in drafted.stdout
    assert "has something to check" in drafted.stdout


def test_standard_input_is_a_source(home: Path) -> None:
    """With a note of ours on top."""
    assert newsletter(home, "add", "-", "--note", "Read *this*.", stdin=b"Boats\nAll of them.").returncode == 0
    assert (home / "posts" / files(home)[0]).read_text().endswith("\n\nRead *this*.\n\nAll of them.\n")


def test_one_source_that_cannot_be_read_means_that_none_is_added(home: Path) -> None:
    """A half-done command would have to be undone by hand."""
    (home.parent / "good.txt").write_text("Boats\nAll of them.")
    (home.parent / "bad.txt").write_bytes(b"B\xe5t\n")
    tried = newsletter(home, "add", "good.txt", "bad.txt")
    assert tried.returncode == 1
    assert "bad.txt:1" in tried.stderr
    assert files(home) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nothing.txt", "no file"),
        ("https://127.0.0.1/a", "save it as an .html"),
        ("weekly", "without an ending"),
        ("x.pdf", ".pdf"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused_with_what_to_do(home: Path, source: str, said: str) -> None:
    """A sentence and exit code 1."""
    tried = newsletter(home, "add", source)
    assert tried.returncode == 1
    assert said in tried.stderr


def test_posts_says_which_issue_uses_which(home: Path) -> None:
    """For people as lines, for scripts as JSON."""
    shutil.copytree(SEEDS / "posts", home / "posts", dirs_exist_ok=True)
    shutil.copytree(SEEDS / "issues", home / "issues", dirs_exist_ok=True)
    rows = json.loads(newsletter(home, "posts", "--format", "json").stdout)["posts"]
    lines = newsletter(home, "posts").stdout
    assert [row["slug"] for row in rows if not row["issues"]] == [
        "2026-11-20-the-2140-has-a-dining-car-again",
        "2026-11-21-a-bench-at-platform-two",
    ]
    assert rows[0]["title"].startswith("The Winter Boat") and rows[0]["issues"] == [1]
    assert "8 posts, 2 in no issue yet." in lines


def test_draft_takes_each_post_once_and_no_number_twice(home: Path) -> None:
    """Asked again, it says that there is nothing left; a taken number stays as it is."""
    newsletter(home, "add", "-", stdin=b"Boats\nAll.")
    assert newsletter(home, "draft", "--number", "42").returncode == 0
    again = newsletter(home, "draft")
    assert again.returncode == 1 and "nothing to draft from" in again.stderr
    newsletter(home, "add", "-", stdin=b"Trains\nAll.")
    taken = newsletter(home, "draft", "--number", "42")
    assert taken.returncode == 1 and "an issue 42 already" in taken.stderr


def test_a_mistake_in_a_post_is_named_with_its_file_and_line(home: Path) -> None:
    """Whoever made it finds it without searching."""
    (home / "posts" / "a.md").write_text("---\ntitle: A\nurl: nowhere\n---\n")
    tried = newsletter(home, "posts")
    assert tried.returncode == 1
    assert "posts/a.md:3:1" in tried.stderr


def test_nothing_is_written_into_a_folder_that_is_no_newsletter(tmp_path: Path) -> None:
    """A wrong -C must not litter."""
    tried = newsletter(tmp_path, "add", "-", stdin=b"Boats\nAll.")
    assert tried.returncode == 1 and "newsletter init" in tried.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["add", "posts", "draft"])
def test_every_command_has_an_example(home: Path, command: str) -> None:
    """`--help` shows how it is used."""
    assert f"newsletter {command}" in newsletter(home, command, "--help").stdout
