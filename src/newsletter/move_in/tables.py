"""The table of newsletters that moved in: what was asked, what was found, what came, and when to look there again."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from newsletter.db.metadata import metadata
from newsletter.db.types import FieldsJson, Id, UtcDateTime

move = Table(
    "move",
    metadata,
    Column("id", Id, primary_key=True),
    Column("system", String(20), nullable=False),
    # The upload that has its files. That is thrown away after a week, and the move stays; NULL where none was brought.
    Column("upload", Id),
    Column("asked", FieldsJson, nullable=False),
    # What the old issues are, as JSON; "" before they were looked at.
    Column("found", Text, nullable=False, server_default=""),
    # The old issues that were written here, by what `moved_in:` says of each: the digest of its file, to know it unchanged.
    Column("issues", FieldsJson, nullable=False),
    Column("run_id", Id, ForeignKey("import_run.id")),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("moved_at", UtcDateTime),
    # When the owner is to be reminded of those who unsubscribe at the old system since; NULL once that is done with.
    Column("remind_at", UtcDateTime),
    # The time that the owner was mailed about: one that is put off is mailed again.
    Column("told_at", UtcDateTime),
    Column("undo_at", UtcDateTime),
    Column("undone_at", UtcDateTime),
    Index("move_upload", "upload"),
    # Never reuse a number: a process that stood still may come back to it.
    sqlite_autoincrement=True,
)
