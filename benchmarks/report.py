"""Tables of figures, each beside its target."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `passed` is None where nothing is asked for."""

    what: str
    figure: str
    target: str = ""
    passed: bool | None = None

    @property
    def verdict(self) -> str:
        return {None: "", True: "pass", False: "MISSED"}[self.passed]


@dataclass(frozen=True, slots=True)
class Table:
    """Figures that belong together."""

    title: str
    lines: list[Line]

    def as_markdown(self) -> str:
        rows = [
            ("what", "measured", "target", ""),
            *((one.what, one.figure, one.target, one.verdict) for one in self.lines),
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        written = [
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
        ]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([f"### {self.title}", "", written[0], rule, *written[1:]])


def rate(n_readers: int, seconds: float) -> str:
    return f"{n_readers / seconds:,.0f} readers/s"


def cpu_per_thousand(seconds: float, n_readers: int) -> str:
    return f"{1000 * seconds / n_readers:.4f} CPU s per 1,000"


def machine() -> str:
    """What it ran on, and how busy that was."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores ({model}), Python {platform.python_version()}, "
        f"load average {load}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []
