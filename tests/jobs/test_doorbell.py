"""Jobs as calls to what is in the rows: left with the work, found again when they are lost, given away when they stand still."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from newsletter.db.doorbell import ring, ring_now, ring_unless_waiting
from newsletter.db.engine import connect, reading, writing
from newsletter.db.limits import WaitLimits
from newsletter.jobs.workers import Duty, work_until
from newsletter.ports.work import Task, WorkQueue
from tests.running import a_folder, environment


@pytest.fixture
def server(postgres_url: str) -> Iterator[Engine]:
    """A PostgreSQL database whose stalled jobs are soon given to others."""
    engine = connect(postgres_url, WaitLimits(job=2.0))
    yield engine
    engine.dispose()


def _jobs(engine: Engine) -> list[tuple[str, Any]]:
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")).all()
    return [(row.task_name, row.args) for row in rows]


def _read(engine: Engine, question: str) -> Any:
    with reading(engine) as connection:
        return connection.scalar(text(question))


def _until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@contextmanager
def _working(engine: Engine, *duties: Duty, **how: Any) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work_until, args=(stop, engine, duties), kwargs=how, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()


def test_a_job_is_left_with_the_work_or_not_at_all(server: Engine) -> None:
    """It stands in the transaction of the work: what is rolled back calls nobody."""
    with pytest.raises(RuntimeError), writing(server) as connection:
        ring(connection, Task.DRAIN, mailing=1)
        raise RuntimeError
    assert _jobs(server) == []
    with writing(server) as connection:
        ring(connection, Task.DRAIN, mailing=2)
        assert _jobs(server) == []
    assert _jobs(server) == [("drain", {"mailing": 2})]


def test_one_that_waits_is_not_left_again(server: Engine) -> None:
    """The same job for the same mailing once; one that is for later does not count as waiting now."""
    ring_unless_waiting(server, Task.DRAIN, in_seconds=600, mailing=1)
    for _ in range(2):
        ring_unless_waiting(server, Task.DRAIN, mailing=1)
        ring_unless_waiting(server, Task.DRAIN, mailing=2)
        ring_unless_waiting(server, Task.DRAIN, in_seconds=600, mailing=1)

    assert _jobs(server) == [("drain", {"mailing": 1}), ("drain", {"mailing": 1}), ("drain", {"mailing": 2})]


def test_work_is_kept_where_the_job_could_not_be_left(server: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """The rows are the truth: a fault of the jobs' own tables undoes nothing."""
    with writing(server) as connection:
        connection.execute(text("DROP FUNCTION procrastinate_defer_jobs_v1 CASCADE"))
    with writing(server) as connection:
        connection.execute(text("INSERT INTO mailing_list (name, created_at) VALUES ('weekly', now())"))
        ring(connection, Task.DRAIN, mailing=1)

    assert _read(server, "SELECT count(*) FROM mailing_list") == 1
    assert "the job drain could not be left" in caplog.text


def test_on_sqlite_nobody_is_called(sqlite_url: str) -> None:
    """One process does all there, and looks by itself."""
    engine = connect(sqlite_url)
    ring_now(engine, Task.LOOK)
    ring_unless_waiting(engine, Task.DRAIN, mailing=1)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name LIKE 'procrastinate%'")) == 0
    engine.dispose()


def test_a_job_is_done_at_once_and_leaves_no_row(server: Engine) -> None:
    """A process that has time hears of it; one that does other kinds of work does not. A fault leaves no row either."""
    done: list[int] = []

    def do(mailing: int) -> None:
        done.append(mailing)
        if mailing == 2:
            raise RuntimeError("a fault")

    with _working(server, Duty(task=Task.DRAIN, do=do), queues=[WorkQueue.LETTERS]):
        _until(lambda: _read(server, "SELECT count(*) FROM procrastinate_workers"))
        ring_unless_waiting(server, Task.DRAIN, mailing=1)
        ring_unless_waiting(server, Task.DRAIN, mailing=2)
    assert done == []
    with _working(server, Duty(task=Task.DRAIN, do=do)):
        _until(lambda: done == [1, 2])
        begun = time.monotonic()
        ring_unless_waiting(server, Task.DRAIN, mailing=3)
        _until(lambda: done == [1, 2, 3])
        took = time.monotonic() - begun
        _until(lambda: ("drain", {"mailing": 3}) not in _jobs(server))
    left = "SELECT (SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'drain') + count(*) FROM procrastinate_workers"

    assert took < 1.5, "it was called, and did not look by itself"
    assert _read(server, left) == 0


def test_one_job_of_sending_at_a_time_and_others_beside_it(server: Engine) -> None:
    """However long a job of another kind takes, sending goes on; and a mailing is not sent twice at once by one process."""
    at_once, most, letters = 0, 0, threading.Event()

    def drain(mailing: int) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.2)
        at_once -= 1

    sending, long = Duty(task=Task.DRAIN, do=drain), Duty(task=Task.POST, do=lambda: letters.wait(30))
    ring_now(server, Task.POST)
    for mailing in range(3):
        ring_unless_waiting(server, Task.DRAIN, mailing=mailing)
    with _working(server, sending, long, jobs_at_once=1):
        _until(lambda: not [name for name, _ in _jobs(server) if name == "drain"])
        letters.set()

    assert most == 1


def test_what_stood_still_is_given_to_others_and_what_comes_by_itself_is_forgotten(server: Engine) -> None:
    """A process that died left two jobs begun: the call to a mailing is repeated, the tick comes again anyway."""
    done: list[int] = []
    ring_unless_waiting(server, Task.DRAIN, mailing=7)
    ring_now(server, Task.TICK)
    with writing(server) as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
        connection.execute(text("UPDATE procrastinate_jobs SET queueing_lock = 'tick' WHERE task_name = 'tick'"))
    with _working(server, Duty(task=Task.DRAIN, do=lambda mailing: done.append(mailing))):
        _until(lambda: done == [7])
        _until(lambda: not [name for name, _ in _jobs(server) if name in ("drain", "tick")])


def test_a_task_is_due_by_itself_when_all_rows_are_gone(server: Engine) -> None:
    """Everything that Procrastinate wrote is deleted, the rows of its workers too: they begin again."""
    looks: list[float] = []
    with _working(server, Duty(task=Task.LOOK, do=lambda: looks.append(time.monotonic()), every_seconds=1)):
        _until(lambda: looks)
        with writing(server) as connection:
            connection.execute(
                text("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")
            )
        before = len(looks)
        _until(lambda: len(looks) > before + 1)


def test_a_database_that_was_away_ends_nothing(server: Engine) -> None:
    """Every connection is cut: the workers begin again, and hear of the next job."""
    done: list[int] = []
    with _working(server, Duty(task=Task.DRAIN, do=lambda mailing: done.append(mailing))):
        _until(lambda: _read(server, "SELECT count(*) FROM procrastinate_workers") == 2)
        _read(
            server,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        ring_unless_waiting(server, Task.DRAIN, mailing=1)
        _until(lambda: done == [1])


def test_the_ledger_is_ready_to_ring_before_any_transaction(postgres_url: str, tmp_path: Path) -> None:
    """Loading Procrastinate while a mailing's row is held took longer, on a busy machine, than the server lets one idle."""
    folder = a_folder(tmp_path / "weekly")
    work = (
        "import sys; from pathlib import Path; from newsletter.wiring import open_newsletter; "
        f"open_newsletter(Path({str(folder)!r})).ledger; print('procrastinate' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", work],
        env=environment(NEWSLETTER_DATABASE_URL=postgres_url),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "True" == done.stdout.strip()
