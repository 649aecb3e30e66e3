"""Notes go through git: both people's are there, by sync and by git itself."""

from __future__ import annotations

from newsletter.folder.notes.entry import EntryKind, NoteEntry
from newsletter.folder.notes.files import NoteFiles
from tests.git.repositories import NOW, POST, Clone


def _note(clone: Clone, name: str) -> None:
    entry = NoteEntry(id=name, kind=EntryKind.NOTE, at=NOW, by=clone.name, text=f"From {clone.name}.")
    NoteFiles(clone.directory).add(POST, entry)


def _ids(clone: Clone) -> set[str]:
    return {one.id for one in NoteFiles(clone.directory).entries(POST)}


def test_two_people_note_on_the_same_post(ana: Clone, ben: Clone) -> None:
    """Both added a line at the same end of the same file: no clash, and both have both."""
    _note(ana, "first")
    ana.sync()
    ben.sync()
    _note(ana, "anas")
    _note(ben, "bens")
    ana.sync()
    done = ben.sync()
    ana.sync()

    assert not done.clashes
    assert _ids(ana) == _ids(ben) == {"first", "anas", "bens"}


def test_git_itself_keeps_both_too(ana: Clone, ben: Clone) -> None:
    """Somebody merges by hand, with no command of ours."""
    _note(ana, "first")
    ana.sync()
    ben.sync()
    _note(ana, "anas")
    ana.sync()
    _note(ben, "bens")
    ben.git("add", "notes")
    ben.git("-c", "user.name=Ben", "-c", "user.email=b@example.com", "commit", "-m", "A note")
    ben.git("-c", "user.name=Ben", "-c", "user.email=b@example.com", "pull", "--no-rebase", "--no-edit")

    assert _ids(ben) == {"first", "anas", "bens"}
