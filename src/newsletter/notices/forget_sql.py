"""Notices in which a person who is forgotten may be named."""

from __future__ import annotations

from sqlalchemy import Connection

from newsletter.db.erase_text import erase_everywhere
from newsletter.notices.tables import notice
from newsletter.readers.forgotten import Forgotten


def forget(connection: Connection, gone: Forgotten) -> int:
    erase_everywhere(connection, (notice.c.subject, notice.c.body), gone.names)
    return 0
