"""Events as evidence: a try whose answer never came is proved by what is heard of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.feedback.marks_sql import Resolved
from newsletter.feedback.tables import proved
from newsletter.ledger.carried_sql import carried_by, lock_parcels_of
from newsletter.ledger.moves_sql import accept, recount
from newsletter.words.outcome import Accepted

_ACCEPTED = Accepted.__name__.lower()


def prove_attempts(connection: Connection, found: Sequence[Resolved], *, whole: bool) -> int:
    """A reader who is heard of was handed over, and the whole call with them where the provider takes it whole.

    Returns how many deliveries were proved that had no answer of their own.
    """
    silent: dict[int, list[int]] = {}
    for one in found:
        if one.outcome != _ACCEPTED:
            silent.setdefault(one.attempt_id, []).extend([one.delivery_id] if one.delivery_id else [])
    if whole and silent:
        known = set(connection.scalars(select(proved.c.attempt_id).where(proved.c.attempt_id.in_(silent))))
        silent = {one: deliveries for one, deliveries in silent.items() if one not in known}
    if not silent:
        return 0
    # They may have been queued again in another parcel.
    parcels = lock_parcels_of(connection, carried_by(list(silent)))
    moved = sum(accept(connection, one, None if whole else deliveries) for one, deliveries in sorted(silent.items()))
    connection.execute(
        insert_into(connection, proved).values(proved_at=database_now()).on_conflict_do_nothing(),
        [{"attempt_id": one} for one in sorted(silent)],
    )
    for parcel_id in parcels:
        recount(connection, parcel_id)
    return moved
