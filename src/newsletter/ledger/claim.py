"""Step 1 of a hand-over: one durable transaction that takes a parcel and says who exactly is in the call."""

from __future__ import annotations

from sqlalchemy import Engine

from newsletter.db.engine import writing
from newsletter.db.frozen import patiently
from newsletter.ledger.claim_sql import (
    Call,
    begin_attempt,
    columns_of,
    lock_readers,
    may_be_mailed,
    readers_of,
    skip,
    take_parcel,
)
from newsletter.ledger.moves_sql import recount
from newsletter.ledger.pace.pace_sql import NotYetError, rest_until, take_turn
from newsletter.ledger.rows import NOBODY_LEFT, Claim
from newsletter.words.pace import NO_LIMIT, Pace


class Parcels:
    """Hands out parcels, one for each attempt."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def claim(
        self,
        mailing_id: int,
        *,
        edition: str,
        token: str,
        sender: str,
        provider: str,
        deadline_seconds: float,
        with_fields: bool,
        pace: Pace = NO_LIMIT,
    ) -> Claim | None:
        """Take the next due parcel, to hand over the words `edition` (a digest). None where nothing is due in these words:
        a correction may have given the mailing others.

        The call begins when this commits: a reader who left before that is not in it.

        The order is the promise. The parcel is taken by compare-and-set, and with it all that is pending in it: its row
        is their lock. The readers are locked, so that an unsubscribe waits for us or we for it; those who may no longer be
        mailed are marked; and only then is the attempt written, with its deadline by the database's clock. A call before
        its turn is undone as a whole.
        """
        call = Call(token, edition, sender, provider, deadline_seconds)
        try:
            return self._claim(mailing_id, call, with_fields, pace)
        except NotYetError as not_yet:
            if not_yet.until is not None:
                with writing(self._engine) as connection:
                    rest_until(connection, provider, not_yet.until)
            return None

    @patiently
    def _claim(self, mailing_id: int, call: Call, with_fields: bool, pace: Pace) -> Claim | None:
        with writing(self._engine) as connection:
            taken = take_parcel(connection, mailing_id, call, pace, self._practice)
            if taken is None:
                return None
            lock_readers(connection, taken.id)
            planned = readers_of(connection, taken, with_fields)
            skipped = skip(connection, planned)
            carried = [row for row in planned if may_be_mailed(row)] if skipped else planned
            if not carried:
                recount(connection, taken.id)
                return NOBODY_LEFT
            columns = columns_of(carried)
            attempt_id = begin_attempt(connection, taken, call, columns["id"])
            if pace.is_limited:
                take_turn(connection, call.provider, len(carried), pace)
        return Claim(
            attempt_id=attempt_id,
            token=call.token,
            parcel_id=taken.id,
            deliveries=columns["id"],
            subscribers=columns["subscriber_id"],
            addresses=columns["email"],
            first_names=columns["first_name"],
            last_names=columns["last_name"],
            fields=columns.get("fields", ()),
            n_skipped=skipped,
        )
