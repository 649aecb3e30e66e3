"""The journal of answers: after a kill it tells who has the mail, who surely has not, and of whom nobody knows."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.on_disk.journal import Journals, read_notes
from newsletter.ledger.on_disk.spool import Answers
from newsletter.wiring import SystemClock
from newsletter.words.ledger import HandOver
from newsletter.words.outcome import Accepted, Deferred, Refused
from tests.ledger.test_ledger import account, planned, taken
from tests.world import add_readers

CLOCK = SystemClock()
NOT_BEGUN = Deferred("the process ended before their turn came")


def replayed(folder: Path, *, knows: bool = True) -> list[tuple[str, Answers]]:
    """What is recorded of the journals in a folder."""
    seen: list[tuple[str, Answers]] = []

    def record(token: str, answers: Answers) -> bool:
        seen.append((token, answers))
        return knows

    Journals(folder, CLOCK.monotonic).replay(record)
    return seen


def noted(folder: Path) -> None:
    """Five mails: one accepted, one refused, one in flight, two not begun; then the process is gone."""
    journal = Journals(folder, CLOCK.monotonic).open("token")
    assert journal is not None
    journal.call_begins([1, 2, 3, 4, 5])
    journal.promise()
    journal.begun(1)
    journal.answered(1, Accepted())
    journal.answered(2, Refused("no", named=frozenset({2})))
    journal.begun(3)
    journal.close(forget=False)


def test_only_the_mail_in_flight_is_left_open(tmp_path: Path) -> None:
    """Answers are recorded as they were, those whose turn had not come wait again, and the file goes."""
    noted(tmp_path)

    assert replayed(tmp_path) == [
        ("token", [([1], Accepted()), ([2], Refused("no", named=frozenset({2}))), ([4, 5], NOT_BEGUN)])
    ]
    assert [] == list(tmp_path.iterdir())


def test_a_copied_file_tells_only_what_it_says(tmp_path: Path) -> None:
    """From a backup, or after the machine was started anew: what it does not say may have happened all the same."""
    noted(tmp_path)
    path = tmp_path / "token.answers"
    shutil.copy(path, tmp_path / "copy")
    (tmp_path / "copy").replace(path)

    assert replayed(tmp_path) == [("token", [([1], Accepted()), ([2], Refused("no", named=frozenset({2})))])]


@pytest.mark.parametrize("said", [b"", b'{"ans', b'{"begun":4'])
def test_a_line_that_was_half_written_is_left_out(tmp_path: Path, said: bytes) -> None:
    """It was about something that had not begun."""
    noted(tmp_path)
    path = tmp_path / "token.answers"
    path.write_bytes(path.read_bytes() + said)

    notes = read_notes(path, inode=path.stat().st_ino)

    assert ([4, 5], NOT_BEGUN) == notes.answers[-1]


def test_a_process_that_ended_before_the_call_mailed_nobody(tmp_path: Path) -> None:
    """Everybody in it waits again."""
    journal = Journals(tmp_path, CLOCK.monotonic).open("token")
    assert journal is not None
    journal.close(forget=False)

    assert replayed(tmp_path) == [("token", [(None, Deferred("the process ended before the call"))])]


def test_a_provider_that_promises_nothing_leaves_the_rest_in_doubt(tmp_path: Path) -> None:
    """It may hand over mails that it does not note."""
    journal = Journals(tmp_path, CLOCK.monotonic).open("token")
    assert journal is not None
    journal.call_begins([1, 2, 3])
    journal.answered(1, Accepted())
    journal.close(forget=False)

    assert replayed(tmp_path) == [("token", [([1], Accepted())])]


def test_acceptances_that_this_database_does_not_know_are_put_aside(tmp_path: Path) -> None:
    """For the person who has to find out."""
    noted(tmp_path)

    replayed(tmp_path, knows=False)

    assert ["token.unknown"] == [path.name for path in tmp_path.iterdir()]


_LIVES = """
import sys, time
from pathlib import Path
from newsletter.ledger.on_disk.journal import Journals
journal = Journals(Path(sys.argv[1]), time.monotonic).open("token")
journal.call_begins([1, 2])
journal.promise()
print("noted", flush=True)
time.sleep(60)
"""


def test_the_journal_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    """Also where it stands still; once it is killed, its notes count."""
    with subprocess.Popen([sys.executable, "-c", _LIVES, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert [] == replayed(tmp_path)
        process.kill()

    assert [("token", [([1, 2], NOT_BEGUN)])] == replayed(tmp_path)


def test_a_disk_that_takes_no_more_notes_ends_the_journal(tmp_path: Path) -> None:
    """Notes that stop in the middle would call mails not begun that were: the file is taken away."""
    journal = Journals(tmp_path, CLOCK.monotonic).open("token")
    assert journal is not None
    journal.call_begins([1, 2])
    journal.promise()
    assert journal._file is not None
    os.dup2(os.open(tmp_path / "token.answers", os.O_RDONLY), journal._file)
    journal.begun(1)
    journal.answered(1, Accepted())
    journal.close(forget=False)

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "line",
    [
        b"\0\0\0\0",
        b'{"answered": 4, "outcome": {"is": "Accepted", "colour": "red"}}',
        b'{"answered": 4, "outcome": {"is": "Lost"}}',
        b'{"answered": 4, "outcome": {"ref": "one"}}',
        b'{"carried": [[1], [2]]}',
    ],
)
def test_a_journal_that_can_not_be_read_is_put_aside(tmp_path: Path, line: bytes) -> None:
    """The next one is replayed all the same; of the readers in the damaged one the lease decides."""
    noted(tmp_path)
    (tmp_path / "token.answers").rename(tmp_path / "readable.answers")
    noted(tmp_path)
    path = tmp_path / "token.answers"
    path.rename(tmp_path / "damaged.answers")
    with (tmp_path / "damaged.answers").open("ab") as file:
        file.write(line + b"\n")

    assert ["readable"] == [token for token, _ in replayed(tmp_path)]
    assert ["damaged.unknown"] == [path.name for path in tmp_path.iterdir()]


def test_a_disk_that_fails_to_sync_ends_the_journal(tmp_path: Path) -> None:
    """The answer is known all the same: the provider is not disturbed, and no notes are left."""
    journal = Journals(tmp_path, itertools.count().__next__).open("token")
    assert journal is not None
    journal.call_begins([1, 2])
    journal.promise()
    journal.begun(1)
    assert journal._file is not None
    # A pipe takes what is written, and can't be synced.
    reads, writes = os.pipe()
    os.dup2(writes, journal._file)
    journal.answered(1, Accepted())
    journal.begun(2)
    journal.close(forget=False)
    os.close(reads)
    os.close(writes)

    assert [] == list(tmp_path.iterdir())


def test_a_journal_that_can_not_be_removed_disturbs_no_call(tmp_path: Path) -> None:
    """Its outcome is in the database, where recording it again changes nothing."""
    journal = Journals(tmp_path, CLOCK.monotonic).open("token")
    assert journal is not None
    journal.call_begins([1])
    path = tmp_path / "token.answers"
    path.unlink()
    path.mkdir()

    journal.close(forget=True)

    assert journal._file is None


def test_no_mail_begins_unnoted_while_old_notes_stay(tmp_path: Path) -> None:
    """Notes that can be neither continued nor removed would have the mail sent twice; an answer only stays unnoted."""
    journal = Journals(tmp_path, CLOCK.monotonic).open("token")
    assert journal is not None
    journal.call_begins([1, 2])
    journal.promise()
    journal.begun(1)
    path = tmp_path / "token.answers"
    assert journal._file is not None
    os.dup2(os.open(path, os.O_RDONLY), journal._file)
    path.unlink()
    path.mkdir()

    journal.answered(1, Accepted())
    with pytest.raises(OSError, match="Invalid argument"):
        journal.begun(2)
    journal.close(forget=False)


def test_the_ledger_has_one_in_doubt_and_the_others_wait_or_are_done(engine: Engine, tmp_path: Path) -> None:
    """On each kind of database; replayed twice, as by two processes that start at once, it is the same."""
    add_readers(engine, "weekly", range(5))
    ledger = open_ledger(engine)
    claim = taken(ledger, planned(ledger))
    journal = Journals(tmp_path, CLOCK.monotonic).open(claim.token)
    assert journal is not None
    journal.call_begins(claim.deliveries)
    journal.promise()
    for delivery in claim.deliveries[:2]:
        journal.begun(delivery)
        journal.answered(delivery, Accepted())
    journal.begun(claim.deliveries[2])
    journal.close(forget=False)
    shutil.copytree(tmp_path, tmp_path / "again")

    for folder in (tmp_path, tmp_path / "again"):
        Journals(folder, CLOCK.monotonic).replay(ledger.attempts.record_by_token)
        counted = account(ledger).handover
        assert (2, 1, 2) == tuple(counted[one] for one in (HandOver.ACCEPTED, HandOver.UNCERTAIN, HandOver.PENDING))
