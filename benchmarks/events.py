"""Posts what a provider tells to `newsletter serve`, on SQLite and on PostgreSQL, with unsubscribes beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.child import python, run
from benchmarks.report import Line, Table

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
LEAST_PER_SECOND = {"small": 2_000, "big": 5_000}
MOST_MILLISECONDS = 200.0
SAID = {"small": "posts of 1 to 8", "big": "posts of 1,500", "mixed": "posts of 1 to 1,500"}
# Deliveries in the ledger. Events of each kind are so many that a hundred readers and more unsubscribe beside them.
SMALL, FULL = 100_000, 1_000_000


def measure(folder: Path, *, full: bool) -> tuple[Table, dict[str, Any]]:
    """Every delivery was heard of once before."""
    n_deliveries = FULL if full else SMALL
    raw: dict[str, Any] = {}
    lines: list[Line] = []
    for kind, title in DATABASES.items():
        command = python("-m", "benchmarks.hearing", str(folder / kind), kind, str(n_deliveries))
        raw[kind] = json.loads(run(command, limit=1_800).output.splitlines()[-1])
        for name, found in raw[kind].items():
            lines += _lines(title, name, found)
    return Table(
        f"Events, with {n_deliveries:,} deliveries in the ledger (newsletter serve, 32 connections)", lines
    ), raw


def _lines(title: str, name: str, found: dict[str, Any]) -> list[Line]:
    per_second, least = found["events"] / found["wall"], LEAST_PER_SECOND.get(name)
    waited = 1000 * found["unsubscribe_p99"]
    return [
        Line(
            f"{title}, {SAID[name]}",
            f"{per_second:,.0f} events/s, {1000 * found['cpu'] / found['events']:.2f} CPU s per 1,000",
            f"at least {least:,}" if least else "",
            per_second >= least if least else None,
        ),
        Line(
            f"{title}, unsubscribes beside {SAID[name]}",
            f"{1000 * found['unsubscribe_p50']:.0f} ms, p99 of {found['unsubscribes']} {waited:.0f} ms",
            f"p99 under {MOST_MILLISECONDS:g} ms",
            waited < MOST_MILLISECONDS,
        ),
    ]
