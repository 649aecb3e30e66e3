"""How long `newsletter --help` takes from nothing, beside a Python that does nothing."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.child import python, run
from benchmarks.report import Line, Table

MOST_MS = 150.0
_TIMES = 15


def measure(_folder: Path) -> tuple[Table, dict[str, object]]:
    ours, bare = python("-m", "newsletter", "--help"), python("-c", "pass")
    run(ours)  # compiles what was changed since the last start
    taken: dict[str, list[float]] = {"help": [], "python": []}
    for _ in range(_TIMES):
        taken["python"].append(1000 * run(bare).wall)
        taken["help"].append(1000 * run(ours).wall)
    help_ms, python_ms = median(taken["help"]), median(taken["python"])
    lines = [
        Line("newsletter --help", f"{help_ms:.0f} ms", f"under {MOST_MS:g} ms", help_ms < MOST_MS),
        Line("python -c pass", f"{python_ms:.0f} ms"),
    ]
    return Table(f"Start (wall, median of {_TIMES})", lines), {name: list(times) for name, times in taken.items()}
