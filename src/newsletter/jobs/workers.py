"""Procrastinate's workers in this process. The event loop is here; what the jobs do are plain functions, in threads."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from newsletter.db.doorbell import quieten
from newsletter.db.engine import dial, limits_of
from newsletter.jobs.calm import Calm
from newsletter.ports.work import Task, WorkQueue

if TYPE_CHECKING:
    import psycopg
    from procrastinate import App

log = logging.getLogger(__name__)

# How often a process gives a sign of life, and others look for those that no longer do, as parts of the limit of a job.
_SIGNS_A_JOB, _LOOKS_A_JOB = 4, 2
# A job is called out (NOTIFY). One that was left for later is not, nor any behind a pooler that passes no calls on.
_LOOK_EVERY_SECONDS = 2.0
# Procrastinate looks for jobs that somebody aborted; nobody does.
_ABORTED_EVERY_SECONDS = 600.0
_BEGIN_AGAIN_SECONDS = 1.0
_STOP_EVERY_SECONDS = 0.2
JOBS_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A task that this process does: `do` is called in a thread, with what the job is about.

    With `every_seconds` it is due by itself that often, once for all processes together, whether anybody rings or not:
    every few seconds of less than a minute, or every hour.
    """

    task: Task
    do: Callable[..., object]
    every_seconds: float | None = None


def work_until(
    stop: threading.Event,
    engine: Engine,
    duties: Sequence[Duty],
    *,
    queues: Collection[WorkQueue] = tuple(WorkQueue),
    jobs_at_once: int = JOBS_AT_ONCE,
) -> None:
    """Do the jobs of these queues until `stop` is set; those under way are finished first.

    One job at a time of sending, which makes several calls at once itself, and beside it `jobs_at_once` of the rest. A
    database that is away ends nothing: the workers begin again.
    """
    asyncio.run(_work(stop, engine, [one for one in duties if one.task.queue in queues], jobs_at_once))


async def _work(stop: threading.Event, engine: Engine, duties: Sequence[Duty], jobs_at_once: int) -> None:
    quieten()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_say_briefly)
    # One thread for each job that may run at once.
    loop.set_default_executor(ThreadPoolExecutor(1 + jobs_at_once, thread_name_prefix="job"))
    while not stop.is_set():
        try:
            await _work_once(stop, engine, duties, jobs_at_once)
        except Exception as error:  # noqa: BLE001 - above all a database that is away
            log.warning("this process takes no jobs for now: %s", type(error).__name__)
        if not stop.is_set():
            await asyncio.sleep(_BEGIN_AGAIN_SECONDS)


def _say_briefly(loop: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
    """A job that another process finished meanwhile, or that was deleted, can't be noted as done: no harm comes of it."""
    from procrastinate.exceptions import ConnectorException

    if isinstance(what.get("exception"), ConnectorException):
        log.warning("the end of a job could not be noted: another process has finished it, or the database is away")
    else:
        loop.default_exception_handler(what)


async def _work_once(stop: threading.Event, engine: Engine, duties: Sequence[Duty], jobs_at_once: int) -> None:
    """Until `stop` is set, or one of the workers ends because of its connection."""
    app, seconds = _app(engine, duties), limits_of(engine).job
    queues = {WorkQueue.UPKEEP, *(one.task.queue for one in duties)}
    async with app.open_async():
        workers = [_worker(app, queues - {WorkQueue.SENDING}, jobs_at_once, seconds)]
        if WorkQueue.SENDING in queues:
            workers.append(_worker(app, {WorkQueue.SENDING}, 1, seconds))
        stopped = asyncio.create_task(_stopped(stop))
        await asyncio.wait([*workers, stopped], return_when=asyncio.FIRST_COMPLETED)
        # A worker that is cancelled takes nothing new, and waits for its jobs.
        for one in [*workers, stopped]:
            one.cancel()
        ends = await asyncio.gather(*workers, stopped, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _worker(app: App, queues: Collection[WorkQueue], jobs_at_once: int, seconds: float) -> asyncio.Task[None]:
    """A worker that counts as stalled after so many seconds without a sign of life."""
    return asyncio.create_task(
        app.run_worker_async(
            queues=sorted(queue.value for queue in queues),
            concurrency=jobs_at_once,
            fetch_job_polling_interval=_LOOK_EVERY_SECONDS,
            abort_job_polling_interval=_ABORTED_EVERY_SECONDS,
            update_heartbeat_interval=seconds / _SIGNS_A_JOB,
            stalled_worker_timeout=seconds,
            # Its tables stay small: what is done is in ours.
            delete_jobs="always",
            install_signal_handlers=False,
        )
    )


async def _stopped(stop: threading.Event) -> None:
    while not stop.is_set():
        await asyncio.sleep(_STOP_EVERY_SECONDS)


def _app(engine: Engine, duties: Sequence[Duty]) -> App:
    from procrastinate import App, PsycopgConnector

    arguments, greeting = dial(engine)

    async def greet(connection: psycopg.AsyncConnection[Any]) -> None:
        # Each of its statements by itself: a process that is frozen between two of them holds no locks.
        await connection.set_autocommit(True)
        await connection.execute(greeting.encode())

    connector = PsycopgConnector(kwargs=arguments, configure=greet, min_size=1, max_size=4)
    app = App(connector=connector)
    for duty in duties:
        _register(app, duty)
    _register_retry(app, limits_of(engine).job)
    return app


def _register(app: App, duty: Duty) -> None:
    calm = Calm()

    def run(timestamp: int = 0, **about: Any) -> None:
        # `timestamp` comes with each job that is due by itself: the moment that it was for.
        calm.run(lambda: duty.do(**about))

    _take_on(app, duty.task, run, duty.every_seconds)


def _register_retry(app: App, seconds: float) -> None:
    async def retry(timestamp: int = 0) -> None:
        await _retry_stalled(app, seconds)

    _take_on(app, Task.RETRY, retry, seconds / _LOOKS_A_JOB)


def _take_on(app: App, task: Task, run: Callable[..., Any], every_seconds: float | None) -> None:
    made = app.task(name=task.value, queue=task.queue.value)(run)
    if every_seconds is not None:
        # At most one waits, however long nobody has time for it.
        app.periodic(cron=_cron(every_seconds), periodic_id=task.value, queueing_lock=task.value)(made)


def _cron(every_seconds: float) -> str:
    """Cron's five fields, with seconds as a sixth; what is to come less often than every minute comes every hour."""
    return f"* * * * * */{max(1, round(every_seconds))}" if every_seconds < 60 else "0 * * * *"


async def _retry_stalled(app: App, seconds: float) -> None:
    """Give the jobs of processes that died, or stand still, to others. Procrastinate finds them, and leaves it to us.

    A process that stood still goes on with its job all the same: each job checks at its rows that it still may. What is
    due by itself is not given away but forgotten, since the next one comes soon.
    """
    from procrastinate.exceptions import ConnectorException
    from procrastinate.jobs import Status

    jobs = app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=seconds):
        # Another process may have done it a moment ago.
        with suppress(ConnectorException):
            if job.queueing_lock:
                await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
            else:
                log.warning("the job %s stood still; another process takes it", job.task_name)
                await jobs.retry_job(job)
    await jobs.prune_stalled_workers(seconds)
