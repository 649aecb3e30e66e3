"""Builds the desk of backups from the settings as they are now, and the beat that makes one at night."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.config import read_config
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NewsletterError

if TYPE_CHECKING:
    from newsletter.backups.desk import BackupDesk
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)


def backup_desk(parts: Parts) -> BackupDesk:
    """Reads the settings again, so that a place counts as soon as it is kept. Raises Mistake for a wrong one."""
    from newsletter.backups.address import read_away_address
    from newsletter.backups.desk import BackupDesk
    from newsletter.backups.place import open_place

    config = read_config(parts.directory)
    address = read_away_address(config.backup_url) if config.backup_url else None
    return BackupDesk(
        directory=parts.directory,
        zone=config.newsletter.zone,
        clock=parts.clock,
        write=partial(_write, parts),
        place=partial(open_place, address, parts.directory) if address else None,
        every_days=config.backup_every,
        keep_days=config.backup_keep,
        phrase=config.backup_phrase or "",
    )


def backup_beat(parts: Parts) -> None:
    """Make the backup of the night where it is due, unless an issue is just going out. What fails is kept for the pages."""
    from newsletter.db.lock import FileLock

    with FileLock(parts.directory / "var" / "backup.lock").try_hold() as is_mine:
        if not is_mine:
            return
        try:
            desk = backup_desk(parts)
            if not _is_wanted(parts, desk) or parts.ledger.mailings.list_in([MailingStatus.SENDING]):
                return
            log.info("a backup is made: %s", desk.back_up().name)
        except NewsletterError as error:
            log.warning("the backup did not arrive: %s", error.message)
        except Exception:
            log.exception("making a backup: a fault of the program itself")


def carry_newest(parts: Parts) -> None:
    """Put the newest backup outside, where a place is set. What fails is kept for the pages."""
    try:
        desk = backup_desk(parts)
        newest = desk.newest()
        if desk.place is not None:
            desk.carry(newest or desk.make())
    except NewsletterError as error:
        log.warning("the backup did not arrive: %s", error.message)
    except Exception:
        log.exception("carrying a backup: a fault of the program itself")


def _is_wanted(parts: Parts, desk: BackupDesk) -> bool:
    """In practice nothing is lost: there a backup is made by itself only where somebody has said where to."""
    return (desk.place is not None or not parts.config.is_practice) and desk.is_due()


def _write(parts: Parts, path: Path) -> None:
    """Keys and passwords are not in it."""
    from newsletter.db.backup import write_backup
    from newsletter.wiring.schema import metadata

    write_backup(parts.engine, path, metadata, now=parts.clock.now(), files={})
