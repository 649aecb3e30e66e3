"""Tags and engagement of a person who is forgotten, and saved questions that may name them."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from newsletter.db.erase_text import erase_everywhere
from newsletter.readers.forgotten import Forgotten
from newsletter.readers.tables import tag
from newsletter.segments.tables import engagement, segment


def forget(connection: Connection, gone: Forgotten) -> int:
    erase_everywhere(connection, (segment.c.question,), gone.names)
    for table in (engagement, tag):
        connection.execute(delete(table).where(table.c.subscriber_id == gone.person))
    return 0
