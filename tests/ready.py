"""A database that is ready: its migrations run once in each process of tests, and whoever wants one gets a copy."""

from __future__ import annotations

import atexit
import secrets
import shutil
import tempfile
from functools import cache
from pathlib import Path

from newsletter.db.engine import connect
from newsletter.db.upgrade import upgrade
from newsletter.ledger.live_sql import Live
from newsletter.wiring.schema import metadata


@cache
def migrated_file() -> Path:
    """An SQLite file with all migrations applied, to copy from."""
    home = Path(tempfile.mkdtemp(prefix="newsletter-template-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    engine = connect(f"sqlite:///{home / 'template.db'}")
    upgrade(engine, metadata)
    engine.dispose()
    return home / "template.db"


def put_database(directory: Path) -> None:
    """The database that the first command in a newsletter's folder would make, without the half second that it takes."""
    (directory / "var").mkdir(exist_ok=True)
    shutil.copy(migrated_file(), directory / "var" / "newsletter.db")
    engine = connect(f"sqlite:///{directory / 'var' / 'newsletter.db'}")
    Live(engine, directory / "var" / "live", new_id=lambda: secrets.token_hex(12)).declare()
    engine.dispose()
