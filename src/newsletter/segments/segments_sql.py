"""Segments in SQL: a predicate as a condition on subscribers, saved questions, tags, and live counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.feedback.tables import event
from newsletter.ledger.tables import delivery, holds, is_in
from newsletter.readers.id_range_sql import IdRange, in_range
from newsletter.readers.lists_sql import get_list
from newsletter.readers.mailable_sql import mailable
from newsletter.readers.tables import LONGEST_TAG, subscriber, subscription, tag
from newsletter.segments.engagement_sql import Gone, issues_by_list, roll_up
from newsletter.segments.tables import engagement, issue_place, segment
from newsletter.words.event import EventKind
from newsletter.words.ledger import HandOver
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.segment import (
    AllOf,
    AnyOf,
    Behaved,
    ClickedLink,
    Engaged,
    Got,
    HasField,
    Joined,
    Not,
    Predicate,
    Tagged,
    fields_asked,
    read_segment,
)
from newsletter.words.subscriber import address_key

# Nobody is called unengaged by fewer issues than these.
ENOUGH_ISSUES = 12
_COLUMNS = {"email": subscriber.c.email_key, "first_name": subscriber.c.first_name, "last_name": subscriber.c.last_name}


class Segments:
    """Saved segments and tags."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, name: str, question: str) -> None:
        """Keep a question under a name, in place of one that was there. Raises Mistake where it can't be read."""
        if not name.strip() or len(name) > 100 or not name.isprintable():
            raise Mistake(f"{name!r} cannot be the name of a segment.", fix="Use letters and digits on one line.")
        read_segment(question)
        with writing(self._engine) as connection:
            statement = insert_into(connection, segment).values(name=name, question=question, created_at=database_now())
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"question": question}))

    def remove(self, name: str) -> None:
        with writing(self._engine) as connection:
            if not connection.execute(delete(segment).where(segment.c.name == name)).rowcount:
                raise _missing(name)

    def list_all(self) -> Sequence[tuple[str, str]]:
        """(name, question) of every segment, by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(segment.c.name, segment.c.question).order_by(segment.c.name))
            return [(row.name, row.question) for row in rows]

    def get(self, name: str) -> str:
        with reading(self._engine) as connection:
            question = connection.scalar(select(segment.c.question).where(segment.c.name == name))
        if question is None:
            raise _missing(name)
        return str(question)

    def count(self, question: str, *, list_name: str) -> int:
        """How many of those who may be mailed on a list fit. Raises Missing where there is no such list."""
        read_segment(question)
        self.refresh()
        with reading(self._engine) as connection:
            people = mailable(func.count(), lists=[get_list(connection, list_name)])
            return connection.scalar(fitting(connection, people, question)) or 0

    def unknown_fields(self, question: str) -> Sequence[str]:
        """Fields in a question that no reader has: probably misspelt, and then `!=` and `not` fit everybody."""
        with reading(self._engine) as connection:
            return [
                name
                for name in sorted(fields_asked(read_segment(question)))
                if connection.scalar(select(subscriber.c.id).where(field_value(name) != "").limit(1)) is None
            ]

    def refresh(self) -> None:
        """Read the events that came since the last question."""
        with writing(self._engine) as connection:
            roll_up(connection)

    def set_tag(self, email: str, name: str, *, on: bool) -> None:
        """Tags are kept in lower case, blanks folded, as an import keeps them. Raises Mistake and Missing."""
        name = " ".join(name.split()).lower()
        if not name or len(name) > LONGEST_TAG or not name.isprintable():
            raise Mistake(f"{name[:80]!r} cannot be a tag.", fix=f"Use 1 to {LONGEST_TAG} letters, digits and signs.")
        key = select(subscriber.c.id).where(subscriber.c.email_key == address_key(email))
        with writing(self._engine) as connection:
            person = connection.scalar(key)
            if person is None:
                raise Missing(f"Nobody here has the address {email!r}.", fix="Check the spelling.")
            connection.execute(delete(tag).where(tag.c.subscriber_id == person, tag.c.name == name))
            if on:
                connection.execute(insert(tag).values(subscriber_id=person, name=name))


def fitting(
    connection: Connection, people: Select[Any], question: str, *, readers: IdRange | None = None
) -> Select[Any]:
    """Those of `people`, a query over `mailable.listed`, who fit the question; "" is everybody.

    `readers` are all whom `people` is about; None is everybody.
    """
    if not question:
        return people
    theirs = and_(
        engagement.c.subscriber_id == subscription.c.subscriber_id, *in_range(engagement.c.subscriber_id, readers)
    )
    return people.outerjoin(engagement, theirs).where(condition(connection, read_segment(question), readers))


def condition(connection: Connection, tree: Predicate, readers: IdRange | None = None) -> ColumnElement[bool]:
    """The predicate as a condition on `subscription`, with `engagement` and `subscriber` joined to it.

    `engagement` by an outer join. Texts travel as parameters. `readers` as in `fitting`.
    """
    match tree:
        case AllOf(parts):
            return and_(*(condition(connection, part, readers) for part in parts))
        case AnyOf(parts):
            return or_(*(condition(connection, part, readers) for part in parts))
        case Not(of):
            return not_(condition(connection, of, readers))
        case HasField():
            return _field(tree)
        case Tagged(name):
            theirs = tag.c.subscriber_id == subscription.c.subscriber_id
            return exists().where(theirs, tag.c.name == name, *in_range(tag.c.subscriber_id, readers))
        case Joined(operator, on):
            begins = datetime.combine(on, time(), tzinfo=UTC)
            since = subscription.c.since_at
            return since < begins if operator == "before" else since >= begins
        case Got(issue):
            return subscription.c.subscriber_id.in_(
                select(delivery.c.subscriber_id).where(
                    delivery.c.issue == issue,
                    # All who were handed it hold it. That is said as well, since the index is over those.
                    holds,
                    is_in(HandOver.ACCEPTED),
                    *in_range(delivery.c.subscriber_id, readers),
                )
            )
        case ClickedLink(prefix):
            # Looked up and not joined: clicks are few beside deliveries.
            who = select(delivery.c.subscriber_id).where(delivery.c.id == event.c.delivery_id).scalar_subquery()
            followed = (event.c.kind == EventKind.CLICKED, event.c.url.startswith(prefix, autoescape=True))
            return subscription.c.subscriber_id.in_(select(who).where(*followed, who.is_not(None)))
        case Behaved(what, at_least, of_last):
            return _by_list(
                connection,
                false(),
                lambda gone: _did(connection, what, at_least, [one.issue for one in gone[:of_last]]),
            )
        case Engaged():
            return _engaged(connection)


def _field(test: HasField) -> ColumnElement[bool]:
    column = _COLUMNS.get(test.name)
    value = field_value(test.name) if column is None else column
    wanted = test.text.lower()
    folded = _folded(value, wanted)
    match test.operator:
        case "=":
            return folded == wanted
        case "!=":
            return folded != wanted
        case "contains":
            return folded.contains(wanted, autoescape=True)
        case "starts with":
            return folded.startswith(wanted, autoescape=True)
        case _:
            return folded.endswith(wanted, autoescape=True)


def field_value(name: str) -> ColumnElement[str]:
    """A field of the newsletter's own; "" where the reader does not have it."""
    return func.coalesce(subscriber.c.fields[name].as_string(), "")


def _folded(value: ColumnElement[str], wanted: str) -> ColumnElement[str]:
    """The value in lower case, as far as the comparison with `wanted` can tell.

    SQLite's own lower() knows the letters A to Z only, and so does PostgreSQL's under the locale C.
    """
    folded: ColumnElement[str] = func.lower(value)
    for letter in sorted(set(wanted)):
        capital = letter.upper()
        if not letter.isascii() and len(capital) == 1:
            folded = func.replace(folded, capital, letter)
    return folded


def _did(connection: Connection, what: str, at_least: int, issues: Sequence[int]) -> ColumnElement[bool]:
    places = connection.scalars(select(issue_place.c.place).where(issue_place.c.issue.in_(issues))).all()
    if len(places) < at_least:
        return false()
    # A reader who never did anything has no row.
    bits = func.coalesce(engagement.c.opened if what == "opened" else engagement.c.clicked, 0)
    if at_least == 1:
        some: ColumnElement[bool] = bits.op("&")(sum(1 << place for place in places)) != 0
        return some
    # As constants: PostgreSQL shifts by an INTEGER only, and a parameter would be a BIGINT.
    each = [bits.op(">>")(literal_column(str(place))).op("&")(1) for place in places]
    done = sum(each[1:], each[0])
    many: ColumnElement[bool] = done >= at_least
    return many


def _engaged(connection: Connection) -> ColumnElement[bool]:
    """By the last issues that the whole list got and that anything was heard of; others say nothing about anybody.

    What went to a part of the list since then counts for those who read it.
    """

    def of_list(gone: Sequence[Gone]) -> ColumnElement[bool]:
        whole = [one for one in gone if one.is_whole and one.is_heard]
        if len(whole) < ENOUGH_ISSUES:
            return true()
        began = whole[ENOUGH_ISSUES - 1].at
        since = [one.issue for one in gone if one.at >= began]
        return or_(_did(connection, "opened", 1, since), subscription.c.since_at > began)

    return _by_list(connection, true(), of_list)


def _by_list(
    connection: Connection, without: ColumnElement[bool], of_list: Callable[[Sequence[Gone]], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """A condition on what went out to the list of the subscription; `without` holds for a list that nothing went to."""
    lists = issues_by_list(connection)
    if not lists:
        return without
    whens = [(subscription.c.list_id == number, of_list(gone)) for number, gone in lists.items()]
    return case(*whens, else_=without)


def _missing(name: str) -> Missing:
    return Missing(f"There is no segment called {name!r}.", fix="See them with: newsletter segments")
