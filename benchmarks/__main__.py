"""`make bench`: measure, print every figure beside its target, and write it down for machines.

    python -m benchmarks [--only NAME] [--readers N,N,N] [--rounds N] [--full] [--json FILE]

Ends with 1 where a target is missed. Everything stays on this machine, in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    check,
    databases,
    events,
    filling,
    growth,
    importing,
    rendering,
    segments,
    sending,
    smtp,
    startup,
    studio,
)
from benchmarks.report import Table, machine

Measure = Callable[[Path], tuple[Table, Any]]
SIZES = [1_000, 100_000]
FULL = [*SIZES, 1_000_000]
# For PostgreSQL beside SQLite, unless sizes were asked for.
BESIDE = 20_000


def main() -> int:
    options = _options()
    parts: dict[str, Measure] = {
        "startup": startup.measure,
        "rendering": rendering.measure,
        "check": check.measure,
        "filling": filling.measure,
        "sending": lambda folder: sending.measure(folder, options.readers, options.rounds),
        "smtp": lambda folder: smtp.measure(folder, options.rounds),
        "importing": lambda folder: importing.measure(folder, options.readers),
        "databases": lambda folder: databases.measure(folder, _beside(options.readers), options.rounds),
        "segments": lambda folder: segments.measure(folder, options.readers),
        "studio": lambda folder: studio.measure(folder, max(options.readers)),
        "events": lambda folder: events.measure(folder, full=max(options.readers) >= 1_000_000),
        "growth": lambda folder: growth.measure(folder, _beside(options.readers)),
    }
    about = machine()
    print(about, flush=True)
    missed = 0
    raw: dict[str, Any] = {"machine": about}
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as home:
        for name in options.only or parts:
            folder = Path(home) / name
            folder.mkdir()
            table, raw[name] = parts[name](folder)
            print(f"\n{table.as_markdown()}", flush=True)
            missed += sum(line.passed is False for line in table.lines)
    print(f"\n{missed or 'No'} target{'' if missed == 1 else 's'} missed. At the end: {machine()}")
    if options.json:
        options.json.write_text(json.dumps(raw, indent=1))
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only",
        action="append",
        choices=[
            "startup",
            "rendering",
            "check",
            "filling",
            "sending",
            "smtp",
            "importing",
            "databases",
            "segments",
            "studio",
            "events",
            "growth",
        ],
    )
    parser.add_argument("--readers", type=_sizes, default=SIZES, help="sizes of the mailings: 1000,100000")
    parser.add_argument("--full", dest="readers", action="store_const", const=FULL, help="up to a million readers")
    parser.add_argument("--rounds", type=int, help="how often to repeat each size; more for small ones, if left out")
    parser.add_argument("--json", type=Path, help="write every single measurement to this file")
    return parser.parse_args()


def _beside(sizes: list[int]) -> int:
    return BESIDE if sizes == SIZES else max(sizes)


def _sizes(text: str) -> list[int]:
    return sorted(int(one.replace("_", "")) for one in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
