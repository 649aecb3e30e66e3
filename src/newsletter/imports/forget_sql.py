"""What previews and reports of uploads say of a person who is forgotten; the files themselves go after a week."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, select, update

from newsletter.db.erase_text import erase_everywhere
from newsletter.imports.tables import upload, upload_refusal
from newsletter.imports.upload import found_as_text, read_found
from newsletter.readers.forgotten import Forgotten
from newsletter.words.subscriber import address_key


def forget(connection: Connection, gone: Forgotten) -> int:
    # Locked: a process that works on one writes down what it finds.
    for number, text in connection.execute(select(upload.c.id, upload.c.found).with_for_update()).all():
        found = read_found(text)
        if found is None:
            continue
        kept = [one for one in found.report.changes if address_key(one.email) not in gone.keys]
        if len(kept) < len(found.report.changes):
            left = replace(found, report=replace(found.report, changes=kept))
            connection.execute(update(upload).where(upload.c.id == number).values(found=found_as_text(left)))
    erase_everywhere(connection, (upload.c.found, upload.c.problem, upload_refusal.c.rows), gone.names)
    return 0
