"""PostgreSQL beside SQLite: plan, send with one worker and with two, import.

python -m benchmarks.databases FOLDER READERS ROUNDS
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.child import Cost, python, run
from benchmarks.importing import LEAST_PER_SECOND, import_file, write
from benchmarks.report import Line, Table, cpu_per_thousand, rate
from tests.fakes.running import sendgrid_server

if TYPE_CHECKING:
    from benchmarks.server import PostgresServer

# 100,000 within 4 s, and 1,000,000 within 40.
LEAST_PLANNED_PER_SECOND = 25_000
# Of few readers nearly all is the start of Python.
_COUNTS_FROM = 100_000
_PLAN, _ONE, _TWO, _IMPORT = "plan", "send, one worker", "send, two workers", "import"
# A provider that takes its time for a call, as real ones do: workers wait for it, and not for a processor that they share.
_ANSWERS_AFTER_SECONDS, _BY_A_SLOW_PROVIDER = 0.4, 60_000
LEAST_BY_A_SECOND_WORKER = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """In seconds: `cpu` of our own processes, `server_cpu` of the database's, which is 0 on SQLite."""

    wall: float
    cpu: float
    server_cpu: float


def measure(folder: Path, n_readers: int, rounds: int | None) -> tuple[Table, dict[str, Any]]:
    """Both in one run, in turns; figures are medians."""
    times = rounds or (3 if n_readers < 1_000_000 else 1)
    command = python("-m", "benchmarks.databases", str(folder), str(n_readers), str(times))
    found, slow = json.loads(run(command, limit=3_600).output.splitlines()[-1])
    middle = {title: {what: _median(spent) for what, spent in each.items()} for title, each in found.items()}
    lines = [
        _line(title, what, spent, n_readers, middle["SQLite"])
        for what in (_PLAN, _ONE, _TWO, _IMPORT)
        for title, each in middle.items()
        for spent in ([each[what]] if what in each else [])
    ]
    lines.append(_second_worker(slow))
    return Table(f"PostgreSQL beside SQLite, {n_readers:,} readers", lines), {**found, "slow provider": slow}


def main(folder: Path, n_readers: int, rounds: int) -> None:
    from benchmarks.server import postgres_server

    run(python("-m", "benchmarks.newspaper", str(folder / "new")))
    rows = write(folder / "readers.csv", n_readers)
    found: dict[str, dict[str, list[dict[str, float]]]] = {"SQLite": {}, "PostgreSQL": {}}
    with postgres_server() as server:
        for _ in range(rounds):
            for title, of in (("SQLite", None), ("PostgreSQL", server)):
                for what, spent in _round(folder, of, rows, n_readers):
                    found[title].setdefault(what, []).append(asdict(spent))
        slow = [_by_a_slow_provider(folder, server, n_workers) for n_workers in (1, 2)]
    print(json.dumps([found, slow]))


def _round(folder: Path, server: PostgresServer | None, rows: Path, n_readers: int) -> Iterator[tuple[str, Spent]]:
    """Everything once. A mailing for two workers only where they can share a database."""
    with _newsletter(folder, server) as (home, settings):
        yield _PLAN, _plan(home, settings, server, n_readers)
        yield _ONE, _send(home, settings, server, n_readers, n_workers=1)
    if server:
        with _newsletter(folder, server) as (home, settings):
            _plan(home, settings, server, n_readers)
            yield _TWO, _send(home, settings, server, n_readers, n_workers=2)
    with _newsletter(folder, server) as (home, settings):
        before = server.cpu() if server else 0.0
        cost = import_file(home, rows, n_readers, settings)
        yield _IMPORT, _spent(cost, server, before)


def _plan(home: Path, settings: dict[str, str], server: PostgresServer | None, n_readers: int) -> Spent:
    """Into a database in which the server has not looked at its tables: as after an import."""
    run(python("-m", "benchmarks.readers", str(home), str(n_readers)), settings)
    before = server.cpu() if server else 0.0
    planned = json.loads(run(python("-m", "benchmarks.planning", str(home)), settings).output.splitlines()[-1])
    if planned["planned"] != n_readers:
        raise RuntimeError(f"{planned['planned']} of {n_readers} readers were planned")
    after = server.cpu() if server else 0.0
    return Spent(wall=planned["wall"], cpu=planned["cpu"], server_cpu=after - before)


def _by_a_slow_provider(folder: Path, server: PostgresServer, n_workers: int) -> float:
    """Seconds, from the start of the workers to their end."""
    with _newsletter(folder, server) as (home, settings):
        _plan(home, settings, server, _BY_A_SLOW_PROVIDER)
        return _send(
            home, settings, server, _BY_A_SLOW_PROVIDER, n_workers=n_workers, after=_ANSWERS_AFTER_SECONDS
        ).wall


def _send(
    home: Path,
    settings: dict[str, str],
    server: PostgresServer | None,
    n_readers: int,
    *,
    n_workers: int,
    after: float = 0.0,
) -> Spent:
    """`after` are the seconds that the provider takes for a call."""
    command = python("-m", "newsletter", "-C", str(home), "send", "1", "--list", "weekly", "--yes")
    before = server.cpu() if server else 0.0
    with sendgrid_server(home / "stand-in", "--fast") as provider, ThreadPoolExecutor(n_workers) as workers:
        provider.plan(then={"do": "accept", "seconds": after})
        there = {**settings, "NEWSLETTER_SENDGRID_URL": provider.url}
        costs = list(workers.map(lambda _: run(command, there), range(n_workers)))
        taken = provider.state()["readers"]
    if taken != n_readers:
        raise RuntimeError(f"the stand-in took {taken} of {n_readers} readers")
    together = Cost(
        wall=max(one.wall for one in costs), cpu=sum(one.cpu for one in costs), peak_mb=0.0, output=costs[0].output
    )
    return _spent(together, server, before)


def _spent(cost: Cost, server: PostgresServer | None, before: float) -> Spent:
    return Spent(wall=cost.wall, cpu=cost.cpu, server_cpu=server.cpu() - before if server else 0.0)


@contextmanager
def _newsletter(folder: Path, server: PostgresServer | None) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with one issue, and the settings of its commands; its database is new."""
    settings = {
        "NEWSLETTER_PROVIDER": "sendgrid",
        "NEWSLETTER_SENDGRID_URL": "http://127.0.0.1:9",
        "SENDGRID_API_KEY": "made-up",
    }
    if server:
        settings["NEWSLETTER_DATABASE_URL"] = server.new_database()
    home = shutil.copytree(folder / "new", folder / "running")
    try:
        yield home, settings
    finally:
        shutil.rmtree(home)


def _median(spent: list[dict[str, float]]) -> Spent:
    return Spent(**{name: median(one[name] for one in spent) for name in ("wall", "cpu", "server_cpu")})


def _line(title: str, what: str, spent: Spent, n_readers: int, beside: dict[str, Spent]) -> Line:
    figure = f"{spent.wall:.1f} s, {rate(n_readers, spent.wall)}, {cpu_per_thousand(spent.cpu, n_readers)}"
    if title != "SQLite":
        figure += f", the server {cpu_per_thousand(spent.server_cpu, n_readers)}"
        times = (spent.cpu + spent.server_cpu) / beside[_ONE if what == _TWO else what].cpu
        figure += f"; together {times:.1f}x SQLite's"
    least = {_PLAN: LEAST_PLANNED_PER_SECOND, _IMPORT: LEAST_PER_SECOND}.get(what)
    if least is None or n_readers < _COUNTS_FROM:
        return Line(f"{what}, {title}", figure)
    passed = n_readers / spent.wall >= least
    return Line(f"{what}, {title}", figure, f"at least {least:,.0f} readers/s", passed)


def _second_worker(walls: list[float]) -> Line:
    alone, together = walls
    what = f"a second worker, where a call takes {_ANSWERS_AFTER_SECONDS:g} s, {_BY_A_SLOW_PROVIDER:,} readers"
    figure = f"{alone / together:.2f}x ({alone:.1f} s, then {together:.1f} s)"
    passed = alone / together >= LEAST_BY_A_SECOND_WORKER
    return Line(what, figure, f"at least {LEAST_BY_A_SECOND_WORKER:g}x", passed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
