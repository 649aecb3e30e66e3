"""Slots and approvals in which a person who is forgotten may be named."""

from __future__ import annotations

from sqlalchemy import Connection

from newsletter.db.erase_text import erase_everywhere
from newsletter.readers.forgotten import Forgotten
from newsletter.schedule.tables import approval, slot


def forget(connection: Connection, gone: Forgotten) -> int:
    erase_everywhere(connection, (slot.c.detail, slot.c.segment, approval.c.segment), gone.names)
    return 0
