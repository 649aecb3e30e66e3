"""Files that are imported in the background: whatever befalls the process, each row is read once and counted once."""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from newsletter.db.backup import write_backup
from newsletter.db.engine import reading, writing
from newsletter.db.lease import Lease, LeaseLost
from newsletter.db.tables import lease
from newsletter.db.types import database_now
from newsletter.imports.carry_out import FOLDERS, carry_out
from newsletter.imports.file_import import ImportLeft
from newsletter.imports.report import ImportOptions
from newsletter.imports.tables import upload, upload_slice
from newsletter.imports.upload_state import UploadState
from newsletter.readers.tables import subscription
from newsletter.wiring import Parts, Timing, open_newsletter
from newsletter.wiring.clock import SystemClock
from newsletter.wiring.imports import Importer, import_desk
from newsletter.wiring.letters import sweep
from newsletter.wiring.schema import metadata
from newsletter.words.erasure import RequestOf
from newsletter.words.mistake import NotNow
from newsletter.words.subscriber import SubscriptionStatus
from tests.forking import Forked
from tests.imports.importer import HOW, WHICH, WORDS
from tests.running import a_folder, environment, run

RUNS = threading.Event()
WISH = ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE, consent="a form")
BATCHES = 2
# Few who join, so that a batch takes no time: 2,000 rows are one whatever becomes of them.
JOINING = 40
N_ROWS = BATCHES * 2_000


def a_file(n_rows: int = N_ROWS, joining: int = JOINING) -> bytes:
    """Rows that are broken, with somebody who joins here and there."""
    every = n_rows // joining
    rows = (f"reader{row}@example.com,Ana" if row % every == 0 else "nobody,x" for row in range(n_rows))
    return "\n".join(["email,name", *rows]).encode()


@pytest.fixture
def parts(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    """A newsletter on either database."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    made = open_newsletter(a_folder(tmp_path / "weekly", database=False))
    yield made
    made.engine.dispose()


@pytest.fixture
def on_sqlite(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    """A newsletter for what is the same on both."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    made = open_newsletter(a_folder(tmp_path / "weekly", database=False))
    yield made
    made.engine.dispose()


def begun(parts: Parts, content: bytes, name: str = "readers.csv") -> str:
    """Files that were looked at, and whose import somebody asked for."""
    token = parts.uploads.keep([(name, io.BytesIO(content))], WISH)
    Importer(parts, RUNS).beat()
    assert parts.uploads.get(token).state is UploadState.LOOKED
    parts.uploads.carry_out(token)
    return token


def assert_each_once(parts: Parts, token: str, *, n_rows: int = N_ROWS, joining: int = JOINING) -> None:
    """Everybody is on the list, every row is counted once, and each that was left out has its line once."""
    found = parts.uploads.get(token)
    assert found.state is UploadState.IMPORTED, found
    assert found.found is not None
    report = found.found.report
    assert (report.rows, report.added, report.rejected) == (n_rows, joining, n_rows - joining)
    with reading(parts.engine) as connection:
        assert joining == connection.scalar(select(func.count()).select_from(subscription))
    lines = [row.line for row in parts.uploads.list_refusals(token)]
    assert len(lines) == len(set(lines)) == n_rows - joining


def _forked(parts: Parts, log: Path, **settings: str) -> Forked:
    known = environment(NEWSLETTER_DATABASE_URL=parts.config.database_url, **settings)
    return Forked([str(parts.directory)], known, out=log, module="tests.imports.importer")


def test_an_upload_is_looked_at_and_then_imported(parts: Parts) -> None:
    """The look writes nobody down; the import everybody, and leaves no file behind."""
    token = parts.uploads.keep([("readers.csv", io.BytesIO(a_file(200, 4)))], WISH)
    Importer(parts, RUNS).beat()
    looked = parts.uploads.get(token)
    assert looked.state is UploadState.LOOKED and looked.found is not None
    assert (looked.found.report.added, looked.found.report.rejected, looked.found.is_new) == (4, 196, True)
    assert parts.readers.list_lists() == []

    parts.uploads.carry_out(token)
    Importer(parts, RUNS).beat()

    assert_each_once(parts, token, n_rows=200, joining=4)
    assert parts.imports.list_imports(most=1)[0].finished_at is not None
    with reading(parts.engine) as connection:
        assert 0 == connection.scalar(select(func.count()).select_from(upload_slice))


def test_one_that_ends_between_two_batches_leaves_the_rest_to_another(parts: Parts) -> None:
    """Stopped at every border: the next process goes on behind it, and what came of rows is written once."""
    token = begun(parts, a_file())
    for number in range(BATCHES):
        found = parts.uploads.get(token)
        mine = Lease(parts.engine, f"upload {found.number}")

        def goes_on(before: int = found.reached) -> bool:
            return parts.uploads.get(token).reached == before

        with mine.try_hold(), pytest.raises(ImportLeft):
            carry_out(import_desk(parts), found, mine, goes_on=goes_on)
        assert (number + 1) * 2_000 == parts.uploads.get(token).reached

    Importer(parts, RUNS).beat()
    assert_each_once(parts, token)


def test_nobody_who_lost_the_lease_writes_anything(parts: Parts) -> None:
    """A process that stood still wakes up in the middle of a batch: it is undone."""
    token = begun(parts, a_file(200, 4))
    found = parts.uploads.get(token)
    slow = Lease(parts.engine, f"upload {found.number}")
    with slow.try_hold():
        with writing(parts.engine) as connection:
            connection.execute(update(lease).values(until_at=database_now(-1)))
        quick = Lease(parts.engine, f"upload {found.number}")
        with quick.try_hold() as taken:
            assert taken
            carry_out(import_desk(parts), found, slow, goes_on=lambda: True)
            assert parts.uploads.get(token).reached == 0
            assert parts.readers.list_lists() == []
            with writing(parts.engine) as connection, pytest.raises(LeaseLost):
                slow.check(connection)
            carry_out(import_desk(parts), found, quick, goes_on=lambda: True)
    assert_each_once(parts, token, n_rows=200, joining=4)


def test_a_person_stops_it_and_goes_on(on_sqlite: Parts) -> None:
    """The batch in flight is not written; what was is kept, and it goes on behind that."""
    token = begun(on_sqlite, a_file())
    found = on_sqlite.uploads.get(token)
    mine = Lease(on_sqlite.engine, f"upload {found.number}")

    def goes_on() -> bool:
        if on_sqlite.uploads.get(token).reached:
            on_sqlite.uploads.stop(token)
        return True

    with mine.try_hold():
        carry_out(import_desk(on_sqlite), found, mine, goes_on=goes_on)
    stopped = on_sqlite.uploads.get(token)
    assert stopped.state is UploadState.STOPPED and 0 < stopped.reached < N_ROWS
    Importer(on_sqlite, RUNS).beat()
    assert on_sqlite.uploads.get(token) == stopped

    on_sqlite.uploads.go_on(token)
    Importer(on_sqlite, RUNS).beat()
    assert_each_once(on_sqlite, token)


def test_one_that_is_killed_in_the_middle_of_a_batch_is_carried_on(parts: Parts, tmp_path: Path) -> None:
    """By the next process, once the lease of the dead one has ended."""
    token = begun(parts, a_file())
    words = {WORDS: "INSERT INTO upload_refusal", WHICH: "2", HOW: str(int(signal.SIGKILL))}
    assert _forked(parts, tmp_path / "log", **words).wait() < 0
    assert parts.uploads.get(token).reached == 2_000

    _carry_on(parts, token)
    assert_each_once(parts, token)


def test_one_that_freezes_beyond_its_lease_writes_nothing_when_it_wakes(parts: Parts, tmp_path: Path) -> None:
    """Between two batches, or with a transaction open: another one goes on, and the first finds that out.

    On SQLite it stands still with nothing locked, before its sixth transaction, that of the second batch. PostgreSQL's
    server ends the transaction of a frozen one.
    """
    words, which = ("UPDATE import_newcomers", 2)
    if parts.engine.dialect.name == "sqlite":
        words, which = ("BEGIN IMMEDIATE", 6)
    token = begun(parts, a_file())
    settings = {WORDS: words, WHICH: str(which), HOW: str(int(signal.SIGSTOP))}
    frozen = _forked(parts, tmp_path / "log", **settings)
    try:
        _until_still(frozen.pid)
        assert parts.uploads.get(token).reached == 2_000
        _carry_on(parts, token)
        before = parts.uploads.get(token)
    finally:
        frozen.send_signal(signal.SIGCONT)
    assert frozen.wait() is not None
    assert parts.uploads.get(token) == before
    assert_each_once(parts, token)


def _carry_on(parts: Parts, token: str) -> None:
    """As another process does when the lease of the first one has ended."""
    with writing(parts.engine) as connection:
        connection.execute(update(lease).values(until_at=database_now(-1)))
    Importer(parts, RUNS).beat()
    assert not parts.uploads.get(token).is_at_work


def _until_still(pid: int) -> None:
    until = time.monotonic() + 30
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.faults
def test_one_that_is_killed_anywhere_is_carried_on(parts: Parts, tmp_path: Path) -> None:
    """Before every statement of an import, one after the other: the same report, whatever was cut off."""
    content, n_killed = a_file(), 0
    for which in range(1, 400):
        token = begun(parts, content + f"\nlast{which}@example.com,Ana".encode(), name=f"readers{which}.csv")
        words = {WORDS: "", WHICH: str(which), HOW: str(int(signal.SIGKILL))}
        code = _forked(parts, tmp_path / f"log{which}", **words).wait()
        _carry_on(parts, token)
        found = parts.uploads.get(token)
        assert found.state is UploadState.IMPORTED and found.found is not None
        report = found.found.report
        assert (report.rows, report.added + report.unchanged) == (N_ROWS + 1, JOINING + 1), which
        lines = [row.line for row in parts.uploads.list_refusals(token)]
        assert len(lines) == len(set(lines)) == report.rejected
        parts.uploads.forget(token)
        if code == 0:
            break
        n_killed += 1
    assert n_killed > 20
    assert code == 0


def test_files_of_which_the_program_dies_are_not_begun_without_end(on_sqlite: Parts) -> None:
    """After five times without a batch it stops and says so."""
    token = begun(on_sqlite, a_file(200, 4))
    with writing(on_sqlite.engine) as connection:
        connection.execute(update(upload).values(n_begun=5))
    Importer(on_sqlite, RUNS).beat()
    found = on_sqlite.uploads.get(token)
    assert found.state is UploadState.STOPPED and found.problem is not None
    assert "begun 5 times" in found.problem.message


def test_files_of_the_same_name_are_all_read(on_sqlite: Parts) -> None:
    """Also where a disk takes two names for one, and where a name is longer than a disk takes."""
    names = ["3-x.csv", "x.csv", "x.csv", "X.csv", f"{'😀' * 90}.csv"]
    files = [(name, io.BytesIO(f"email\nana{n}@example.com\n".encode())) for n, name in enumerate(names)]
    token = on_sqlite.uploads.keep(files, WISH)
    Importer(on_sqlite, RUNS).beat()
    looked = on_sqlite.uploads.get(token)
    assert looked.problem is None and looked.found is not None
    assert {one.email for one in looked.found.report.changes} == {f"ana{n}@example.com" for n in range(5)}


def test_the_same_files_from_several_tabs_at_once_are_one_upload(parts: Parts) -> None:
    """The other tabs are told that they are being worked on, and leave nothing behind."""
    begin, told = threading.Barrier(3), list[str]()

    def bring() -> None:
        begin.wait()
        try:
            parts.uploads.keep([("readers.csv", io.BytesIO(a_file(200, 4)))], WISH)
        except NotNow as refusal:
            told.append(refusal.message)

    tabs = [threading.Thread(target=bring) for _ in range(3)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert told == ["These files are being worked on already."] * 2
    with reading(parts.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(upload)) == 1


class NextYear(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(days=365)


def test_files_of_a_killed_import_are_deleted(
    on_sqlite: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They lie among the machine's temporary files; those of an import under way stay, also for a newsletter whose clock was turned."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new = (Path(tempfile.mkdtemp(prefix=FOLDERS)) for _ in range(2))
    (old / "readers.csv").write_text("email\nana@example.com\n")
    two_days_ago = on_sqlite.clock.now().timestamp() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))
    turned = replace(on_sqlite, timing=Timing(clock=NextYear()))
    sweep(turned)
    turned.engine.dispose()
    assert (old.exists(), new.exists()) == (False, True)


def test_what_waits_is_bounded_and_goes_after_a_week(on_sqlite: Parts) -> None:
    """Files that nobody comes back to; one that is being worked on stays, however old."""
    token = on_sqlite.uploads.keep([("a.csv", io.BytesIO(a_file(20, 1)))], WISH)
    with writing(on_sqlite.engine) as connection:
        connection.execute(update(upload).values(n_bytes=999_999_999, changed_at=database_now(-8 * 86_400)))
    with pytest.raises(NotNow, match="wait to be imported already"):
        on_sqlite.uploads.keep([("b.csv", io.BytesIO(a_file(20, 2)))], WISH)
    on_sqlite.uploads.sweep()
    assert on_sqlite.uploads.find(token) is not None
    with writing(on_sqlite.engine) as connection:
        connection.execute(update(upload).values(state=UploadState.LOOKED))
    on_sqlite.uploads.sweep()
    with reading(on_sqlite.engine) as connection:
        assert [0, 0] == [
            connection.scalar(select(func.count()).select_from(table)) for table in (upload, upload_slice)
        ]


def test_files_of_earlier_versions_go(on_sqlite: Parts) -> None:
    """They lay in a folder, and nothing else would ever delete them."""
    old = on_sqlite.directory / "var" / "uploads" / "0123456789abcdef"
    old.mkdir(parents=True)
    (old / "readers.csv").write_text("email\nana@example.com\n")
    sweep(on_sqlite)
    assert not old.parent.exists()


def test_tick_imports_what_was_asked_for_in_the_studio(on_sqlite: Parts) -> None:
    """Where cron does what is due, and the studio was closed meanwhile."""
    token = begun(on_sqlite, a_file(200, 4))
    done = run(on_sqlite.directory, "tick", NEWSLETTER_DATABASE_URL=on_sqlite.config.database_url)
    assert done.returncode == 0, done.stderr
    assert_each_once(on_sqlite, token, n_rows=200, joining=4)


def test_a_backup_has_no_uploaded_files(parts: Parts, tmp_path: Path) -> None:
    """They would make it as much larger, and hold people whom nobody has imported."""
    parts.uploads.keep([("readers.csv", io.BytesIO(b"email\n" + b"only-here@example.com\n" * 20_000))], WISH)
    path = tmp_path / "backup.db"
    write_backup(parts.engine, path, metadata, now=parts.clock.now(), files={})
    assert b"only-here@example.com" not in path.read_bytes()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM upload").fetchone() == (1,)
    connection.close()


def test_a_report_forgets_people_who_are_erased(parts: Parts) -> None:
    """Neither a preview nor the rows that were left out name them."""
    twice = b"email,name\nana@example.com,Ana\nana@example.com,Ana\nben@example.com,Ben\n"
    token = parts.uploads.keep([("readers.csv", io.BytesIO(twice))], WISH)
    parts.consent.membership.add_list("weekly")
    Importer(parts, RUNS).beat()
    assert "ana@example.com" in str(parts.uploads.get(token)) + str(list(parts.uploads.list_refusals(token)))
    parts.uploads.carry_out(token)
    Importer(parts, RUNS).beat()
    parts.consent.profiles.erase("ana@example.com", RequestOf.OWNER)
    assert "ana@example.com" not in str(parts.uploads.get(token)) + str(list(parts.uploads.list_refusals(token)))


def test_an_import_that_is_taken_back_meanwhile_stops(on_sqlite: Parts) -> None:
    """Undo is asked for in the pages and done by any process; it counts everybody."""
    token = begun(on_sqlite, a_file(200, 4))
    Importer(on_sqlite, RUNS).beat()
    run = on_sqlite.uploads.get(token).run
    assert run is not None
    on_sqlite.imports.ask_undo(run)
    assert on_sqlite.imports.list_imports(most=1)[0].is_being_undone
    Importer(on_sqlite, RUNS).beat()
    assert on_sqlite.imports.list_imports(most=1)[0].undone_at is not None
    assert on_sqlite.readers.list_lists() == []
    with pytest.raises(NotNow):
        on_sqlite.imports.ask_undo(run)
