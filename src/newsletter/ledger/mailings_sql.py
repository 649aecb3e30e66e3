"""Finds mailings and the editions that they carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, select, true

from newsletter.db.engine import reading
from newsletter.db.types import AnyRow
from newsletter.ledger.rows import MailingRow
from newsletter.ledger.tables import edition, mailing
from newsletter.readers.tables import mailing_list
from newsletter.words.edition import Edition
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing

UNFINISHED = (MailingStatus.PLANNING, MailingStatus.SCHEDULED, MailingStatus.SENDING, MailingStatus.PAUSED)


class Mailings:
    """Finds mailings and their editions."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def find_unfinished(self, issue: int, list_name: str) -> MailingRow | None:
        return self._find(issue, list_name, mailing.c.status.in_(UNFINISHED))

    def find_latest(self, issue: int, list_name: str) -> MailingRow | None:
        """The last mailing of an issue to a list, whatever its status."""
        return self._find(issue, list_name, true())

    def _find(self, issue: int, list_name: str, which: ColumnElement[bool]) -> MailingRow | None:
        ours = (mailing.c.issue == issue, mailing_list.c.name == list_name, mailing.c.is_practice == self._practice)
        with reading(self._engine) as connection:
            row = connection.execute(mailings().where(*ours, which).order_by(mailing.c.id.desc())).first()
        return mailing_row(row) if row else None

    def get(self, mailing_id: int) -> MailingRow:
        """Raises Missing where the mailing was dropped, because everybody had the issue already."""
        with reading(self._engine) as connection:
            row = connection.execute(mailings().where(mailing.c.id == mailing_id)).first()
        if row is None:
            raise Missing("This sending is not there any more: everybody had the issue already.")
        return mailing_row(row)

    def list_in(self, statuses: Sequence[MailingStatus]) -> Sequence[MailingRow]:
        with reading(self._engine) as connection:
            ours = (mailing.c.status.in_(statuses), mailing.c.is_practice == self._practice)
            rows = connection.execute(mailings().where(*ours).order_by(mailing.c.id))
            return [mailing_row(row) for row in rows]

    def get_edition(self, digest: str) -> Edition:
        """Raises Missing."""
        with reading(self._engine) as connection:
            document = connection.scalar(select(edition.c.document).where(edition.c.digest == digest))
        if document is None:
            raise Missing(f"No frozen version {digest[:12]} is in the database.")
        return Edition.from_json(document)


_COLUMNS = [one.name for one in fields(MailingRow)]


def mailings() -> Select[Any]:
    return (
        select(mailing, mailing_list.c.name.label("list_name"), edition.c.digest.label("edition_digest"))
        .join(mailing_list, mailing_list.c.id == mailing.c.list_id)
        .join(edition, edition.c.id == mailing.c.edition_id)
    )


def mailing_row(row: AnyRow) -> MailingRow:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return MailingRow(**{**values, "status": MailingStatus(row.status)})
