"""Asks which deliveries an attempt carried, and which attempts carried a delivery.

A parcel that is divided, or has some of its readers queued again, makes children. Deliveries never leave that family, so only
attempts of the family can have carried them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, Subquery, exists, func, or_, select, true

from newsletter.db.engine import is_sqlite
from newsletter.db.id_lists import ids_in
from newsletter.ledger.tables import attempt, delivery, parcel


def whom_it_carried(connection: Connection, attempt_id: int) -> list[int]:
    return list(connection.execute(select(attempt.c.carried).where(attempt.c.id == attempt_id)).scalar_one())


def carried_by(
    attempts: int | BindParameter[int] | Sequence[int], deliveries: Sequence[int] | BindParameter[Any] | None = None
) -> Select[tuple[int]]:
    """The deliveries that these attempts carried, or those of them that are named."""
    inside = ids_in(attempt.c.carried)
    which = attempt.c.id.in_(attempts) if isinstance(attempts, Sequence) else attempt.c.id == attempts
    query = select(inside.c.value).select_from(attempt.join(inside, true())).where(which)
    return query if deliveries is None else query.where(inside.c.value.in_(deliveries))


def lock_parcels_of(connection: Connection, deliveries: Sequence[int] | Select[tuple[int]]) -> list[int]:
    """Lock every parcel that holds one of these deliveries, by their ids: a parcel's row is the lock of all in it.

    They may have been queued again in another parcel while we waited for the lock of the one before.
    """
    inside = select(delivery.c.parcel_id).where(delivery.c.id.in_(deliveries))
    locked: list[int] = []
    while True:
        others = select(parcel.c.id).where(parcel.c.id.in_(inside), parcel.c.id.not_in(locked)).order_by(parcel.c.id)
        more = connection.scalars(others.with_for_update()).all()
        locked += more
        if not more or is_sqlite(connection):
            return sorted(locked)


def carried_after(attempt_id: int) -> Select[tuple[int]]:
    """The deliveries that attempts after this one carried as well, as far as they are of its family."""
    inside = ids_in(attempt.c.carried)
    mine = attempt.alias("mine")
    of = select(mine.c.parcel_id).where(mine.c.id == attempt_id).scalar_subquery()
    return (
        select(inside.c.value)
        .select_from(attempt.join(inside, true()))
        .where(attempt.c.id > attempt_id, attempt.c.parcel_id.in_(family(of)))
    )


def is_last_of_its_parcel() -> ColumnElement[bool]:
    """For an attempt and a delivery that it carried and that is still in its parcel: no later attempt carried it.

    Such an attempt would be one of that parcel: a reader who has moved to a child does not come back.
    """
    later = attempt.alias("later")
    inside = ids_in(later.c.carried)
    after = (later.c.parcel_id == attempt.c.parcel_id, later.c.id > attempt.c.id)
    carried_again = exists().select_from(later.join(inside, true())).where(*after, inside.c.value == delivery.c.id)
    return ~carried_again.correlate(attempt, delivery)


def last_tries(parcel_id: int) -> Subquery:
    """For everyone whom an attempt of this parcel's family carried: `delivery_id`, and the last such `attempt_id`."""
    inside = ids_in(attempt.c.carried)
    return (
        select(inside.c.value.label("delivery_id"), func.max(attempt.c.id).label("attempt_id"))
        .select_from(attempt.join(inside, true()))
        .where(attempt.c.parcel_id.in_(family(parcel_id)))
        .group_by(inside.c.value)
        .subquery("last_tries")
    )


def family(parcel_id: ColumnElement[Any] | int) -> Select[tuple[int]]:
    """The ids of this parcel, of the one that it is a part of, and of all other parts of that."""
    one, kin = parcel.alias("one"), parcel.alias("kin")
    root = select(func.coalesce(one.c.root_id, one.c.id)).where(one.c.id == parcel_id).scalar_subquery()
    return select(kin.c.id).where(or_(kin.c.id == root, kin.c.root_id == root))


def families(connection: Connection, parcels: Select[tuple[int]]) -> list[int]:
    """The ids of all parcels in the families of these."""
    whole = select(func.coalesce(parcel.c.root_id, parcel.c.id)).where(parcel.c.id.in_(parcels))
    roots = connection.scalars(whole).all()
    return list(connection.scalars(select(parcel.c.id).where(parcel.c.id.in_(roots) | parcel.c.root_id.in_(roots))))
