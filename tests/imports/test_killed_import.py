"""An import whose process is killed: repeated, it ends as if nothing had happened, and is taken back whole."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

from newsletter.db.engine import connect
from newsletter.imports.imports_sql import Imports
from newsletter.readers.readers_sql import Readers
from tests.running import a_folder, run, sqlite_of, start

N_READERS = 16_000


def test_an_import_that_is_killed_goes_on_when_it_is_repeated(tmp_path: Path) -> None:
    """Everybody is on the list once, the number is the same, and undo leaves nobody."""
    folder = a_folder(tmp_path / "weekly")
    path = tmp_path / "readers.csv"
    rows = (f"reader{number}@example.com,Ana,vip" for number in range(N_READERS))
    path.write_text("\n".join(["email,name,tags", *rows]))
    words = ("subscribers", "import", path, "--list", "weekly", "--active", "--consent", "a form")
    database = folder / "var" / "newsletter.db"

    process = start(folder, *words, log=tmp_path / "log")
    while process.poll() is None and _count(database) < 2_000:
        time.sleep(0.005)
    assert process.poll() is None, "it was done before it could be killed"
    process.kill()
    process.wait()
    n_before = _count(database)
    again = run(folder, *words, "--format", "json")
    report = json.loads(again.stdout)

    assert 0 < n_before < N_READERS
    assert "Going on with import 1" in again.stderr
    assert (report["import"], report["added"], report["unchanged"]) == (1, N_READERS - n_before, n_before)
    assert _count(database) == N_READERS
    engine = connect(sqlite_of(folder))
    [row] = Imports(engine).list_imports(most=5)
    assert row.finished_at is not None
    Imports(engine).undo(1)
    assert Readers(engine).list_lists() == []
    engine.dispose()


def _count(database: Path) -> int:
    """Readers in the database as anybody else sees it."""
    if not database.exists():
        return 0
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=15)
    try:
        return int(connection.execute("SELECT count(*) FROM subscription").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
