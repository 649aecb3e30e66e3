"""Outcomes that could not be written down, kept on disk until the database is back."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain

log = logging.getLogger(__name__)

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Accepted, Deferred, Refused, Uncertain)}

# What `orjson.loads` and `decoded` raise for a file that was damaged.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)

Answers = Sequence[tuple[Sequence[int] | None, Outcome]]


class Spool:
    """One file an attempt in `directory`, written with fsync.

    Files are named by the attempt's random token, not its number: a restored database may use a number again.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, token: str, answers: Answers) -> None:
        """Write what became of an attempt to disk, durably, before returning."""
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{token}.json"
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            file.write(orjson.dumps([[ids and list(ids), encoded(outcome)] for ids, outcome in answers]))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        handle = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def replay(self, record: Callable[[str, Answers], bool]) -> int:
        """Record everything kept, oldest first, and forget it. Returns how many attempts that were.

        What `record` does not know (False) belongs to another database: it is put aside, unless it only said that
        nothing was handed over.
        """
        replayed = 0
        for path in self._kept():
            try:
                answers = [(ids, decoded(outcome)) for ids, outcome in orjson.loads(path.read_bytes())]
            except FileNotFoundError:
                continue  # another process was faster
            except UNREADABLE:
                put_aside(path, "it can't be read")
                continue
            if record(path.stem, answers):
                replayed += 1
            elif any(not isinstance(outcome, Deferred) for _, outcome in answers):
                put_aside(path, "this database knows no such attempt")
                continue
            path.unlink(missing_ok=True)
        return replayed

    def _kept(self) -> list[Path]:
        if not self._directory.is_dir():
            return []
        return sorted(self._directory.glob("*.json"), key=_written_at)


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # another process replays as well
        return 0


def put_aside(path: Path, why: str) -> None:
    log.error("%s is put aside as .unknown: %s", path, why)
    path.rename(path.with_suffix(".unknown"))


def encoded(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON has it; `decoded` reads it back."""
    values = asdict(outcome)
    if isinstance(outcome, Deferred) and outcome.retry_after is not None:
        values["retry_after"] = outcome.retry_after.total_seconds()
    if isinstance(outcome, Refused):
        values["named"] = sorted(outcome.named)
    return {"is": type(outcome).__name__, **values}


def decoded(values: dict[str, Any]) -> Outcome:
    """Raises LookupError or TypeError for what `encoded` has not made."""
    kind = _KINDS[values.pop("is")]
    if values.get("retry_after") is not None:
        values["retry_after"] = timedelta(seconds=values["retry_after"])
    if "named" in values:
        values["named"] = frozenset(values["named"])
    outcome: Outcome = kind(**values)
    return outcome
