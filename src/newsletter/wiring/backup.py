"""A backup of the whole database into the newsletter's own folder, while everything goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from newsletter.wiring import Parts


def back_up(parts: Parts) -> Path:
    """The file that was written. Keys and passwords are not in it."""
    from newsletter.db.backup import write_backup
    from newsletter.wiring.schema import metadata

    now = parts.clock.now()
    local = now.astimezone(ZoneInfo(parts.config.newsletter.zone))
    path = parts.directory / "var" / "backups" / f"{local:%Y-%m-%d-%H%M%S}.db"
    write_backup(parts.engine, path, metadata, now=now, files={})
    return path
