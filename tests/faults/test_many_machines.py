"""Four workers and two `serve` on one PostgreSQL under a siege: nobody twice, nobody lost, and it never stands still for long."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.ground import SHORT, full
from tests.faults.many_machines import besiege


def test_20_000_readers_with_short_leases(tmp_path: Path) -> None:
    """A minute's freezes and leases take seconds here; the machines are the real program."""
    seed = int(os.environ.get("FAULTS_SEED", "18"))

    report = besiege(tmp_path, SHORT, seed)
    print(f"\n{report}")

    assert not report.wrong, str(report)
    assert SHORT.n_faults == report.faults.total()
    assert report.still < SHORT.most_still, str(report)


@pytest.mark.faults
def test_many_readers_with_the_leases_of_the_program(tmp_path: Path) -> None:
    """100,000, or as many as FAULTS_READERS says; a machine stands still for a minute."""
    scale = full(int(os.environ.get("FAULTS_READERS", "100000")))

    report = besiege(tmp_path, scale, int(os.environ.get("FAULTS_SEED", "18")))
    print(f"\n{report}")

    assert not report.wrong, str(report)
    assert scale.n_faults == report.faults.total()
    assert report.still < scale.most_still, str(report)
