"""A database of any earlier landing comes to today's tables with all that it holds, and a sending goes on in it."""

from __future__ import annotations

import csv
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, text

from newsletter.db.backup import restore
from newsletter.db.engine import connect, is_sqlite, reading, writing
from newsletter.db.shape import columns
from newsletter.db.upgrade import HEAD, upgrade, version
from newsletter.feedback.tables import event as event_log
from newsletter.ledger.account.tally_sql import Tallies
from newsletter.ledger.tables import attempt, delivery, mailing, parcel
from newsletter.readers.tables import suppression
from newsletter.wiring.schema import metadata
from newsletter.words.mistake import NotNow
from tests.accounts import account_of
from tests.db.earlier import LANDINGS, make
from tests.ledger.parts import Carrier, a_drain
from tests.running import a_folder, run
from tests.world import add_readers

# The rows of this table are lists in the rows of another now.
_IN_ANOTHER_FORM = {"carried"}


@pytest.fixture
def fresh(old: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A new database of the same kind."""
    on_sqlite = old.dialect.name == "sqlite"
    engine = connect(request.getfixturevalue("sqlite_url" if on_sqlite else "postgres_url"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("landing", [LANDINGS[0], LANDINGS[3], LANDINGS[5]])
def test_an_earlier_database_is_upgraded_and_goes_on(old: Engine, fresh: Engine, landing: str, tmp_path: Path) -> None:
    """Its tables are those of a new one in every word, each value is there, what is new is filled, and a sending goes on."""
    _is_upgraded_and_goes_on(old, fresh, landing, tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("landing", [LANDINGS[1], LANDINGS[2], LANDINGS[4]])
def test_and_so_is_one_of_the_landings_in_between(old: Engine, fresh: Engine, landing: str, tmp_path: Path) -> None:
    """Each differs from the one before by a few columns."""
    _is_upgraded_and_goes_on(old, fresh, landing, tmp_path)


def _is_upgraded_and_goes_on(old: Engine, fresh: Engine, landing: str, tmp_path: Path) -> None:
    make(old, landing)
    before = _values(old)

    upgrade(old, metadata)

    assert _made(old) == _made(fresh)
    assert version(old) == HEAD
    _nothing_is_lost(before, _values(old))
    _what_is_new_is_filled(old)
    _a_sending_goes_on(old, tmp_path, everybody=landing == LANDINGS[0])


def _nothing_is_lost(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> None:
    """Each row with every value, but for what nobody asks for any more and a count that was wrong."""
    for table, rows in before.items():
        if table in _IN_ANOTHER_FORM:
            continue
        names = [name for name in rows[0] if name in after[table][0]] if rows else []
        names = [name for name in names if (table, name) != ("parcel", "n_readers")]
        was, now = ([repr([row[name] for name in names]) for row in some] for some in (rows, after[table]))
        assert sorted(was) == sorted(now), table


def _what_is_new_is_filled(engine: Engine) -> None:
    with reading(engine) as connection:
        counts = connection.execute(select(parcel.c["id", "n_readers", "n_accepted", "n_left", "n_not_held"])).all()
        taken = select(delivery.c["id", "accepted_by"]).where(delivery.c.handover == "accepted")
        accepted_by = {row.id: row.accepted_by for row in connection.execute(taken)}
        practised = connection.scalars(select(mailing.c.issue).where(mailing.c.is_practice)).all()
        n_events = connection.scalar(select(func.count()).select_from(event_log))
        because = select(suppression.c["event_id", "issue"]).where(suppression.c.event_id.is_not(None))
        causes = [tuple(row) for row in connection.execute(because)]
        carried = {row.id: row.carried for row in connection.execute(select(attempt.c["id", "carried"]))}
    assert [tuple(row) for row in sorted(counts)] == [
        (1, 0, 0, 0, 0),
        (2, 2, 2, 0, 0),
        (3, 1, 0, 0, 1),
        (4, 1, 1, 0, 0),
        (5, 1, 0, 1, 0),
        (6, 2, 2, 0, 0),
        (7, 3, 0, 0, 0),
    ]
    assert accepted_by == {1: 2, 2: 2, 4: 4, 6: 6, 7: 6}
    assert carried == {1: [1, 2, 3], 2: [1, 2], 3: [3], 4: [4, 5], 5: [5], 6: [6, 7]}
    assert practised == [2]
    assert causes == ([(4, 1)] if n_events else [])


def _a_sending_goes_on(engine: Engine, folder: Path, *, everybody: bool) -> None:
    """Issue 3 waits for three: one must not be mailed, and one is on a break where there were breaks already."""
    carrier = Carrier()
    drain = a_drain(engine, folder, carrier)
    drain.sender.live.declare()
    row = drain.ledger.mailings.find_latest(3, "weekly")
    assert row is not None
    drain.until_done(row, lambda settled, planned, waiting: None)

    awaited = ["Reader1@example.com", "Reader2@example.com"] if everybody else ["Reader1@example.com"]
    assert [sorted(one) for one in carrier.handed] == [awaited]
    for issue, practice in ((1, False), (2, True), (3, False)):
        account, tally = account_of(engine, issue, practice=practice), Tallies(engine, practice=practice)
        told = tally.find(issue)
        assert told is not None
        assert (told.planned, told.handover) == (account.planned, account.handover)
    assert account_of(engine, 1).handover["left"] == 1
    # 9 is gone, and stands in the ledger.
    assert add_readers(engine, "weekly", [77]) == [10]


def test_an_upgrade_waits_for_calls_that_are_under_way(old: Engine) -> None:
    """The program that made a call writes down what became of it; one that nobody can be in any more stops nothing."""
    make(old, LANDINGS[0])
    with writing(old) as connection:
        for statement in _A_CALL_UNDER_WAY:
            connection.execute(text(statement))
    before = _values(old), _made(old)

    with pytest.raises(NotNow, match="1 of its calls may go on for") as refused:
        upgrade(old, metadata)

    assert "Stop whatever sends" in refused.value.fix
    assert (version(old), (_values(old), _made(old))) == ("0001", before)
    with writing(old) as connection:
        connection.execute(text("UPDATE attempt SET deadline_at = '2026-11-23 08:01:00.000000' WHERE id = 7"))
    upgrade(old, metadata)
    with reading(old) as connection:
        assert connection.scalar(select(attempt.c.carried).where(attempt.c.id == 7)) == [8, 9, 10]


_A_CALL_UNDER_WAY = (
    "UPDATE parcel SET status = 'sending' WHERE id = 7",
    "UPDATE delivery SET handover = 'sending' WHERE parcel_id = 7",
    (
        "INSERT INTO attempt (id, token, parcel_id, sender, provider, started_at, deadline_at) VALUES "
        "(7, 'token7', 7, 'desk', 'sendgrid', '2026-11-23 08:00:00.000000', '2999-11-23 08:01:00.000000')"
    ),
    "INSERT INTO carried (attempt_id, delivery_id) VALUES (7, 10), (7, 8), (7, 9)",
)


def test_an_upgrade_that_is_killed_anywhere_leaves_the_old_database(tmp_path: Path) -> None:
    """kill -9 at four places on the way: the old tables and rows are as they were, and the next upgrade does it all."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = connect(url)
    make(engine, "473e167")
    before, made = _values(engine), _made(engine)
    engine.dispose()
    shutil.copy(tmp_path / "old.db", tmp_path / "copy.db")
    n_statements = _upgrade_and_die(f"sqlite:///{tmp_path / 'copy.db'}", None)
    assert n_statements > 100

    for at in (n_statements * part // 4 for part in range(1, 5)):
        assert _upgrade_and_die(url, at) == -signal.SIGKILL
        assert (_values(engine), _made(engine), version(engine)) == (before, made, "0001")
        engine.dispose()

    upgrade(engine, metadata)
    assert version(engine) == HEAD


def _upgrade_and_die(url: str, at: int | None) -> int:
    """In a process of its own. How many statements that took, or the signal that it died of, negative."""
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        engine, done = connect(url), 0

        @event.listens_for(engine, "after_cursor_execute")
        def count_and_die(*_: object) -> None:
            nonlocal done
            done += 1
            if done == at:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            upgrade(engine, metadata)
            os.write(tells, str(done).encode())
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    os.close(tells)
    with os.fdopen(told) as file:
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else int(file.read())


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("ALTER TABLE subscriber ADD COLUMN nickname TEXT", "subscriber.nickname"),
        ("ALTER TABLE subscription RENAME COLUMN consent TO agreed", "subscription.agreed"),
        ("DROP TABLE delivery", "deliveries are missing"),
    ],
)
def test_a_database_between_two_landings_is_refused_whole_and_its_readers_are_written_into_files(
    tmp_path: Path, statement: str, said: str
) -> None:
    """What nobody knows how to read is said by name, nothing is changed, and there is a way on."""
    old = connect(f"sqlite:///{tmp_path / 'old.db'}")
    make(old, "473e167")
    with writing(old) as connection:
        connection.execute(text(statement))
    before = _made(old)

    with pytest.raises(NotNow, match=said) as refused:
        upgrade(old, metadata)

    assert "newsletter db export" in refused.value.fix
    assert (version(old), _made(old)) == ("0001", before)


@pytest.mark.parametrize("landing", [LANDINGS[0], LANDINGS[-1]])
def test_the_readers_of_any_database_are_written_into_files_that_an_import_reads(
    old: Engine, landing: str, tmp_path: Path
) -> None:
    """Those who left or must not be mailed are in them as such: a new newsletter made of them mails none of these."""
    make(old, landing)
    directory = a_folder(tmp_path / "weekly")
    url = old.url.render_as_string(hide_password=False)
    with writing(old) as connection:
        connection.execute(text("ALTER TABLE delivery ADD COLUMN half_way TEXT"))

    written = run(directory, "db", "export", tmp_path / "saved", NEWSLETTER_DATABASE_URL=url)

    assert 0 == written.returncode, written.stderr
    rows = list(csv.DictReader((tmp_path / "saved" / "1-weekly.csv").read_text().splitlines()))
    assert {row["email"]: row["status"] for row in rows} == {
        "Reader1@example.com": "active",
        "Reader2@example.com": "active",
        "Reader3@example.com": "active",
        "Reader4@example.com": "hard_bounce",
        "Reader5@example.com": "ended",
        "Reader6@example.com": "pending",
        "gone@example.com": "unsubscribe",
    }
    assert {row["town"] for row in rows} == {"", "Gdańsk"}
    assert (tmp_path / "saved" / "2-daily.csv").exists()


def test_a_backup_of_an_earlier_program_is_restored_into_todays_tables(engine: Engine, tmp_path: Path) -> None:
    """It is brought up to this version in a copy; the file is as it was, and every reader and delivery is there."""
    path = tmp_path / "old.db"
    old = connect(f"sqlite:///{path}")
    make(old, "8c5be11")
    with writing(old) as connection:
        connection.exec_driver_sql("CREATE TABLE backup (kind TEXT NOT NULL, made_at TEXT NOT NULL)")
        connection.exec_driver_sql("CREATE TABLE backup_number (name TEXT PRIMARY KEY, last INTEGER NOT NULL)")
        connection.exec_driver_sql("CREATE TABLE backup_file (name TEXT PRIMARY KEY, content BLOB NOT NULL)")
        connection.exec_driver_sql("INSERT INTO backup VALUES ('newsletter backup', '2026-11-24T08:00:00+00:00')")
    old.dispose()
    before = path.read_bytes()

    rows = restore(path, engine, metadata, replace=False)

    assert (rows["subscriber"], rows["delivery"], rows["mailing"], rows["event"]) == (6, 10, 3, 4)
    _what_is_new_is_filled(engine)
    assert path.read_bytes() == before


def _values(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with reading(engine) as connection:
        return {
            table: sorted((dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {table}"))), key=repr)
            for table in columns(connection)
            if table not in {"alembic_version", "sqlite_sequence"}
        }


def _made(engine: Engine) -> set[tuple[Any, ...]]:
    """All that the database itself writes down of its tables."""
    with reading(engine) as connection:
        if is_sqlite(connection):
            asked = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
            return {
                (kind, name, table, "".join((sql or "").split()))
                for kind, name, table, sql in connection.execute(text(asked))
            }
        return {tuple(row) for asked in _CATALOGUE for row in connection.execute(text(asked))}


_CATALOGUE = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT sequencename FROM pg_sequences",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace""",
    """SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation,
       pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0""",
)
