"""Processes that freeze inside a transaction: with rows locked, with rows on their way to them, with a lease."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from newsletter.db.engine import reading
from newsletter.db.limits import NAME

_BEGIN = """\
import os, signal, sys
from sqlalchemy import text
from newsletter.db.engine import connect
from newsletter.db.limits import WaitLimits
connection = connect(sys.argv[1], WaitLimits(transaction=float(sys.argv[2]))).connect()
"""
# A claim holds its readers like this: whoever unsubscribes one of them waits for it.
_LOCK = "connection.execute(text('SELECT id FROM subscriber WHERE id = :id FOR SHARE'), {'id': int(sys.argv[3])})\n"
_FREEZE = "os.kill(os.getpid(), signal.SIGSTOP)\n"
# More than fits between server and client, and nobody takes it.
_UNREAD = "connection.connection.driver_connection.pgconn.send_query(b\"SELECT repeat('x', 1000) FROM generate_series(1, 100000)\")\n"
_THAWED = """\
from sqlalchemy.exc import DBAPIError
try:
    connection.execute(text("UPDATE subscriber SET first_name = 'too late'"))
    connection.commit()
except DBAPIError:
    sys.exit(3)
"""
# What one that finds its transaction ended exits with.
FOUND_OUT = 3


@contextmanager
def frozen(
    engine: Engine, *, seconds: float, subscriber: int, is_read_to: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that locked a reader and stands still: idle, or with a large result that it does not read."""
    words = _BEGIN + _LOCK + (_UNREAD if is_read_to else "") + _FREEZE + _THAWED
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", words, address, str(seconds), str(subscriber)]) as process:
        try:
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
            _until_waited_for(engine, "ClientWrite" if is_read_to else "ClientRead", process.pid)
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()


def open_transactions(engine: Engine) -> int:
    """Of other processes of ours."""
    wanted = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND starts_with(application_name, :name) AND xact_start IS NOT NULL"
    )
    with reading(engine) as connection:
        return int(connection.scalar(wanted, {"name": NAME}) or 0)


def _until_waited_for(engine: Engine, event: str, pid: int) -> None:
    wanted = text(
        "SELECT wait_event FROM pg_stat_activity WHERE application_name LIKE :name AND xact_start IS NOT NULL"
    )
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with reading(engine) as connection:
            if connection.scalar(wanted, {"name": f"{NAME}%, process {pid}"}) == event:
                return
        time.sleep(0.02)
    raise AssertionError(f"the server never waited for {event}")
