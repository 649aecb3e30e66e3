"""Notes as lines of files: appended whole, read whatever else stands there, merged line by line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from newsletter.folder.notes.entry import EntryKind, NoteEntry, entry_of, merged_lines
from newsletter.folder.notes.files import NoteFiles
from newsletter.words.mistake import Missing, Mistake

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POST = "posts/one.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    return tmp_path


def _entry(name: str, *, minutes: int = 0, **values: str) -> NoteEntry:
    return NoteEntry(id=name, kind=EntryKind.NOTE, at=NOW + timedelta(minutes=minutes), by="Ada", **values)


def test_an_entry_is_read_as_it_was_written(folder: Path) -> None:
    """Line ends, quotation marks and letters of any script are kept."""
    files = NoteFiles(folder)
    entry = _entry("a", quote="“boat”\n> it", instead="", text="Two\nlines, \u2028 one sign")
    assert files.add(POST, entry)

    assert files.entries(POST) == [entry]
    assert (folder / "notes" / "posts" / "one.jsonl").read_bytes().count(b"\n") == 1


def test_the_same_entry_sent_twice_is_there_once(folder: Path) -> None:
    """A form that was sent again because no answer came."""
    files = NoteFiles(folder)

    assert [files.add(POST, _entry("a")) for _ in range(2)] == [True, False]
    assert len(files.entries(POST)) == 1


def test_many_at_the_same_moment_lose_nothing(folder: Path) -> None:
    """Two tabs, two people, two processes: one change at a time."""
    files = [NoteFiles(folder) for _ in range(8)]
    threads = [Thread(target=one.add, args=(POST, _entry(f"n{n}"))) for n, one in enumerate(files)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(files[0].entries(POST)) == 8


def test_a_line_that_is_none_stays_and_hides_nothing(folder: Path) -> None:
    """Somebody's editor, a later version of this program, or half a line."""
    files = NoteFiles(folder)
    files.add(POST, _entry("a"))
    path = folder / "notes" / "posts" / "one.jsonl"
    odd = '{"id": 3}\n<<<<<<< ours\n{"kind":"drawn","id":"x","at":"2026-11-23T12:00:00+00:00","by":"B"}\n{"kind":"no'
    path.write_text(path.read_text() + odd)
    files.add(POST, _entry("b", minutes=1))

    assert [one.id for one in files.entries(POST)] == ["a", "b"]
    assert odd in path.read_text()


@pytest.mark.parametrize("file", ["var/secrets.env", "posts/../var/x.md", "posts/.md", "notes/a.md"])
def test_notes_are_about_posts_and_issues_alone(folder: Path, file: str) -> None:
    """No name leads to another file."""
    with pytest.raises(Missing):
        NoteFiles(folder).add(file, _entry("a"))


def test_notes_behind_a_link_are_neither_read_nor_written(folder: Path) -> None:
    """A link in a folder from a stranger leads nowhere."""
    (folder / "secret").mkdir()
    (folder / "secret" / "one.jsonl").write_text(_entry("a", text="secret").line())
    (folder / "notes").mkdir()
    (folder / "notes" / "posts").symlink_to(folder / "secret")
    with pytest.raises(Mistake):
        NoteFiles(folder).entries(POST)
    with pytest.raises(Mistake):
        NoteFiles(folder).add(POST, _entry("b"))

    assert (folder / "secret" / "one.jsonl").read_text().count("\n") == 1


def test_both_sides_of_a_merge_keep_their_lines() -> None:
    """What one side took out stays out; nothing comes twice."""
    a, b, c, d = (_entry(name).line() for name in "abcd")

    assert merged_lines(a + b, a + b + c, a + d) == a + c + d
    assert merged_lines("", a, a) == a
    assert all(entry_of(line) for line in merged_lines("", a + b, c).splitlines())
