"""What a command loads: nothing of a database that it does not speak to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import a_folder, run

_PARTS = """ledger.claim ledger.ledger consent.membership_sql segments.segments_sql feedback.events_sql ledger.live_sql
schedule.schedule report.reports_sql archive.archive_sql consent.requests_sql consent.profiles_sql"""


@pytest.mark.parametrize("name", ["sqlalchemy.dialects.postgresql", "alembic", "psycopg"])
def test_the_rooms_do_not_load_what_sqlite_has_no_use_for(name: str) -> None:
    """PostgreSQL's dialect alone takes as long as sending to a thousand readers."""
    modules = ", ".join(f"newsletter.{part}" for part in _PARTS.split())
    work = f"import sys, {modules}; print({name!r} in sys.modules)"

    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)

    assert "False" == done.stdout.strip()


@pytest.mark.parametrize("name", ["sqlalchemy.dialects.postgresql", "alembic", "psycopg", "procrastinate"])
def test_a_newsletter_on_sqlite_is_opened_without_them(name: str, tmp_path: Path) -> None:
    """With all its tables, which every command needs that asks the database."""
    folder = a_folder(tmp_path / "weekly")
    assert 0 == run(folder, "lists").returncode
    work = (
        "import sys; from pathlib import Path; from newsletter.wiring import open_newsletter; "
        f"open_newsletter(Path({str(folder)!r})).ledger; print({name!r} in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)

    assert "False" == done.stdout.strip()
