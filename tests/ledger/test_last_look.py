"""The last look of `send`: the approved words go and it is said; changed while somebody looks, it is asked again."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from newsletter.db.engine import connect
from tests.running import a_folder, run, sqlite_of
from tests.schedule.world import YEAR, through
from tests.terminal import Terminal
from tests.world import add_readers

SEND = ("send", "1", "--list", "weekly")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A newsletter with three readers on `weekly`."""
    directory = a_folder(tmp_path / "weekly")
    run(directory, "status")
    engine = connect(sqlite_of(directory))
    add_readers(engine, "weekly", range(3))
    engine.dispose()
    return directory


def _write(folder: Path, words: str) -> None:
    path = folder / "issues" / "001.md"
    before = path.read_text()
    path.write_text(before.replace(before[before.index("this week") : before.index("\n\n<!-- posts")], words))


def _got(folder: Path) -> str:
    """What the first reader got."""
    file = min((folder / "var" / "outbox" / "1").glob("*.eml"))
    part = message_from_bytes(file.read_bytes(), policy=default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_without_a_terminal_the_approved_words_go_and_it_is_said(folder: Path) -> None:
    """Approve, edit, `send --yes`: by whom, what stays behind, and the mail itself."""
    assert 0 == run(folder, "schedule", "approve", "1", "--by", "mara").returncode
    _write(folder, "edited afterwards.")
    sent = run(folder, *SEND, "--yes")

    assert 0 == sent.returncode, sent.stderr
    assert "The words go that mara approved" in sent.stdout
    assert "What was changed since does not go." in sent.stdout
    assert "+ Dear reader, edited afterwards." in sent.stdout
    assert "this week is about ice" in _got(folder)


def test_at_a_terminal_a_change_while_somebody_looks_is_shown_and_asked_again(folder: Path) -> None:
    """Yes is said to the words that were there: the others need a yes of their own."""
    terminal = Terminal(folder, *SEND)
    terminal.read("Send it? [y/N]")
    _write(folder, "edited behind the back.")
    terminal.type("y")
    again = terminal.read("Send it? [y/N]")
    assert "Nothing was sent." in again
    assert "- Dear reader, this week is about ice." in again
    assert "+ Dear reader, edited behind the back." in again
    assert not (folder / "var" / "outbox" / "1").exists()
    terminal.type("y")

    assert 0 == terminal.end(), terminal.said
    assert "edited behind the back." in _got(folder)


def test_to_real_readers_without_a_terminal_yes_must_be_said(folder: Path) -> None:
    """Exit 2 with a sentence, for every time it could go, and nothing is planned."""
    real = through("http://127.0.0.1:9", parcel_size=10)
    for words in ((), ("--at", f"{YEAR}-12-03 09:00"), ("--missing",)):
        refused = run(folder, *SEND, *words, **real)
        assert (2 if words != ("--missing",) else 1) == refused.returncode, refused.stderr
    refused = run(folder, *SEND, **real)

    assert "There is no terminal to ask at." in refused.stderr
    assert "--yes" in refused.stderr
    assert "never sent" in run(folder, "status", "1", **real).stderr
