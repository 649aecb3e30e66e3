"""The canary: a small first parcel that all others wait for, until everyone in it is settled."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from newsletter.ledger.status_sql import move_mailings
from newsletter.ledger.tables import mailing, parcel
from newsletter.words.ledger import LOOK_FIRST, MailingStatus, ParcelStatus

_IN_DOUBT = "The small first batch got no clear answer. Look for it there; who resumes sends the rest."
_OPEN = (ParcelStatus.READY, ParcelStatus.SENDING, ParcelStatus.UNCERTAIN)


def may_go() -> ColumnElement[bool]:
    """For a parcel joined with its mailing: it does not have to wait for the canary.

    Read from the parcels each time, not remembered: however the canary is settled, by an answer, by evidence or by the
    owner, the others go on; where a person wants to look first, once that person resumes.
    """
    is_open, is_first = _still_open()
    return or_(mailing.c.canary == 0, is_first, and_(~is_open, ~mailing.c.canary_waits))


def pause_to_look(connection: Connection, mailing_id: int) -> None:
    """Pause where the canary is settled, others wait, and a person wants to look first."""
    is_open, is_first = _still_open()
    others = exists().where(parcel.c.mailing_id == mailing.c.id, parcel.c.status == ParcelStatus.READY, ~is_first)
    wanted = (mailing.c.id == mailing_id, mailing.c.canary > 0, mailing.c.canary_waits)
    _pause(connection, *wanted, ~is_open, others.correlate(mailing), reason=LOOK_FIRST)


def _still_open() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """For a mailing: its first parcel, or a part of it, is not settled.

    For a parcel: it is the first, or a part of it.
    """
    first, family = parcel.alias("first"), parcel.alias("family")
    # Correlated with the outer mailing by name: inside the other subquery it would match any mailing.
    of_mailing = (first.c.mailing_id == mailing.c.id, first.c.number == 1)
    first_id = select(first.c.id).where(*of_mailing).correlate(mailing).scalar_subquery()
    is_open = (
        exists()
        .where(
            family.c.mailing_id == mailing.c.id,
            or_(family.c.number == 1, family.c.root_id == first_id),
            family.c.status.in_(_OPEN),
        )
        .correlate(mailing)
    )
    # A parcel that is not a part of another has NULL here, which would compare as neither true nor false.
    return is_open, or_(parcel.c.number == 1, func.coalesce(parcel.c.root_id, 0) == first_id)


def hold_for_canary(connection: Connection, parcel_id: int) -> None:
    """Pause where this parcel, now in doubt, is the canary: a person has to look."""
    first = parcel.alias("first")
    of_mailing = (first.c.mailing_id == parcel.c.mailing_id, first.c.number == 1)
    first_id = select(first.c.id).where(*of_mailing).correlate(parcel).scalar_subquery()
    in_doubt = (
        exists()
        .where(
            parcel.c.id == parcel_id,
            parcel.c.mailing_id == mailing.c.id,
            or_(parcel.c.number == 1, parcel.c.root_id == first_id),
        )
        .correlate(mailing)
    )
    _pause(connection, mailing.c.canary > 0, in_doubt, reason=_IN_DOUBT)


def _pause(connection: Connection, *which: ColumnElement[bool], reason: str) -> None:
    move_mailings(connection, *which, out_of=[MailingStatus.SENDING], to=MailingStatus.PAUSED, pause_reason=reason)
