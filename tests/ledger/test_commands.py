"""What an owner sees of copies, canaries and pauses, by the commands themselves."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.db.engine import connect
from newsletter.ledger.ledger import open_ledger
from newsletter.words.outcome import Deferred, Refused
from tests.ledger.test_ledger import planned, taken
from tests.running import a_folder, run, sqlite_of
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
    ledger = open_ledger(engine, practice=True)
    of = planned(ledger, size=20)
    taken(ledger, of, seconds=-100)
    ledger.attempts.sweep()
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


def _say(folder: Path, outcome: Deferred | Refused) -> None:
    """The next batch goes to a provider that answers so for all in it."""
    engine = connect(sqlite_of(folder))
    ledger = open_ledger(engine, practice=True)
    of = ledger.mailings.find_latest(1, "weekly") or planned(ledger, size=20)
    one = ledger.parcels.claim(
        of.id,
        edition=of.edition_digest,
        token="one",
        sender="me",
        provider="outbox",
        deadline_seconds=30,
        with_fields=False,
    )
    assert one
    named = replace(outcome, named=frozenset(one.deliveries)) if isinstance(outcome, Refused) else outcome
    ledger.attempts.record(one.attempt_id, [(None, named)])
    engine.dispose()


def test_status_says_why_nothing_moves_and_until_when(folder: Path) -> None:
    """In the provider's words, for people and for scripts."""
    _say(folder, Deferred("The mail server answered 421 come back.", retry_after=timedelta(minutes=10)))

    shown = run(folder, "status", "1").stdout
    assert re.search(r"Waits until .*, \d+ min more: The mail server answered 421 come back\.", shown)
    (mailing,) = json.loads(run(folder, "status", "1", "--format", "json").stdout)["mailings"]
    assert mailing["waits"]["reason"] == "The mail server answered 421 come back."
    left = datetime.fromisoformat(mailing["waits"]["until"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_a_no_to_everybody_is_said_in_the_servers_words_and_ends_the_command_with_1(folder: Path) -> None:
    """Twenty readers, and not one is refused in the end."""
    _say(folder, Refused("The mail server answered 550 5.1.1 unknown."))

    told = json.loads(run(folder, "status", "1", "--format", "json").stdout)
    assert (told["status"], told["pending"], told["refused"]) == ("paused", 20, 0)
    assert "550 5.1.1 unknown" in told["mailings"][0]["pause_reason"]
    assert told["mailings"][0]["waits"] == {"reason": told["mailings"][0]["pause_reason"], "until": None}
    assert 1 == run(folder, "status", "1").stdout.count("550 5.1.1 unknown")
    sent = run(folder, "send", "1", "--list", "weekly", "--yes")
    assert 1 == sent.returncode
    assert "550 5.1.1 unknown" in sent.stderr
    assert 0 == run(folder, "resume", "1").returncode
    assert 0 == run(folder, "send", "1", "--list", "weekly", "--yes").returncode
    assert 20 == _status(folder)["accepted"]
