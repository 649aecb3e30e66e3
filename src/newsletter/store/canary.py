"""The canary: a small first parcel that all others wait for, until everyone in it is settled."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, exists, or_, select, update

from newsletter.store.tables import mailing, parcel
from newsletter.words.ledger import MailingStatus, ParcelStatus

_OPEN = (ParcelStatus.READY, ParcelStatus.SENDING, ParcelStatus.UNCERTAIN)


def may_go() -> ColumnElement[bool]:
    """For a parcel joined with its mailing: nothing small has to go ahead of it.

    Asked of the parcels each time, not remembered: however the first one is settled, by an answer, by evidence or by
    the owner, the others go on.
    """
    first, family = parcel.alias("first"), parcel.alias("family")
    # Told whose mailing is meant: from inside the other subquery it would be anybody's.
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
    return or_(mailing.c.canary == 0, parcel.c.number == 1, parcel.c.root_id == first_id, ~is_open)


def hold_for_canary(connection: Connection, parcel_id: int) -> None:
    """Where this parcel, now in doubt, is one that the others wait for, a person has to look."""
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
    connection.execute(
        update(mailing)
        .where(mailing.c.canary > 0, mailing.c.status == MailingStatus.SENDING, in_doubt)
        .values(
            status=MailingStatus.PAUSED,
            pause_reason="The small first batch got no clear answer. Look for it there; who resumes sends the rest.",
        )
    )
