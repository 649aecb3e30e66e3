"""What readers did with the last issues, rolled up from the events as they come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, delete, exists, func, insert, literal, or_, select, update

from newsletter.db.engine import is_sqlite
from newsletter.db.upsert import insert_into
from newsletter.feedback.tables import event
from newsletter.ledger.tables import delivery, is_correction_mail, mailing
from newsletter.segments.tables import engagement, engagement_mark, issue_place
from newsletter.words.correction import numbers_of_mails
from newsletter.words.event import EventKind
from newsletter.words.ledger import MailingStatus

# Bits of a signed 64-bit number, less room for the sign.
PLACES = 60
# Transactions commit out of the order of their ids: the last events are read again, which changes nothing.
_AGAIN = 20_000


def roll_up(connection: Connection) -> None:
    """Read the events that came since the last time. Idempotent; in the caller's transaction."""
    seen = connection.scalar(select(engagement_mark.c.event_id)) or 0
    newest = connection.scalar(select(func.max(event.c.id))) or 0
    if newest == seen:
        return
    since = max(0, seen - _AGAIN)
    theirs = and_(event.c.id > since, event.c.id <= newest, event.c.kind.in_([EventKind.OPENED, EventKind.CLICKED]))
    # What was only counted says of no reader that they did, and so of none that they did not.
    theirs = and_(theirs, event.c.delivery_id.is_not(None), ~event.c.issue.between(*numbers_of_mails()))
    issues = select(event.c.issue).where(theirs, event.c.issue.is_not(None)).distinct().order_by(event.c.issue)
    for issue in connection.scalars(issues).all():
        _place(connection, int(issue))
    _add(connection, theirs)
    connection.execute(delete(engagement_mark))
    connection.execute(insert(engagement_mark).values(id=1, event_id=newest))


def _place(connection: Connection, issue: int) -> None:
    """Give an issue its bit; one used sixty issues ago is wiped first."""
    if connection.scalar(select(issue_place.c.place).where(issue_place.c.issue == issue)) is not None:
        return
    known = connection.execute(select(issue_place.c.issue, issue_place.c.place).order_by(issue_place.c.issue)).all()
    place = len(known)
    if place >= PLACES:
        if issue < known[0].issue:
            return
        place = known[0].place
        mask = ~(1 << place)
        connection.execute(delete(issue_place).where(issue_place.c.issue == known[0].issue))
        connection.execute(
            update(engagement).values(
                opened=engagement.c.opened.op("&")(mask), clicked=engagement.c.clicked.op("&")(mask)
            )
        )
    connection.execute(insert(issue_place).values(issue=issue, place=place))


def _add(connection: Connection, theirs) -> None:  # type: ignore[no-untyped-def]  # a condition on events
    # A machine that fetches every picture has opened nothing; a reader who clicked has read.
    by_person = or_(event.c.kind == EventKind.CLICKED, ~event.c.by_machine)
    facts = (
        select(
            delivery.c.subscriber_id,
            issue_place.c.place,
            func.max(case((event.c.kind == EventKind.CLICKED, 1), else_=0)).label("has_clicked"),
        )
        .join(delivery, delivery.c.id == event.c.delivery_id)
        .join(issue_place, issue_place.c.issue == event.c.issue)
        .where(theirs, by_person)
        .group_by(delivery.c.subscriber_id, issue_place.c.place)
        .subquery()
    )
    bit = literal(1).op("<<")(facts.c.place)
    if not is_sqlite(connection):
        from sqlalchemy import BigInteger, cast

        bit = cast(literal(1), BigInteger).op("<<")(facts.c.place)
    source = (
        select(facts.c.subscriber_id, func.sum(bit), func.sum(bit * facts.c.has_clicked))
        .where(literal(1) == 1)
        .group_by(facts.c.subscriber_id)
    )
    statement = insert_into(connection, engagement).from_select(["subscriber_id", "opened", "clicked"], source)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["subscriber_id"],
            set_={
                "opened": engagement.c.opened.op("|")(statement.excluded.opened),
                "clicked": engagement.c.clicked.op("|")(statement.excluded.clicked),
            },
        )
    )


@dataclass(frozen=True, slots=True)
class Gone:
    """An issue that went out to a list: its number, when it began, and whether the whole list got it.

    `is_heard`: some open or click of it was told. Without any, silence says nothing about a reader.
    """

    issue: int
    at: datetime
    is_whole: bool
    is_heard: bool


def issues_by_list(connection: Connection) -> Mapping[int, Sequence[Gone]]:
    """What went out to each list, newest first; practice does not count."""
    whole = func.max(case((mailing.c.segment == "", 1), else_=0))
    at = func.max(mailing.c.start_at)
    heard = exists().where(issue_place.c.issue == mailing.c.issue)
    query = (
        select(mailing.c.list_id, mailing.c.issue, at.label("at"), whole.label("is_whole"), heard.label("is_heard"))
        .where(
            mailing.c.status.in_([MailingStatus.FINISHED, MailingStatus.SENDING, MailingStatus.PAUSED]),
            ~mailing.c.is_practice,
            ~is_correction_mail,
        )
        .group_by(mailing.c.list_id, mailing.c.issue)
        .order_by(at.desc(), mailing.c.issue.desc())
    )
    found: dict[int, list[Gone]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.list_id].append(Gone(row.issue, row.at, bool(row.is_whole), bool(row.is_heard)))
    return found
