"""The tables of the second pair of eyes: notes of which somebody is still to be told."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from newsletter.db.metadata import metadata
from newsletter.db.types import Id, UtcDateTime

# A note, or an answer, that its person has not been told of. It goes when the mail is written.
note_to_tell = Table(
    "note_to_tell",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("entry", String(40), nullable=False),
    Column("file", Text, nullable=False),
    Column("issue", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("email", "entry", name="note_to_tell_once"),
    Index("note_to_tell_of", "email", "at"),
)
