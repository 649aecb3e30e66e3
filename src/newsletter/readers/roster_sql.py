"""Readers a page at a time: keyset queries that look at a bounded number of rows, whatever is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from newsletter.db.engine import reading
from newsletter.readers.among import EVERYBODY, Among, Blocked, FoundReaders
from newsletter.readers.mailable_sql import listed, why_not
from newsletter.readers.people_sql import people_by_number
from newsletter.readers.tables import last_name, mailing_list, subscriber, subscription, suppression, whole_name
from newsletter.words.ledger import SkipReason
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason, address_key

# Where few of those in line fit, so many are looked at in each query for one answer.
_WINDOW = 1_000
_WINDOWS = (200, _WINDOW, _WINDOW)
# Behind every text that begins with something, in the order of bytes.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True, order=True)
class _Spot:
    """A place in an order: what it goes by, then the reader's number."""

    key: str
    id: int


# Those behind a place, the first of them first, as (id, key, counts).
_Line = Callable[[_Spot | None], Select[Any]]


class Roster:
    """Looks through readers, a page at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self, among: Among = EVERYBODY, *, after: str = "", limit: int) -> FoundReaders:
        if among.is_blocked:
            return self._found([_address_line("", among)], after, limit, replace(among, is_blocked=False))
        with reading(self._engine) as connection:
            names = select(mailing_list.c.id)
            wanted = names.where(mailing_list.c.name == among.list_name) if among.list_name else names
            lists = connection.scalars(wanted).all()
        if among.is_everybody:
            lines: list[_Line] = [_newest_line(None, among)]
        else:
            lines = [_newest_line(number, among) for number in lists]
        return self._found(lines, after, limit, replace(among, list_name=""), newest=True)

    def by_address(self, text: str, among: Among = EVERYBODY, *, after: str = "", limit: int) -> FoundReaders:
        """Those whose address begins with the text, by address."""
        line = _address_line(address_key(_clean(text)), among)
        # In the line of the do-not-mail list there is nobody else.
        return self._found([self._of_few(line, among)], after, limit, replace(among, is_blocked=False))

    def by_name(self, text: str, among: Among = EVERYBODY, *, after: str = "", limit: int) -> FoundReaders:
        """Those whose first name, whole name or last name begins with the text, by that name."""
        lines: list[_Line] = []
        for spelling in _spellings(" ".join(_clean(text).split())):
            whole = and_(subscriber.c.first_name != literal_column("''"), _begins(whole_name, spelling))
            lines.append(_name_line(whole_name, subscriber.c.first_name, spelling, true()))
            # Readers found by both names are found by the whole one.
            lines.append(_name_line(last_name, subscriber.c.last_name, spelling, not_(whole)))
        return self._found([self._of_few(line, among) for line in lines], after, limit, among)

    def do_not_mail(
        self, text: str = "", *, reason: SuppressionReason | None = None, after: str = "", limit: int
    ) -> tuple[Sequence[Blocked], str | None]:
        """The do-not-mail list: the newest first, or by address those that begin with the text."""
        key, since = suppression.c.email_key, suppression.c.since_at
        query = select(suppression, subscriber.c.id).outerjoin(subscriber, subscriber.c.email_key == key)
        query = query.limit(limit + 1)
        if reason is not None:
            query = query.where(suppression.c.reason == reason)
        if text:
            query = query.where(_begins(key, address_key(_clean(text))), key > after).order_by(key)
        else:
            query = query.order_by(since.desc(), key.desc())
            if after:
                then = select(since).where(key == after).scalar_subquery()
                query = query.where(since <= then, or_(since < then, key < after))
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        blocked = [
            Blocked(
                address=row.email_key,
                reason=SuppressionReason(row.reason),
                since_at=row.since_at,
                subscriber=row.id,
                issue=row.issue if row.reason == SuppressionReason.HARD_BOUNCE else None,
            )
            for row in rows[:limit]
        ]
        return blocked, blocked[-1].address if len(rows) > limit else None

    def count_blocked(self) -> int:
        with reading(self._engine) as connection:
            return connection.scalar(select(func.count()).select_from(suppression)) or 0

    def _of_few(self, line: _Line, among: Among) -> _Line:
        """The line without those of another status, where the ones left are so few that it is quicker to look at them all."""
        if among.is_blocked or not among.status:
            return line
        on = select(subscription.c.subscriber_id).where(subscription.c.status == among.status)
        lists = select(mailing_list.c.id)
        lists = lists.where(mailing_list.c.name == among.list_name) if among.list_name else lists
        with reading(self._engine) as connection:
            few = connection.scalars(on.where(subscription.c.list_id.in_(lists)).limit(_WINDOW)).all()
        return line if len(few) == _WINDOW else lambda spot: line(spot).where(subscriber.c.id.in_(few))

    def _found(
        self, lines: Sequence[_Line], after: str, limit: int, among: Among, *, newest: bool = False
    ) -> FoundReaders:
        windows = (limit + 1,) if among.is_everybody else _WINDOWS
        with reading(self._engine) as connection:
            look = _Look(connection, lines, among, windows, newest)
            numbers, spot = look.gather(_read(after), limit=limit)
        people = {one.id: one for one in people_by_number(self._engine, numbers)}
        return FoundReaders(
            people=[people[number] for number in numbers if number in people],
            after=f"{spot.id} {spot.key}" if spot else None,
        )


@dataclass(frozen=True, slots=True)
class _Look:
    """One answer: several lines merged into one, the newest first or by key."""

    connection: Connection
    lines: Sequence[_Line]
    among: Among
    windows: Sequence[int]
    newest: bool

    def gather(self, spot: _Spot | None, *, limit: int) -> tuple[list[int], _Spot | None]:
        """The first who fit, and the place to go on from."""
        found: dict[int, _Spot] = {}
        for window in self.windows:
            fits: dict[_Spot, bool] = {}
            ends = []
            for line in self.lines:
                rows = self._rows(line(spot).limit(window))
                fits |= {one: fit or fits.get(one, False) for one, fit in rows}
                ends += rows[-1:] if len(rows) == window else []
            # Beyond the first line's end, others may have more to come in between.
            end = min((one for one, _ in ends), key=self._order, default=None)
            for one in sorted(fits, key=self._order):
                if fits[one] and one.id not in found:
                    if len(found) == limit:
                        return list(found), next(reversed(found.values()))
                    found[one.id] = one
                if one == end:
                    break
            if end is None:
                return list(found), None
            spot = end
        return list(found), spot

    def _rows(self, line: Select[Any]) -> list[tuple[_Spot, bool]]:
        # Cut off first: else PostgreSQL prepares for asking about every reader there is.
        some = line.subquery()
        fits = and_(some.c.counts, _fits(self.among, some.c.id))
        rows = self.connection.execute(select(some.c.id, some.c.key, fits.label("fits"))).all()
        return sorted(((_Spot(row.key, row.id), bool(row.fits)) for row in rows), key=lambda row: self._order(row[0]))

    def _order(self, spot: _Spot) -> tuple[str, int]:
        return ("", -spot.id) if self.newest else (spot.key, spot.id)


def _read(after: str) -> _Spot | None:
    number, _, key = after.partition(" ")
    return _Spot(_clean(key), int(number)) if number.isdecimal() and len(number) < 19 else None


def _newest_line(list_id: int | None, among: Among) -> _Line:
    number = subscriber.c.id if list_id is None else subscription.c.subscriber_id
    query = select(number.label("id"), literal_column("''").label("key"), true().label("counts"))
    if list_id is not None:
        query = query.where(subscription.c.list_id == list_id)
        query = query.where(subscription.c.status == among.status) if among.status else query
    query = query.order_by(number.desc())
    return lambda spot: query.where(number < spot.id) if spot else query


def _address_line(begin: str, among: Among) -> _Line:
    key = suppression.c.email_key if among.is_blocked else subscriber.c.email_key
    query = select(subscriber.c.id, key.label("key"), true().label("counts")).order_by(key)
    if among.is_blocked:
        query = query.select_from(suppression).join(subscriber, subscriber.c.email_key == key)
    if begin:
        query = query.where(_begins(key, begin))
    return lambda spot: query.where(key > spot.key) if spot else query


def _name_line(key: ColumnElement[str], named: ColumnElement[str], begin: str, counts: ColumnElement[bool]) -> _Line:
    # The same condition as that of the index over this name.
    query = select(subscriber.c.id, key.label("key"), counts.label("counts")).where(named != literal_column("''"))
    query = query.where(_begins(key, begin)).order_by(key, subscriber.c.id)

    def line(spot: _Spot | None) -> Select[Any]:
        if spot is None:
            return query
        return query.where(key >= spot.key, or_(key > spot.key, subscriber.c.id > spot.id))

    return line


def _fits(among: Among, number: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the subscriber of this number is one of those."""
    tests: list[ColumnElement[bool]] = []
    if among.list_name or among.status:
        on: Select[Any] = select(literal_column("1")).where(subscription.c.subscriber_id == number)
        if among.list_name:
            named = select(mailing_list.c.id).where(mailing_list.c.name == among.list_name)
            on = on.where(subscription.c.list_id.in_(named))
        if among.status:
            on = on.select_from(listed()).where(subscription.c.status == among.status, _stands(among))
        tests.append(on.exists())
    if among.is_blocked:
        theirs = and_(subscriber.c.id == number, suppression.c.email_key == subscriber.c.email_key)
        tests.append(
            select(literal_column("1")).select_from(subscriber).join(suppression, theirs).where(theirs).exists()
        )
    return and_(true(), *tests)


def _stands(among: Among) -> ColumnElement[bool]:
    """Of a subscription of this status: nothing but that very status, or a break, is in the way."""
    if among.status is not SubscriptionStatus.ACTIVE:
        return why_not() == SkipReason.UNSUBSCRIBED
    return why_not() == SkipReason.RESTING if among.is_resting else why_not().is_(None)


def _begins(column: ColumnElement[str], begin: str) -> ColumnElement[bool]:
    return and_(column >= begin, column < begin + _LAST)


def _spellings(text: str) -> list[str]:
    """A name as databases may have made it small: some know A to Z only, and leave other capitals as they are."""
    small = "".join(letter.lower() if letter.isascii() else letter for letter in text)
    titled = "".join(letter.lower() if letter.isascii() else letter for letter in text.title())
    return list(dict.fromkeys([text.lower(), small, titled]))


def _clean(text: str) -> str:
    """What any database takes for text."""
    return "".join(letter for letter in text if letter.isprintable())[:320]
