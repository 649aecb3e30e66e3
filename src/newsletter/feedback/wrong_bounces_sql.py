"""Bounces that the owner calls wrong, many at a time: who comes off the do-not-mail list, and back onto which lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, delete, func, insert, or_, select, update

from newsletter.consent.do_not_mail_sql import Cause, pardon_all, take_off
from newsletter.consent.membership_sql import Membership
from newsletter.consent.tables import pardon
from newsletter.db.domains import domain_column
from newsletter.db.engine import let_others_in, reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.db.upsert import insert_into
from newsletter.feedback.bounces_sql import comes_back, is_of_it, put_back
from newsletter.feedback.tables import bounce_undo, bounced_off, event
from newsletter.feedback.wrong_bounces import Looked, Undone, Which
from newsletter.ledger.tables import delivery
from newsletter.readers.tables import subscriber, subscription, suppression
from newsletter.words.subscriber import SuppressionReason

# Short transactions: an unsubscribe must not wait for us.
_SLICE = 2_000
_SHOWN = 8
_by_bounce = suppression.c.event_id.is_not(None)
_is_top = suppression.c.reason == SuppressionReason.HARD_BOUNCE
_is_alone = suppression.c.besides.is_(None)


class WrongBounces:
    """Takes back what wrong bounces did: looked at first, done in one go, and put back where that was wrong."""

    def __init__(self, engine: Engine, membership: Membership) -> None:
        self._engine, self._membership = engine, membership

    def look(self, which: Which) -> Looked:
        theirs = _entries(which)
        n = func.count()
        with reading(self._engine) as connection:
            when = func.min(suppression.c.bounced_at), func.max(suppression.c.bounced_at)
            free = select(n, *when).where(theirs, _is_top, _is_alone)
            n_addresses, first_at, last_at = connection.execute(free).one()
            n_stay = connection.scalar(select(n).where(theirs, or_(~_is_top, ~_is_alone))) or 0
            coming = _runs(which).with_only_columns(n).join(subscription, is_of_it()).where(comes_back())
            n_subscriptions = connection.scalar(coming) or 0
            domain = domain_column(connection, suppression.c.email_key)
            domains = select(domain, n).where(theirs, _is_top, _is_alone).group_by(domain)
            words = func.coalesce(event.c.reason, "")
            said = (
                select(words, n)
                .select_from(suppression)
                .join(event, event.c.id == suppression.c.event_id)
                .where(theirs, _is_top, _is_alone)
                .group_by(words)
            )
            return Looked(
                n_addresses=n_addresses,
                n_stay=n_stay,
                n_subscriptions=n_subscriptions,
                first_at=first_at,
                last_at=last_at,
                domains=_most(connection, domains),
                said=[(one, number) for one, number in _most(connection, said) if one],
            )

    def undo(self, which: Which) -> Undone | None:
        """Take those off the do-not-mail list who are there because of such a bounce and for no other reason.

        A person's own word, a complaint and a block by hand stay. Subscriptions that ended because of such bounces are
        as they were before, except those of readers who left since. What was heard up to now changes nothing any more.
        None where there was nothing to do. Killed in the middle it goes on when it is called again.
        """
        number = self._begin(which)
        if number is None:
            return None
        after = ""
        while last := self._undo_some(number, which, after):
            after = last
            let_others_in(self._engine)
        while self._restore_some(number, which):
            let_others_in(self._engine)
        return next(one for one in self.list_undone(most=1) if one.number == number)

    def _begin(self, which: Which) -> int | None:
        with writing(self._engine) as connection:
            # The owner's decision covers those as well who stay off for another reason.
            entry = select(suppression.c.email_key).where(_entries(which)).limit(1)
            if connection.scalar(entry) is None and connection.scalar(_runs(which).limit(1)) is None:
                return None
            number: int = connection.execute(
                insert(bounce_undo)
                .values(
                    issue=which.issue,
                    since_at=which.since_at,
                    until_at=which.until_at,
                    domain=which.domain,
                    undone_at=database_now(),
                )
                .returning(bounce_undo.c.id)
            ).scalar_one()
            return number

    def _undo_some(self, number: int, which: Which, after: str) -> str | None:
        """Undo for the next addresses after `after`. Returns the last of them."""
        some = select(suppression.c.email_key, _is_top.label("is_top"), _is_alone.label("is_alone"))
        some = (
            some.where(_entries(which), suppression.c.email_key > after).order_by(suppression.c.email_key).limit(_SLICE)
        )
        with writing(self._engine) as connection:
            rows = connection.execute(some.with_for_update()).all()
            everybody = [row.email_key for row in rows]
            off = [row.email_key for row in rows if row.is_top and row.is_alone]
            _forgive(connection, everybody)
            pardon_all(connection, everybody, undo=None)
            take_off(connection, off, undo=number)
            _leave_the_rest(connection, everybody)
            _add(connection, number, n_addresses=len(off))
        return rows[-1].email_key if rows else None

    def _restore_some(self, number: int, which: Which) -> bool:
        people = _runs(which).with_only_columns(bounced_off.c.subscriber_id).distinct().limit(_SLICE)
        with writing(self._engine) as connection:
            ids = connection.scalars(people).all()
            locked = select(subscriber.c.id).where(subscriber.c.id.in_(ids)).order_by(subscriber.c.id)
            connection.execute(locked.with_for_update())
            _forgive_runs(connection, ids)
            _add(connection, number, n_subscriptions=put_back(connection, ids))
        return bool(ids)

    def put_back(self, number: int) -> int | None:
        """Put the addresses of an undo back on the do-not-mail list, in slices.

        It can be repeated: an address that is back on the list has lost its pardon."""
        with reading(self._engine) as connection:
            mine = bounce_undo.c.id == number, bounce_undo.c.put_back_at.is_(None)
            if connection.scalar(select(bounce_undo.c.id).where(*mine)) is None:
                return None
        n_addresses = 0
        while n_some := self._put_back_some(number):
            n_addresses += n_some
            let_others_in(self._engine)
        with writing(self._engine) as connection:
            connection.execute(update(bounce_undo).where(*mine).values(put_back_at=database_now()))
        return n_addresses

    def _put_back_some(self, number: int) -> int:
        some = select(pardon).where(pardon.c.undo_id == number).order_by(pardon.c.email_key).limit(_SLICE)
        with writing(self._engine) as connection:
            rows = connection.execute(some.with_for_update()).all()
            causes = {
                row.email_key: Cause(event_id=row.event_id, issue=row.issue) for row in rows if row.event_id is not None
            }
            reasons = {row.email_key: SuppressionReason.HARD_BOUNCE for row in rows}
            if reasons:
                self._membership.suppress_within(connection, list(reasons.items()), causes=causes)
                connection.execute(delete(pardon).where(pardon.c.email_key.in_(reasons)))
        return len(rows)

    def list_undone(self, *, most: int) -> Sequence[Undone]:
        """The newest first."""
        query = select(bounce_undo).order_by(bounce_undo.c.id.desc()).limit(most)
        with reading(self._engine) as connection:
            return [_undone(row) for row in connection.execute(query)]


def _entries(which: Which) -> ColumnElement[bool]:
    """Addresses with such a bounce, whatever other reason there is."""
    return and_(_by_bounce, *_fits(which, suppression, suppression.c.email_key))


def _runs(which: Which) -> Select[int]:
    """Notes of runs of bounces that such a bounce brought to an end."""
    return (
        select(bounced_off.c.subscriber_id)
        .join(subscriber, subscriber.c.id == bounced_off.c.subscriber_id)
        .where(bounced_off.c.ended_at.is_not(None), *_fits(which, bounced_off, subscriber.c.email_key))
    )


def _fits(which: Which, of: Table, key: ColumnElement[str]) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if which.issue is not None:
        wanted.append(of.c.issue == which.issue)
    if which.since_at is not None:
        wanted.append(of.c.bounced_at >= which.since_at)
    if which.until_at is not None:
        wanted.append(of.c.bounced_at < which.until_at)
    if which.domain:
        wanted.append(key.endswith(f"@{which.domain}", autoescape=True))
    return wanted


def _most(connection: Connection, counted: Select[*tuple[Any, ...]]) -> list[tuple[str, int]]:
    rows = connection.execute(counted.order_by(func.count().desc()).limit(_SHOWN))
    return [(str(row[0]), int(row[1])) for row in rows]


def _forgive(connection: Connection, keys: Sequence[str]) -> None:
    """Take the bounce out of every run, whichever list the reader is on."""
    mail = (
        select(subscription.c.subscriber_id, subscription.c.list_id, event.c.delivery_id)
        .select_from(suppression)
        .join(event, event.c.id == suppression.c.event_id)
        .join(subscriber, subscriber.c.email_key == suppression.c.email_key)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(suppression.c.email_key.in_(keys), event.c.delivery_id.is_not(None))
    )
    noting = insert_into(connection, bounced_off).from_select(["subscriber_id", "list_id", "forgiven_delivery"], mail)
    newer = noting.excluded.forgiven_delivery
    connection.execute(
        noting.on_conflict_do_update(
            index_elements=["subscriber_id", "list_id"],
            set_={"forgiven_delivery": newer},
            where=newer > bounced_off.c.forgiven_delivery,
        )
    )


def _forgive_runs(connection: Connection, people: Sequence[int]) -> None:
    """Forgive all that bounced so far of readers who come back."""
    last = (
        select(func.max(delivery.c.id))
        .where(delivery.c.issue == bounced_off.c.issue, delivery.c.subscriber_id == bounced_off.c.subscriber_id)
        .correlate(bounced_off)
        .scalar_subquery()
    )
    is_off = bounced_off.c.subscriber_id.in_(people), bounced_off.c.ended_at.is_not(None)
    connection.execute(update(bounced_off).where(*is_off).values(forgiven_delivery=func.coalesce(last, 0)))


def _leave_the_rest(connection: Connection, keys: Sequence[str]) -> None:
    """An address that stays off for another reason loses the bounce alone; what stood beside it takes its place."""
    rest = suppression.c.email_key.in_(keys)
    besides = {"reason": suppression.c.besides, "since_at": suppression.c.besides_since}
    connection.execute(update(suppression).where(rest, _is_top, ~_is_alone).values(besides))
    nothing = dict.fromkeys(("event_id", "issue", "bounced_at", "besides", "besides_since"))
    connection.execute(update(suppression).where(rest).values(nothing))


def _undone(row: AnyRow) -> Undone:
    which = Which(issue=row.issue, since_at=row.since_at, until_at=row.until_at, domain=row.domain)
    return Undone(
        number=row.id,
        which=which,
        undone_at=row.undone_at,
        n_addresses=row.n_addresses,
        n_subscriptions=row.n_subscriptions,
        put_back_at=row.put_back_at,
    )


def _add(connection: Connection, number: int, **counts: int) -> None:
    more = {name: bounce_undo.c[name] + count for name, count in counts.items()}
    connection.execute(update(bounce_undo).where(bounce_undo.c.id == number).values(more))
