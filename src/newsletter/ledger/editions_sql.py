"""Editions in the database: each stored once, under the digest of its words."""

from __future__ import annotations

from sqlalchemy import Connection, select

from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.tables import edition
from newsletter.words.edition import Edition


def freeze(connection: Connection, words: Edition) -> int:
    """The id of this edition, stored once however often it is sent."""
    digest = words.digest
    known = select(edition.c.id).where(edition.c.digest == digest)
    if connection.scalar(known) is None:
        into = insert_into(connection, edition)
        values = {"digest": digest, "issue": words.issue, "document": words.to_json()}
        connection.execute(into.values(**values, frozen_at=database_now()).on_conflict_do_nothing())
    return int(connection.execute(known).scalar_one())
