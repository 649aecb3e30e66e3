"""Readers who have an issue in other words than those that hold: those whom the mail of a correction is for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, true, union_all

from newsletter.db.id_lists import ids_in
from newsletter.ledger.tables import attempt, correction, delivery, holds, is_in, mailing, parcel
from newsletter.readers.id_range_sql import IdRange, in_range
from newsletter.readers.tables import subscription
from newsletter.words.correction import correction_of
from newsletter.words.ledger import HandOver, ParcelStatus

# They may have it: nobody saw the end of the call, or the owner decided not to send again.
IN_DOUBT = (HandOver.UNCERTAIN, HandOver.LEFT)
# What such a parcel noted of its readers does not tell how many of them are in doubt now.
_IN_MOTION = (ParcelStatus.SENDING, ParcelStatus.SPLIT, ParcelStatus.UNCERTAIN)


def whom_it_is_for(
    connection: Connection, issue: int, *, practice: bool, readers: IdRange | None = None
) -> list[ColumnElement[bool]]:
    """For a subscription: what its reader must fit to be in the audience, beyond the list. Nothing for an issue.

    The mail of a correction is for those who have, or may have, its issue in other words.
    """
    number = correction_of(issue)
    if number is None:
        return []
    of = connection.execute(
        select(correction.c.issue, correction.c.edition_id).where(
            correction.c.id == number, correction.c.is_practice == practice
        )
    ).one()
    theirs = holders_of_other_words(of.issue, of.edition_id, practice=practice, readers=readers)
    return [subscription.c.subscriber_id.in_(theirs)]


def holders_of_other_words(issue: int, edition_id: int, *, practice: bool, readers: IdRange | None = None) -> Any:
    """The ids of the readers who have or may have the issue in other words than this edition's."""
    reader = select(delivery.c.subscriber_id)
    theirs = (*_of(issue, practice), *in_range(delivery.c.subscriber_id, readers))
    have = reader.join(attempt, attempt.c.id == delivery.c.accepted_by).where(
        *theirs, is_in(HandOver.ACCEPTED), attempt.c.edition_id != edition_id
    )
    may_have = reader.where(
        *theirs,
        is_in(*IN_DOUBT),
        delivery.c.id.in_(tried_in_other_words(issue, edition_id, practice=practice)),
    )
    return union_all(have, may_have)


def tried_in_other_words(issue: int, edition_id: int, *, practice: bool) -> Select[tuple[int]]:
    """The deliveries of parcels in doubt whose last try carried other words. The last try decides: see decision 0014."""
    kin, inside = parcel.alias("kin"), ids_in(attempt.c.carried)
    roots = (
        select(func.coalesce(parcel.c.root_id, parcel.c.id))
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(mailing.c.issue == issue, mailing.c.is_practice == practice)
        .where(or_(parcel.c.n_uncertain + parcel.c.n_left > 0, parcel.c.status.in_(_IN_MOTION)))
    )
    last = (
        select(inside.c.value.label("delivery_id"), func.max(attempt.c.id).label("attempt_id"))
        .select_from(attempt.join(kin, kin.c.id == attempt.c.parcel_id).join(inside, true()))
        .where(func.coalesce(kin.c.root_id, kin.c.id).in_(roots))
        .group_by(inside.c.value)
        .subquery("last")
    )
    tried = attempt.alias("tried")
    return (
        select(last.c.delivery_id).join(tried, tried.c.id == last.c.attempt_id).where(tried.c.edition_id != edition_id)
    )


def is_called_in_other_words(issue: int, edition_id: int, *, practice: bool) -> ColumnElement[bool]:
    """A call that carries other words is under way: nobody can say yet who of its readers has them."""
    later = attempt.alias("later")
    return exists().where(
        mailing.c.issue == issue,
        mailing.c.is_practice == practice,
        parcel.c.mailing_id == mailing.c.id,
        parcel.c.status == ParcelStatus.SENDING,
        attempt.c.parcel_id == parcel.c.id,
        attempt.c.edition_id != edition_id,
        ~exists().where(later.c.parcel_id == attempt.c.parcel_id, later.c.id > attempt.c.id),
    )


def _of(issue: int, practice: bool) -> tuple[ColumnElement[bool], ...]:
    return (and_(delivery.c.issue == issue, delivery.c.is_practice == practice, holds),)
