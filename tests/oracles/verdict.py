"""What an oracle is, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was held against a tool: what, what the tool said, and whether that is good."""

    what: str
    found: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """A tool. `missing` says how to install what it needs, or None; `examine` gets a scratch folder."""

    name: str
    asks: str
    missing: Callable[[], str | None]
    examine: Callable[[Path], list[Verdict]]
