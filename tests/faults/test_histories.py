"""Random histories of faults: nobody twice, nobody lost, and the books tell the truth, whatever happens in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.campaign import NewDatabase, run

# A file that may not grow is a matter of the process that writes it; PostgreSQL's server is another one.
_POSTGRES_WITHOUT = frozenset({"full disk"})


def _seeds(first: int, usual: int) -> list[int]:
    """FAULTS_SEED=7 replays one history, FAULTS_HISTORIES=1000 plays more."""
    if "FAULTS_SEED" in os.environ:
        return [int(os.environ["FAULTS_SEED"])]
    return list(range(first, first + int(os.environ.get("FAULTS_HISTORIES", usual))))


def test_12_histories(tmp_path: Path, sqlite_files: NewDatabase) -> None:
    """A small campaign for every day."""
    tally = run(list(range(9_000, 9_012)), tmp_path, sqlite_files)

    assert not tally.wrong, str(tally)
    assert tally.states["accepted"], "nothing was sent at all"
    assert tally.bad_answers > tally.histories / 2, "hardly any call went wrong"


@pytest.mark.faults
def test_300_histories_on_sqlite(tmp_path: Path, sqlite_files: NewDatabase) -> None:
    """Kills, stops, full disks, hostile answers, concurrent sends, people who leave, pauses and cancels."""
    tally = run(_seeds(1, 300), tmp_path, sqlite_files)
    print(f"\nSQLite: {tally}")

    assert not tally.wrong, str(tally)
    assert tally.states["accepted"], "nothing was sent at all"
    assert tally.bad_answers > tally.histories / 2, "hardly any call went wrong"


@pytest.mark.faults
def test_60_histories_on_postgresql(tmp_path: Path, postgres_databases: NewDatabase) -> None:
    """The same with senders that work side by side, kept apart by rows and deadlines only."""
    tally = run(_seeds(5_001, 60), tmp_path, postgres_databases, without=_POSTGRES_WITHOUT)
    print(f"\nPostgreSQL: {tally}")

    assert not tally.wrong, str(tally)
    assert tally.states["accepted"], "nothing was sent at all"
    assert tally.bad_answers > tally.histories / 2, "hardly any call went wrong"
