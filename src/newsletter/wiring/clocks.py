"""Gathers what the schedule works with, and the locks that keep two clocks of one newsletter apart."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from newsletter.db.holder import ServingLock
from newsletter.db.lease import Lease
from newsletter.db.lock import FileLock
from newsletter.providers.heartbeat import Heartbeat
from newsletter.schedule.desk import Desk
from newsletter.wiring.surroundings import around
from newsletter.words.mistake import NotNow

if TYPE_CHECKING:
    from newsletter.ports.locks import TickLock
    from newsletter.report.gauges_sql import Gauges
    from newsletter.wiring import Parts


def desk_of(parts: Parts) -> Desk:
    return Desk(
        newsletter=parts.config.newsletter,
        shelf=parts.shelf,
        translations=parts.translations,
        around=lambda proof: around(parts, proof, online=False),
        ledger=parts.ledger,
        schedule=parts.schedule,
        notices=parts.notices,
        provider=parts.provider,
        heartbeat=Heartbeat(),
        lock=_tick_lock(parts),
        clock=parts.clock,
        parcel_size=parts.parcel_size,
        new_token=lambda: secrets.token_hex(16),
        key=parts.key,
        count=lambda issue, name, question: parts.ledger.forecasts.make(issue, name, segment=question).goes,
        is_practice=parts.config.is_practice,
        unapproved_goes=parts.config.unapproved_goes,
        refusal=parts.refusal,
        find_hold=parts.find_hold,
    )


def gauges_of(parts: Parts) -> Gauges:
    from newsletter.report.gauges_sql import Gauges

    return Gauges(parts.engine, practice=parts.config.is_practice)


def serving_lock(parts: Parts) -> ServingLock | None:
    """Held by the one `serve` or `studio` that ticks and sends on an SQLite file; None where many may."""
    path = parts.beside_database("serve")
    return ServingLock(path) if path else None


@contextmanager
def alone(parts: Parts) -> Iterator[None]:
    """Nobody serves, ticks or sends until the block ends. Raises NotNow where somebody does.

    On PostgreSQL a command that changes everything asks the server itself (`db/backup.py`).
    """
    about = f"process {os.getpid()}, which changes the whole database"
    lock = serving_lock(parts)
    if lock is None:
        yield
        return
    with lock.try_hold(about) as holder, _tick_lock(parts).try_hold() as ticks, parts.lock.try_hold() as sends:
        if holder is not None or not ticks or not sends:
            who = holder or "another process is at work on it"
            raise NotNow(
                f"This database is in use: {who}.", fix="Stop `studio`, `serve`, cron and `send`, then try again."
            )
        yield


def move_to(parts: Parts, url: str) -> Mapping[str, int]:
    """Everything into the empty database at `url`, which is the live one afterwards. Returns the rows by table."""
    from newsletter.db.backup import move, target_at
    from newsletter.ledger.live_sql import Live
    from newsletter.wiring.schema import metadata

    target = target_at(url, metadata)
    try:
        if target.url == parts.engine.url:
            raise NotNow("It is there already.", fix="Name another database.")
        with alone(parts):
            place = target.url.render_as_string(hide_password=True)
            rows = move(parts.engine, target, place=place)
        # Last: a process that dies before this leaves two databases that send nothing, and not two that do.
        Live(target, parts.directory / "var" / "live", new_id=lambda: secrets.token_hex(12)).declare()
        return rows
    finally:
        target.dispose()


def _tick_lock(parts: Parts) -> TickLock:
    """Held for the length of a tick: one process ticks, however many there are."""
    path = parts.beside_database("tick")
    return FileLock(path) if path else Lease(parts.engine, "schedule")
