"""Imports a CSV file with the command, from nothing: how long it takes, and what it keeps in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.child import Cost, python, run
from benchmarks.report import Line, Table, cpu_per_thousand, rate

# 1,000,000 within a minute.
LEAST_PER_SECOND = 1_000_000 / 60
MOST_MB = 150.0
_TOML = 'name = "Ferries"\nsender = "mara@ferries.example.com"\naddress = "Quay 1, 20359 Hamburg"\n'


def measure(folder: Path, sizes: list[int]) -> tuple[Table, dict[str, Any]]:
    lines: list[Line] = []
    raw: dict[str, Any] = {}
    for n_readers in sizes:
        home = folder / str(n_readers)
        home.mkdir()
        (home / "newsletter.toml").write_text(_TOML)
        cost = import_file(home, write(home / "readers.csv", n_readers), n_readers)
        raw[str(n_readers)] = {"wall": cost.wall, "cpu": cost.cpu, "peak_mb": cost.peak_mb}
        per_second = n_readers / cost.wall
        # Of few readers nearly all is the start of Python.
        counts = n_readers >= 100_000
        lines += [
            Line(
                f"import {n_readers:,} rows",
                f"{cost.wall:.1f} s, {rate(n_readers, cost.wall)}, {cpu_per_thousand(cost.cpu, n_readers)}",
                f"at least {LEAST_PER_SECOND:,.0f} readers/s" if counts else "",
                per_second >= LEAST_PER_SECOND if counts else None,
            ),
            Line(
                f"peak memory, {n_readers:,} rows",
                f"{cost.peak_mb:.0f} MB",
                f"under {MOST_MB:g} MB",
                cost.peak_mb < MOST_MB,
            ),
        ]
    return Table("Import (subscribers import, SQLite, from its start to its end)", lines), raw


def import_file(home: Path, path: Path, n_readers: int, settings: Mapping[str, str] | None = None) -> Cost:
    """Import a file of so many new readers; fails where not all were added."""
    words = ["-C", str(home), "subscribers", "import", str(path), "--list", "weekly", "--active"]
    command = python("-m", "newsletter", *words, "--consent", "a form", "--format", "json")
    cost = run(command, settings, limit=1_200)
    report = json.loads(cost.output[cost.output.index("{") :])
    if (report["added"], report["rejected"]) != (n_readers, 0):
        raise RuntimeError(f"the import of {n_readers} counted {report['added']} added")
    return cost


def write(path: Path, n_readers: int) -> Path:
    """People with names, a custom field, a date and a status, as most exports have them."""
    with path.open("w") as file:
        file.write("email,first name,last name,city,created_at,status\n")
        for number in range(n_readers):
            file.write(f"reader{number}@example.com,Ana{number},Ng,Bergen,2024-01-02T03:04:05Z,active\n")
    return path
