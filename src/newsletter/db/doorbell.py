"""Rings for whichever process does a kind of work: a job of Procrastinate, left in the transaction that makes the work."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, text

from newsletter.db.engine import is_sqlite, writing
from newsletter.ports.work import Task

if TYPE_CHECKING:
    from procrastinate import App

log = logging.getLogger(__name__)

_WAITS = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM procrastinate_jobs
        WHERE status = 'todo' AND queue_name = :queue AND task_name = :task AND args @> CAST(:about AS jsonb)
        AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp() + :seconds * interval '1 second')
    )
    """
)


def ring(connection: Connection, task: Task, *, in_seconds: float = 0.0, **about: int) -> None:
    """Leave a job that is seen once this transaction is committed. On SQLite nothing: one process does all, and looks.

    A job is a call and never the truth: the rows are. So one that can't be left is logged, and the next look finds the
    work. It carries no queueing lock: two transactions with the same one would wait for each other, and the second
    would fail.
    """
    if is_sqlite(connection):
        return
    from procrastinate.exceptions import ConnectorException

    when: Any = {"schedule_in": {"seconds": in_seconds}} if in_seconds > 0 else {}
    try:
        # A failed statement ends a transaction on PostgreSQL: the savepoint keeps the work that this is about.
        with connection.begin_nested():
            driver = connection.connection.driver_connection
            configured = _app().configure_task(task.value, queue=task.queue.value, connection=driver, **when)
            configured.defer(**about)
    except ConnectorException as error:
        log.warning("the job %s could not be left: %s", task.value, type(error.__cause__ or error).__name__)


def prepare_to_ring(engine: Engine) -> None:
    """Load Procrastinate now: in the first transaction that rings, others would wait for its rows meanwhile.

    It takes a third of a second, and on a busy machine so many that the server ends a transaction which does nothing.
    """
    if not is_sqlite(engine):
        _app()


def ring_now(engine: Engine, task: Task) -> None:
    """Ring in a transaction of its own, for work that is in the database already."""
    with writing(engine) as connection:
        ring(connection, task)


def ring_unless_waiting(engine: Engine, task: Task, *, in_seconds: float = 0.0, **about: int) -> None:
    """Ring, unless the same job waits already for a process that has time.

    Two that ask at once may both ring: each job that runs leaves at most one behind, so they don't grow in number.
    """
    with writing(engine) as connection:
        if is_sqlite(connection):
            return
        import orjson

        asked = {"queue": task.queue.value, "task": task.value, "seconds": in_seconds}
        if not connection.scalar(_WAITS, {**asked, "about": orjson.dumps(about).decode()}):
            ring(connection, task, in_seconds=in_seconds, **about)


@cache
def _app() -> App:
    """Only defers, by connections that it is given: it opens none."""
    # Imported here: it takes a third of a second, and only PostgreSQL needs it.
    from procrastinate import App, SyncPsycopgConnector

    quieten()
    return App(connector=SyncPsycopgConnector())


def quieten() -> None:
    """Procrastinate's own lines tell of each job, with what it is about; ours tell of the newsletter."""
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
