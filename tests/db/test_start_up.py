"""What a command loads: nothing of a database that it does not speak to."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PARTS = """ledger.claim ledger.ledger consent.membership_sql segments.segments_sql feedback.events_sql ledger.live_sql
schedule.schedule report.reports_sql archive.archive_sql consent.requests_sql consent.profiles_sql"""


@pytest.mark.parametrize("name", ["sqlalchemy.dialects.postgresql", "alembic", "psycopg"])
def test_the_store_does_not_load_what_sqlite_has_no_use_for(name: str) -> None:
    """PostgreSQL's dialect alone takes as long as sending to a thousand readers."""
    modules = ", ".join(f"newsletter.{part}" for part in _PARTS.split())
    work = f"import sys, {modules}; print({name!r} in sys.modules)"

    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)

    assert "False" == done.stdout.strip()
