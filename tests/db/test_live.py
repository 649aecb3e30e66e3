"""A copied or restored database sends nothing until it is told that it is the live one."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from newsletter.db.engine import connect
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.live_sql import Live
from newsletter.words.mistake import NotNow
from tests.ledger.test_ledger import planned, taken
from tests.world import add_readers


def _live(engine: Engine, directory: Path) -> Live:
    return Live(engine, directory, new_id=lambda: "name")


def test_a_new_database_is_the_live_one(engine: Engine, tmp_path: Path) -> None:
    """The first that sends is it, and stays it."""
    _live(engine, tmp_path).check()
    _live(engine, tmp_path).check()


def test_a_copied_file_is_held_until_it_is_told(sqlite_url: str, tmp_path: Path) -> None:
    """Another path or another inode: the copy does not send, the original does."""
    original = connect(sqlite_url)
    _live(original, tmp_path).check()
    original.dispose()  # the last connection writes everything into the one file
    shutil.copy(make_url(sqlite_url).database or "", tmp_path / "copy.db")
    copy = connect(f"sqlite:///{tmp_path / 'copy.db'}")

    with pytest.raises(NotNow, match="is a copy, or was moved"):
        _live(copy, tmp_path / "other").check()
    _live(original, tmp_path).check()
    _live(copy, tmp_path / "other").declare()
    _live(copy, tmp_path / "other").check()
    for engine in (original, copy):
        engine.dispose()


def test_a_copied_postgresql_database_is_held(postgres_url: str, tmp_path: Path) -> None:
    """A second database on the same server, with the same rows, is not the live one."""
    engine = connect(postgres_url)
    _live(engine, tmp_path).check()
    engine.dispose()
    url = make_url(postgres_url)
    admin = create_engine(url.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {url.database}_copy TEMPLATE {url.database}"))
    copy = connect(url.set(database=f"{url.database}_copy").render_as_string(hide_password=False))

    with pytest.raises(NotNow, match="is a copy, or was moved"):
        _live(copy, tmp_path).check()

    copy.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {url.database}_copy WITH (FORCE)"))
    admin.dispose()


def test_yesterdays_backup_in_the_same_place_is_held(sqlite_url: str, tmp_path: Path) -> None:
    """Same path, same inode, older contents: a file beside it knows that there were more tries."""
    path = Path(make_url(sqlite_url).database or "")
    engine = connect(sqlite_url)
    add_readers(engine, "weekly", range(30))
    live, ledger = _live(engine, tmp_path / "live"), open_ledger(engine)
    live.check()
    of = planned(ledger)
    live.note(taken(ledger, of).attempt_id)
    engine.dispose()
    backup = path.read_bytes()
    live.note(taken(ledger, of).attempt_id)
    live.check()
    engine.dispose()
    for beside in path.parent.glob("newsletter.db-*"):
        beside.unlink()
    path.write_bytes(backup)

    engine = connect(sqlite_url)
    restored = _live(engine, tmp_path / "live")
    with pytest.raises(NotNow, match="it knows 1 tries, and there were 2"):
        restored.check()

    restored.declare()
    _live(engine, tmp_path / "live").check()
    engine.dispose()


def test_a_sender_at_work_beside_us_is_no_sign_of_an_old_backup(engine: Engine, tmp_path: Path) -> None:
    """While one process takes batches and notes them, another that starts sees a live database every time."""
    add_readers(engine, "weekly", range(60))
    ledger = open_ledger(engine)
    of = planned(ledger, size=1)
    first, second = _live(engine, tmp_path), _live(engine, tmp_path)
    first.check()

    def take_all() -> None:
        for _ in range(60):
            first.note(taken(ledger, of).attempt_id)

    worker = threading.Thread(target=take_all)
    worker.start()
    while worker.is_alive():
        second.check()
    worker.join()
    second.check()
