"""The table of what the owner is told."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text, UniqueConstraint

from newsletter.db.metadata import metadata
from newsletter.db.types import FieldsJson, Id, UtcDateTime, only_where

# What the owner is to be told: written with the fact it tells of, handed over afterwards.
notice = Table(
    "notice",
    metadata,
    Column("id", Id, primary_key=True),
    Column("about", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("tell", FieldsJson, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    # The version of an issue that stands below the words, as a reader gets it.
    Column("shows", String(64)),
    Column("made_at", UtcDateTime, nullable=False),
    Column("tried_at", UtcDateTime),
    Column("handed_over_at", UtcDateTime),
    UniqueConstraint("about", "kind", name="notice_once"),
    Index(
        "notice_waiting",
        "id",
        **only_where("handed_over_at IS NULL"),
    ),
)
