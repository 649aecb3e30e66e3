"""A web request never waits long for the planner: people unsubscribe while a large audience is written down."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.house import connect, plan_weekly, writing

_ROOT = Path(__file__).parents[2]
_LONGEST_SECONDS = 1.0

# A process of its own, as the web pages are: somebody leaves every few milliseconds, and each wait is written down.
_LEAVERS = """\
import sys, time
from tests.faults.house import connect, leave
engine = connect(sys.argv[1])
number = 0
print("ready", flush=True)
while True:
    number += 997
    begun = time.monotonic()
    leave(engine, f"reader{number % int(sys.argv[2])}@example.com")
    print(time.monotonic() - begun, flush=True)
    time.sleep(0.005)
"""


@pytest.mark.faults
def test_nobody_waits_a_second_while_a_million_are_planned(sqlite_url: str, tmp_path: Path) -> None:
    """FAULTS_READERS sets another number."""
    n_readers = int(os.environ.get("FAULTS_READERS", "1000000"))
    engine = connect(sqlite_url)
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO mailing_list (id, name, created_at) VALUES (1, 'weekly', '2026-01-01')")
        connection.exec_driver_sql(
            f"""WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {n_readers - 1})
            INSERT INTO subscriber (email, email_key, fields, created_at, updated_at)
            SELECT 'reader' || i || '@example.com', 'reader' || i || '@example.com', '{{}}', '2026-01-01', '2026-01-01' FROM n"""
        )
        connection.exec_driver_sql(
            "INSERT INTO subscription (list_id, subscriber_id, status, since_at) SELECT 1, id, 'active', '2026-01-01' FROM subscriber"
        )
    waits = tmp_path / "waits"
    with (
        waits.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-c", _LEAVERS, sqlite_url, str(n_readers)], stdout=output, cwd=_ROOT
        ) as leavers,
    ):
        try:
            while "ready" not in waits.read_text():
                assert leavers.poll() is None
                time.sleep(0.05)
            begun = time.monotonic()
            planned = plan_weekly(engine, parcel_size=1000)
            took = time.monotonic() - begun
        finally:
            leavers.kill()
    engine.dispose()
    seconds = sorted(float(line) for line in waits.read_text().splitlines()[1:-1])

    print(
        f"\n{planned:,} planned in {took:.1f} s; {len(seconds)} people left meanwhile; "
        f"their waits: median {seconds[len(seconds) // 2] * 1000:.0f} ms, longest {seconds[-1] * 1000:.0f} ms"
    )
    assert planned + len(seconds) >= n_readers
    assert len(seconds) > 10
    assert seconds[-1] < _LONGEST_SECONDS
