"""Ten mailings to the same readers, one after the other into one database: the tenth costs as much as the first."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from statistics import median

from benchmarks.child import python, run
from benchmarks.report import Line, Table, cpu_per_thousand, rate
from benchmarks.sending import MOST_GROWTH, MOST_MB, settings_for
from tests.fakes.running import sendgrid_server

N_MAILINGS = 10


def measure(folder: Path, n_readers: int) -> tuple[Table, list[dict[str, float]]]:
    """Single mailings differ by chance: the last three are held against the first three."""
    home = folder / "weekly"
    run(python("-m", "benchmarks.newspaper", str(home)))
    first = (home / "issues" / "001.md").read_text()
    for number in range(2, N_MAILINGS + 1):
        (home / "issues" / f"{number:03d}.md").write_text(first.replace("number: 1\n", f"number: {number}\n"))
    run(python("-m", "benchmarks.readers", str(home), str(n_readers)))
    rounds = [_round(home, number, n_readers) for number in range(1, N_MAILINGS + 1)]
    size = sum(file.stat().st_size for file in (home / "var").glob("newsletter.db*"))
    shutil.rmtree(home)
    return Table(f"Ten mailings to {n_readers:,} readers, one database", _lines(rounds, n_readers, size)), rounds


def _round(home: Path, number: int, n_readers: int) -> dict[str, float]:
    planner = run(python("-m", "benchmarks.planning", str(home), str(number)), settings_for("http://127.0.0.1:9"))
    planned = json.loads(planner.output.splitlines()[-1])
    with sendgrid_server(home / "stand-in", "--fast") as server:
        command = python("-m", "newsletter", "-C", str(home), "send", str(number), "--list", "weekly", "--yes")
        sender = run(command, settings_for(server.url))
        taken = server.state()["readers"]
    if planned["planned"] != n_readers or taken != n_readers:
        raise RuntimeError(f"{n_readers} readers, {planned['planned']} planned, and the stand-in took {taken}")
    peak = max(planner.peak_mb, sender.peak_mb)
    return {"plan": planned["cpu"], "send": sender.cpu, "wall": planned["wall"] + sender.wall, "peak_mb": peak}


def _lines(rounds: list[dict[str, float]], n_readers: int, size: int) -> list[Line]:
    lines = []
    for what, name in (("plan, CPU", "plan"), ("send, CPU", "send"), ("plan and send, wall", "wall")):
        early, late = (median(one[name] for one in some) for some in (rounds[:3], rounds[-3:]))
        says = rate if name == "wall" else lambda n, seconds: cpu_per_thousand(seconds, n)
        lines.append(
            Line(
                f"{what}, the last three mailings against the first three",
                f"{late / early:.2f}x ({says(n_readers, early)}, then {says(n_readers, late)})",
                f"at most {MOST_GROWTH:g}x (linear)",
                late <= MOST_GROWTH * early,
            )
        )
    peak = max(one["peak_mb"] for one in rounds)
    copies = N_MAILINGS * n_readers
    return [
        *lines,
        Line("peak memory of any process", f"{peak:.0f} MB", f"under {MOST_MB:g} MB", peak < MOST_MB),
        Line(
            "the database afterwards",
            f"{size / 1e6:,.0f} MB, {size / copies:.0f} bytes for each reader of each mailing",
        ),
    ]
