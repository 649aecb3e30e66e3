"""Outcomes that could not be written down, kept on disk until the database is back."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from newsletter.ports.spool import Answers
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Accepted, Deferred, Refused, Uncertain)}


class DiskSpool:
    """One file an attempt in `directory`, written with fsync."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, attempt_id: int, answers: Answers) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{attempt_id:012d}.json"
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            file.write(orjson.dumps([[ids and list(ids), _encoded(outcome)] for ids, outcome in answers]))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        handle = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def replay(self, record: Callable[[int, Answers], None]) -> int:
        kept = sorted(self._directory.glob("*.json")) if self._directory.is_dir() else []
        for path in kept:
            answers = [(ids, _decoded(outcome)) for ids, outcome in orjson.loads(path.read_bytes())]
            record(int(path.stem), answers)
            path.unlink()
        return len(kept)


def _encoded(outcome: Outcome) -> dict[str, Any]:
    values = asdict(outcome)
    if isinstance(outcome, Deferred) and outcome.retry_after is not None:
        values["retry_after"] = outcome.retry_after.total_seconds()
    if isinstance(outcome, Refused):
        values["named"] = sorted(outcome.named)
    return {"is": type(outcome).__name__, **values}


def _decoded(values: dict[str, Any]) -> Outcome:
    kind = _KINDS[values.pop("is")]
    if values.get("retry_after") is not None:
        values["retry_after"] = timedelta(seconds=values["retry_after"])
    if "named" in values:
        values["named"] = frozenset(values["named"])
    outcome: Outcome = kind(**values)
    return outcome
