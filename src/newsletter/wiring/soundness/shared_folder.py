"""Whether all that runs on one database works in one folder: each process leaves a mark in it, and others look for that."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.folder.text_files import write_over
from newsletter.jobs.driver import DriverKind
from newsletter.words.verdict import Verdict, passed, warned

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.wiring import Parts

_ROOM = "var/machines"
# A copy of the folder holds marks too, and they grow old. Clocks of machines differ, by minutes at most.
_FRESH = timedelta(minutes=10)
_FORGOTTEN_SECONDS = 86_400
_WRITES = (DriverKind.SERVE, DriverKind.STUDIO)


def leave_mark(parts: Parts) -> None:
    """A sign of life of this process, in the folder that it works in. Called again and again."""
    path = _mark(parts, parts.sender.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_over(path, parts.clock.now().isoformat())
    for other in path.parent.iterdir():
        with suppress(OSError):
            if time.time() - other.stat().st_mtime > _FORGOTTEN_SECONDS:
                other.unlink()


def take_mark_away(parts: Parts) -> None:
    """This process ends."""
    _mark(parts, parts.sender.name).unlink(missing_ok=True)


def one_folder(parts: Parts) -> Iterator[Verdict]:
    """Where several machines may work: those whose words nobody sees here. A worker that only sends needs no folder."""
    if parts.lock.is_exclusive:
        return
    alive = [one for one in parts.drivers.list_drivers() if one.is_alive and one.kind in _WRITES]
    elsewhere = [one for one in alive if not _is_marked(parts, one.name)]
    for one in elsewhere:
        yield warned(
            "Folder",
            f"{one} works in another folder than this one: what is written in one of them is not seen in the other.",
            "Give all `serve` one folder, on a disk that all machines see. See docs/operations.md, On several machines.",
        )
    if alive and not elsewhere:
        yield passed("Folder", "All that has pages on this database works in this folder.")


def _is_marked(parts: Parts, name: str) -> bool:
    try:
        at = datetime.fromisoformat(_mark(parts, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return abs(parts.clock.now() - at) < _FRESH


def _mark(parts: Parts, name: str) -> Path:
    return parts.directory / _ROOM / name
