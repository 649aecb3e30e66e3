"""Gathers what the schedule works with, and the locks that keep two clocks of one newsletter apart."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.providers.heartbeat import HttpHeartbeat
from newsletter.schedule.desk import Desk
from newsletter.store.holding import ServingLock
from newsletter.store.lock import FileLock
from newsletter.store.schedule import AdvisoryLock
from newsletter.surroundings import around

if TYPE_CHECKING:
    from newsletter.ports.slots import TickLock
    from newsletter.store.gauges import SqlGauges
    from newsletter.wiring import Parts


def desk_of(parts: Parts) -> Desk:
    return Desk(
        newsletter=parts.config.newsletter,
        shelf=parts.shelf,
        around=lambda proof: around(parts, proof, online=False),
        ledger=parts.ledger,
        accounts=parts.accounts,
        memory=parts.schedule,
        provider=parts.provider,
        heartbeat=HttpHeartbeat(),
        lock=_tick_lock(parts),
        clock=parts.clock,
        parcel_size=parts.parcel_size,
        new_token=lambda: secrets.token_hex(16),
    )


def gauges_of(parts: Parts) -> SqlGauges:
    from newsletter.store.gauges import SqlGauges

    return SqlGauges(parts.engine, practice=parts.config.is_practice)


def serving_lock(parts: Parts) -> ServingLock | None:
    """Held by the one `serve` that ticks and sends on an SQLite file; None where many may."""
    if parts.engine.dialect.name == "sqlite":
        return ServingLock(Path(f"{parts.engine.url.database}.serve"))
    return None


def _tick_lock(parts: Parts) -> TickLock:
    """Held for the length of a tick: one process ticks, whoever else is there."""
    if parts.engine.dialect.name == "sqlite":
        return FileLock(Path(f"{parts.engine.url.database}.tick"))
    return AdvisoryLock(parts.engine)
