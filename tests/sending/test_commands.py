"""What an owner sees of copies, canaries and pauses, by the commands themselves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from newsletter.store.engine import connect
from newsletter.store.ledger import SqlLedger
from tests.running import a_folder, run, sqlite_of
from tests.store.test_ledger import planned, taken
from tests.world import add_readers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A newsletter with 20 readers on `weekly`, sent to nobody yet."""
    directory = a_folder(tmp_path / "weekly")
    run(directory, "status")
    engine = connect(sqlite_of(directory))
    add_readers(engine, "weekly", range(20))
    engine.dispose()
    return directory


def _status(folder: Path) -> dict[str, int]:
    told: dict[str, int] = json.loads(run(folder, "status", "1", "--format", "json").stdout)
    return told


def test_a_copied_folder_sends_nothing_until_it_is_told(folder: Path, tmp_path: Path) -> None:
    """`send` and `tick` refuse with the remedy, `db here` mends it, and the original is not troubled."""
    copy = shutil.copytree(folder, tmp_path / "copy")

    refused = run(copy, "send", "1", "--list", "weekly", "--yes")
    assert 1 == refused.returncode
    assert "is a copy, or was moved" in refused.stderr
    assert "newsletter db here" in refused.stderr
    assert 20 == _status(copy)["pending"]
    assert not (copy / "var" / "outbox").exists()

    told = run(copy, "db", "here", "--yes")
    assert "This would go on: issue 1 to 'weekly', sending." in told.stdout
    sent = run(copy, "send", "1", "--list", "weekly", "--yes")
    assert 0 == sent.returncode, sent.stderr
    assert 20 == _status(copy)["accepted"]
    assert 0 == run(folder, "send", "1", "--list", "weekly", "--yes").returncode


def test_yesterdays_database_in_todays_folder_sends_nothing(folder: Path, tmp_path: Path) -> None:
    """Put back in the same place, it does not know the tries that went out since."""
    database = folder / "var" / "newsletter.db"
    backup = database.read_bytes()
    assert 0 == run(folder, "send", "1", "--list", "weekly", "--yes").returncode
    for beside in database.parent.glob("newsletter.db-*"):
        beside.unlink()
    database.write_bytes(backup)

    refused = run(folder, "send", "1", "--list", "weekly", "--yes")

    assert 1 == refused.returncode
    assert "restored backup" in refused.stderr
    assert 20 == len(list((folder / "var" / "outbox" / "1").glob("*.eml")))


def test_a_list_that_is_not_there_is_refused_before_anything_is_announced(folder: Path) -> None:
    """Nobody reads "to 0 readers" first, and nothing is planned."""
    refused = run(folder, "send", "1", "--list", "nowhere", "--yes")

    assert (1, "") == (refused.returncode, refused.stdout)
    assert "no list called 'nowhere'" in refused.stderr


def test_a_canary_goes_first_and_the_others_follow(folder: Path) -> None:
    """The small batch is the first try; everybody is handed over in the end, and nobody is doubled."""
    sent = run(folder, "send", "1", "--list", "weekly", "--canary", "3", "--yes")

    assert 0 == sent.returncode, sent.stderr
    told = _status(folder)
    assert (20, 0) == (told["accepted"], told["doubled"])


def test_a_canary_is_looked_at_before_the_others_follow(folder: Path) -> None:
    """With --look it pauses after the few, says how to go on, and the same command sends the rest."""
    sent = run(folder, "send", "1", "--list", "weekly", "--canary", "3", "--look", "--yes")

    assert 0 == sent.returncode, sent.stderr
    assert "newsletter resume 1" in sent.stdout
    assert (3, 17, "paused") == tuple(_status(folder)[name] for name in ("accepted", "pending", "status"))

    run(folder, "resume", "1")
    assert 0 == run(folder, "send", "1", "--list", "weekly", "--yes").returncode
    assert (20, 0) == tuple(_status(folder)[name] for name in ("accepted", "doubled"))


def test_one_reader_who_was_left_is_sent_it_after_all(folder: Path) -> None:
    """`settle --resend --reader` takes back that one; the next `send` hands it over, and the rest stay left."""
    engine = connect(sqlite_of(folder))
    ledger = SqlLedger(engine, practice=True)
    of = planned(ledger, size=20)
    taken(ledger, of, seconds=-100)
    ledger.sweep()
    engine.dispose()
    assert "20 left as they are" in run(folder, "settle", "1", "--leave", "--yes").stdout
    run(folder, "send", "1", "--list", "weekly", "--yes")
    assert ("finished", 20) == (_status(folder)["status"], _status(folder)["left"])

    assert 2 == run(folder, "settle", "1", "--look", "--reader", "reader3@example.com").returncode
    back = run(folder, "settle", "1", "--resend", "--reader", "reader3@example.com", "--yes")
    assert "1 queued again" in back.stdout
    run(folder, "send", "1", "--list", "weekly", "--yes")

    stands = _status(folder)
    assert ("finished", 19, 1, 20) == (stands["status"], stands["left"], stands["accepted"], stands["planned"])
