"""The table of shared pictures: those that mails point to, where every machine sees them."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from newsletter.db.metadata import metadata

# Pictures as they are mailed, cut up, so that no statement carries a whole one. On PostgreSQL only, and not in backups.
picture_slice = Table(
    "picture_slice",
    metadata,
    # Digest and ending, as in the address: under one name a picture never changes.
    Column("name", String(40), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
