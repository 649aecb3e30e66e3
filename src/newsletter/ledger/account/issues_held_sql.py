"""The issues that somebody had before they were erased: kept under the hash of their address for when they return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, select, update

from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.tables import delivery, holds, is_in, mailing
from newsletter.readers.tables import erasure, had_before
from newsletter.words.ledger import HandOver

# By account of the ledger: what was practised is no reason not to send it.
Issues = Mapping[str, Sequence[int]]
_ACCOUNTS = {"real": False, "practice": True}


def issues_held(connection: Connection, person: int) -> Issues:
    """The issues that a person has, may have, or had before they were erased.

    An issue that is only waiting does not count.
    """
    numbers = list(connection.scalars(select(mailing.c.issue).distinct()))
    # Issue by issue, because the unique index is ordered that way.
    theirs = (delivery.c.issue.in_(numbers), delivery.c.subscriber_id == person, holds)
    held = select(delivery.c.issue, delivery.c.is_practice).where(*theirs, ~is_in(HandOver.PENDING))
    before = select(had_before.c.issue, had_before.c.is_practice).where(had_before.c.subscriber_id == person)
    found = {(row.issue, row.is_practice) for query in (held, before) for row in connection.execute(query)}
    return {name: sorted(issue for issue, which in found if which == kind) for name, kind in _ACCOUNTS.items()}


def together(one: Issues, other: Issues) -> Issues | None:
    """The issues of both. None where there are none."""
    both = {name: sorted({*one.get(name, ()), *other.get(name, ())}) for name in _ACCOUNTS}
    return both if any(both.values()) else None


def give_back(connection: Connection, mark: str, person: int) -> None:
    """Give the issues kept under this mark back to a person who was erased and has returned."""
    theirs = erasure.c.hash == mark
    erased = connection.execute(select(erasure.c.issues).where(theirs).with_for_update()).first()
    if erased is None:
        return
    rows = [
        {"subscriber_id": person, "issue": issue, "is_practice": _ACCOUNTS[name]}
        for name, issues in (erased.issues or {}).items()
        for issue in issues
    ]
    if rows:
        connection.execute(insert_into(connection, had_before).on_conflict_do_nothing(), rows)
    connection.execute(update(erasure).where(theirs).values(returned_at=database_now(), issues=None))


def forget_held(connection: Connection, person: int) -> None:
    connection.execute(delete(had_before).where(had_before.c.subscriber_id == person))
