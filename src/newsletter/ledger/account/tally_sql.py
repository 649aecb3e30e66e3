"""The quick account of an issue: the counts that its batches noted when they were settled, added up.

For a batch that is in a call, or was divided, the deliveries themselves are counted: there are few at any time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, Text, and_, cast, func, literal, null, or_, select, union_all

from newsletter.db.engine import reading
from newsletter.ledger.account.account_sql import account_shown, is_last_word
from newsletter.ledger.account.late_sql import count_late
from newsletter.ledger.mailings_sql import mailing_row, mailings
from newsletter.ledger.rows import Tally
from newsletter.ledger.tables import attempt, delivery, is_doubled, is_in, mailing, not_held, parcel, state_of
from newsletter.words.ledger import HOLDS, HandOver, ParcelStatus

_IN_MOTION = (ParcelStatus.SENDING, ParcelStatus.SPLIT)
_WRITTEN_DOWN = {
    HandOver.ACCEPTED: parcel.c.n_accepted,
    HandOver.UNCERTAIN: parcel.c.n_uncertain,
    HandOver.LEFT: parcel.c.n_left,
    HandOver.PENDING: parcel.c.n_readers
    - parcel.c.n_accepted
    - parcel.c.n_uncertain
    - parcel.c.n_left
    - parcel.c.n_not_held,
}


class Tallies:
    """The quick accounts of issues."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def find(self, issue: int) -> Tally | None:
        """An account without fates, from the counts that the batches noted: quick, however many readers there are."""
        with reading(self._engine) as connection:
            shown = account_shown(connection, issue, practice=self._practice)
            if shown is None:
                return None
            ours = and_(mailing.c.issue == issue, mailing.c.is_practice == shown)
            rows = [mailing_row(row) for row in connection.execute(mailings().where(ours).order_by(mailing.c.id))]
            counts = connection.execute(_counts(issue, shown, [row.id for row in rows])).all()
            mine = (delivery.c.issue == issue, delivery.c.is_practice == shown)
            doubled = connection.scalar(select(func.count()).where(*mine, is_doubled)) or 0
            late = count_late(connection, *mine)
        handover: Counter[HandOver] = Counter()
        skipped: Counter[str] = Counter()
        for state, why, n in counts:
            handover[HandOver(state)] += int(n)
            if state == HandOver.SKIPPED:
                skipped[str(why)] += int(n)
        return Tally(
            issue=issue,
            planned=handover.total(),
            handover={state: handover[state] for state in HandOver},
            skipped=dict(skipped),
            mailings=rows,
            doubled=doubled,
            late=late,
            is_practice=shown,
        )

    def list_went(self, issues: Sequence[int]) -> Mapping[int, datetime]:
        """When each of these issues was first handed over; without those that never were."""
        # A try that was surely not sent does not count; a try whose end nobody saw may have been sent.
        called = or_(attempt.c.outcome.is_(None), attempt.c.outcome != "deferred")
        ours = (
            (mailing.c.issue.in_(issues),) if self._practice else (mailing.c.issue.in_(issues), ~mailing.c.is_practice)
        )
        first = (
            select(mailing.c.issue, mailing.c.is_practice, func.min(attempt.c.started_at))
            .join(parcel, parcel.c.mailing_id == mailing.c.id)
            .join(attempt, attempt.c.parcel_id == parcel.c.id)
            .where(*ours, called)
            .group_by(mailing.c.issue, mailing.c.is_practice)
            # Practice comes last, so that it wins: where there is one, it is the account that is shown.
            .order_by(mailing.c.is_practice)
        )
        with reading(self._engine) as connection:
            return {issue: at for issue, _, at in connection.execute(first)}


def _counts(issue: int, practice: bool, numbers: Sequence[int]) -> Any:
    """(state, why skipped, how many), in one statement: a batch that is settled meanwhile is counted once."""
    of_them = parcel.c.mailing_id.in_(numbers)
    sums = (
        select(*(func.coalesce(func.sum(column), 0).label(state.value) for state, column in _WRITTEN_DOWN.items()))
        .where(of_them, parcel.c.status.not_in(_IN_MOTION))
        .cte("sums")
    )
    settled: list[Select[Any]] = [
        select(literal(state.value).label("state"), cast(null(), Text).label("why"), sums.c[state.value].label("n"))
        for state in _WRITTEN_DOWN
    ]
    # Not by `holds`: the database would then look through every delivery that holds an issue.
    state = state_of()
    moving = (
        select(state, cast(null(), Text), func.count())
        .select_from(parcel.join(delivery, delivery.c.parcel_id == parcel.c.id))
        .where(of_them, parcel.c.status.in_(_IN_MOTION), is_in(*HOLDS))
        .group_by(state)
    )
    # A reader who was skipped by one sending and planned by another counts once, whatever the batches say.
    turned_away = (
        select(delivery.c.unheld, delivery.c.reason, func.count())
        .where(delivery.c.issue == issue, delivery.c.is_practice == practice, not_held)
        .group_by(delivery.c.unheld, delivery.c.reason)
    )
    if len(numbers) > 1:
        turned_away = turned_away.where(is_last_word(issue, practice=practice))
    return union_all(*settled, moving, turned_away)
