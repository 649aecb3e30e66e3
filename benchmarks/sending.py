"""Plan and send to a stand-in on this machine, beside the bare sendgrid client posting as many ready bodies to it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.child import Cost, python, run
from benchmarks.report import Line, Table, cpu_per_thousand, rate
from tests.fakes.running import SendGridServer, sendgrid_server

PARCEL = 1_000
# The start of Python is most of a small mailing, and hardly anything of one from this size on.
COUNTS_FROM = 100_000
MOST_CPU, MOST_CPU_OF_FEW = 2.0, 4.0
# Of the bare client's readers a second.
LEAST_RATE = 0.5
MOST_MB = 100.0
# Cost per reader at the largest size against that at the one before it; a quiet machine repeats to about a tenth.
MOST_GROWTH = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One size, measured once: what planning alone took, and whole processes."""

    plan_wall: float
    plan_cpu: float
    planner: Cost
    sender: Cost
    floor: Cost
    bare: Cost


def measure(folder: Path, sizes: list[int], rounds: int | None) -> tuple[Table, dict[str, object]]:
    """`rounds` None repeats small sizes more often than large ones. Figures are medians."""
    run(python("-m", "benchmarks.newspaper", str(folder / "new")))
    body = _ready_body(folder)
    measured: dict[int, list[Round]] = {}
    for n_readers in sizes:
        copy = shutil.copytree(folder / "new", folder / f"of-{n_readers}")
        run(python("-m", "benchmarks.readers", str(copy), str(n_readers)))
        times = rounds or (5 if n_readers <= 10_000 else 3 if n_readers <= 200_000 else 1)
        measured[n_readers] = [_round(copy, body, n_readers) for _ in range(times)]
        shutil.rmtree(copy)
    return _table(measured), {str(n): [_figures(one) for one in rounds] for n, rounds in measured.items()}


def _ready_body(folder: Path) -> Path:
    """The body of one call for 1,000 readers as we send it, so that the floor carries exactly as much."""
    copy = shutil.copytree(folder / "new", folder / "first")
    run(python("-m", "benchmarks.readers", str(copy), str(PARCEL)))
    with sendgrid_server(folder / "caught") as server:
        _send(copy, server)
        if problems := server.problems():
            raise RuntimeError(f"the stand-in found fault with a body: {problems[:3]}")
    (caught,) = (folder / "caught" / "bodies").glob("*.json")
    return caught


def _round(source: Path, body: Path, n_readers: int) -> Round:
    with _copied(source) as copy:
        planner = run(python("-m", "benchmarks.planning", str(copy)), settings_for("http://127.0.0.1:9"))
        planned = json.loads(planner.output.splitlines()[-1])
        with sendgrid_server(copy / "stand-in", "--fast") as server:
            sender = _send(copy, server)
            taken = server.state()["readers"]
        _all_or_fail(copy, n_readers, taken)
    calls = -(-n_readers // PARCEL)
    return Round(
        plan_wall=planned["wall"],
        plan_cpu=planned["cpu"],
        planner=planner,
        sender=sender,
        floor=_bare_client(source, body, calls, "dict"),
        bare=_bare_client(source, body, calls, "text"),
    )


def _send(folder: Path, server: SendGridServer) -> Cost:
    return run(
        python("-m", "newsletter", "-C", str(folder), "send", "1", "--list", "weekly", "--yes"),
        settings_for(server.url),
    )


def settings_for(url: str) -> dict[str, str]:
    return {"NEWSLETTER_PROVIDER": "sendgrid", "NEWSLETTER_SENDGRID_URL": url, "SENDGRID_API_KEY": "made-up"}


def _all_or_fail(folder: Path, n_readers: int, taken: int) -> None:
    """A fast sender that loses or doubles anybody has measured nothing."""
    with sqlite3.connect(folder / "var" / "newsletter.db") as connection:
        states = dict(connection.execute("SELECT handover, count(*) FROM delivery GROUP BY handover"))
    if states != {"accepted": n_readers} or taken != n_readers:
        raise RuntimeError(f"{n_readers} readers, but the ledger says {states} and the stand-in took {taken}")


def _bare_client(folder: Path, body: Path, calls: int, form: str) -> Cost:
    with sendgrid_server(folder / "stand-in", "--fast") as server:
        return run(python("-m", "benchmarks.floor", server.url, str(body), str(calls), form))


@contextmanager
def _copied(source: Path) -> Iterator[Path]:
    copy = shutil.copytree(source, source.with_name("running"))
    try:
        yield copy
    finally:
        shutil.rmtree(copy)


def _figures(one: Round) -> dict[str, object]:
    costs = {"planner": one.planner, "sender": one.sender, "floor": one.floor, "bare": one.bare}
    return {
        "plan_wall": one.plan_wall,
        "plan_cpu": one.plan_cpu,
        **{name: {"wall": c.wall, "cpu": c.cpu, "peak_mb": c.peak_mb} for name, c in costs.items()},
    }


def _table(measured: dict[int, list[Round]]) -> Table:
    lines: list[Line] = []
    for n_readers, rounds in measured.items():
        sender, floor, bare = (median(getattr(one, name).cpu for one in rounds) for name in ("sender", "floor", "bare"))
        wall, floor_wall = median(one.sender.wall for one in rounds), median(one.floor.wall for one in rounds)
        most = MOST_CPU if n_readers >= COUNTS_FROM else MOST_CPU_OF_FEW
        peak = max(one.sender.peak_mb for one in rounds)
        of = f"{n_readers:,} readers"
        lines += [
            Line(
                f"plan {of}",
                f"{rate(n_readers, median(one.plan_wall for one in rounds))}, "
                f"{cpu_per_thousand(median(one.plan_cpu for one in rounds), n_readers)}",
            ),
            Line(f"send {of}", f"{rate(n_readers, wall)}, {cpu_per_thousand(sender, n_readers)}"),
            Line(
                f"floor for {of}",
                f"{rate(n_readers, floor_wall)}, {cpu_per_thousand(floor, n_readers)}",
            ),
            Line(f"floor for {of}, bodies ready as text", cpu_per_thousand(bare, n_readers)),
            Line(
                f"send / floor, CPU, {of}",
                f"{sender / floor:.2f}x",
                f"at most {most:g}x",
                sender <= most * floor,
            ),
            Line(
                f"send / floor, readers a second, {of}",
                f"{floor_wall / wall:.2f}x",
                f"at least {LEAST_RATE:g}x" if n_readers >= COUNTS_FROM else "",
                floor_wall >= LEAST_RATE * wall if n_readers >= COUNTS_FROM else None,
            ),
            Line(f"send / floor as text, CPU, {of}", f"{sender / bare:.2f}x"),
            Line(f"peak memory of the sender, {of}", f"{peak:.0f} MB", f"under {MOST_MB:g} MB", peak < MOST_MB),
            Line(f"peak memory of planning, {of}", f"{max(one.planner.peak_mb for one in rounds):.0f} MB"),
        ]
    return Table("Plan and send", [*lines, *_growth(measured)])


def _growth(measured: dict[int, list[Round]]) -> list[Line]:
    """Whether a reader costs the same in a larger mailing; the start of the process is no reader's cost."""
    sizes = sorted(measured)
    if len(sizes) < 3:
        return []
    small, middle, large = sizes[-3:]
    lines = []
    for what, attribute in (("wall", "wall"), ("CPU", "cpu")):
        at = {n: median(getattr(one.sender, attribute) for one in measured[n]) for n in sizes}
        before = (at[middle] - at[small]) / (middle - small)
        after = (at[large] - at[middle]) / (large - middle)
        lines.append(
            Line(
                f"{what} of one more reader beyond {middle:,}, against below",
                f"{after / before:.2f}x",
                f"at most {MOST_GROWTH:g}x (linear)",
                after <= MOST_GROWTH * before,
            )
        )
    return lines
