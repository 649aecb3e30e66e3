"""The database goes away in the middle: its wire is cut at COMMIT, its server is killed. Nobody twice, nobody lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import with_template
from tests.faults.campaign import NewDatabase, run
from tests.faults.conftest import from_template
from tests.faults.own_postgres import own_postgres

_CUT = 0.1


@pytest.mark.faults
def test_40_histories_with_a_wire_that_is_cut_at_commit(tmp_path: Path, postgres_databases: NewDatabase) -> None:
    """Every tenth COMMIT of a sender that wrote something is the last thing on its connection: not heard by the server, or not confirmed."""
    n_histories = int(os.environ.get("FAULTS_HISTORIES", "40"))

    tally = run(
        range(7_001, 7_001 + n_histories), tmp_path, postgres_databases, without=frozenset({"full disk"}), cut=_CUT
    )
    print(f"\nPostgreSQL, cut at COMMIT: {tally}")

    assert not tally.wrong, str(tally)
    assert tally.states["accepted"], "nothing was sent at all"
    assert tally.actions["cut before a commit"] > n_histories / 8, "hardly anything was cut"
    assert tally.actions["cut after a commit"] > n_histories / 8, "hardly anything was cut"


@pytest.mark.faults
def test_12_histories_with_a_server_that_dies(tmp_path: Path) -> None:
    """kill -9 and immediate shutdowns of PostgreSQL's own process in mid-send; it recovers, and so do we."""
    n_histories = int(os.environ.get("FAULTS_HISTORIES", "12"))
    with own_postgres() as server:
        databases = from_template(with_template(server.address))

        tally = run(
            range(8_001, 8_001 + n_histories), tmp_path, databases, without=frozenset({"full disk"}), server=server
        )
    print(f"\nPostgreSQL that dies: {tally}")

    assert not tally.wrong, str(tally)
    assert tally.states["accepted"], "nothing was sent at all"
    assert tally.actions["database dies"] >= n_histories / 2
