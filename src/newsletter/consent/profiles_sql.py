"""A person found by number, and what they may change about themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, delete, func, insert, select, update

from newsletter.consent.erase_sql import Forget, empty_log, erase_person
from newsletter.db.engine import reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.feedback.tables import event
from newsletter.ledger.tables import delivery
from newsletter.readers.former_addresses_sql import find_one, former_of
from newsletter.readers.lists_sql import no_such_list
from newsletter.readers.pages import Erasure, FormerAddress, ListPage
from newsletter.readers.people_sql import people_by_number
from newsletter.readers.tables import erasure, mailing_list, rest, subscriber, subscription, suppression
from newsletter.readers.tags_sql import tags_by_number
from newsletter.words.erasure import EraseKey, RequestOf
from newsletter.words.event import EventKind
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.subscriber import Subscriber, SubscriptionStatus, address_key

_LONGEST_TITLE = 200


class Profiles:
    """One person, as the public pages need them: found by number, changed by themselves, erased at their word."""

    def __init__(
        self, engine: Engine, erase_key: EraseKey, forgets: Sequence[Forget], *, house_title: str = ""
    ) -> None:
        """`forgets` take away what each room keeps about a person.

        `house_title` is what readers call the newsletter's first list while it has no title of its own."""
        self._engine = engine
        self._erase_key = erase_key
        self._forgets = forgets
        self._house_title = house_title

    def find(self, subscriber: int) -> Subscriber | None:
        """The person with their tags."""
        for person in people_by_number(self._engine, [subscriber]):
            with reading(self._engine) as connection:
                return replace(person, tags=tuple(tags_by_number(connection, [subscriber]).get(subscriber, ())))
        return None

    def list_pages(self) -> Sequence[ListPage]:
        """Every list, the oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(mailing_list).order_by(mailing_list.c.id)).all()
        house = self._house_title
        return [
            ListPage(
                id=row.id,
                name=row.name,
                title=row.title or (house if number == 0 and house else row.name),
                is_open=row.is_open,
            )
            for number, row in enumerate(rows)
        ]

    def set_page(self, name: str, *, title: str | None = None, is_open: bool | None = None) -> None:
        """Change how readers meet a list. Raises Missing, and Mistake for a title that is none."""
        if title is not None and (len(title) > _LONGEST_TITLE or not title.isprintable()):
            raise Mistake(
                f"{title[:80]!r} cannot be the title of a list.",
                fix=f"Use at most {_LONGEST_TITLE} letters, digits and signs on one line.",
            )
        values = {"title": title, "is_open": is_open}
        given = {column: value for column, value in values.items() if value is not None}
        with writing(self._engine) as connection:
            changed = connection.execute(update(mailing_list).where(mailing_list.c.name == name).values(**given))
        if not changed.rowcount:
            raise no_such_list(name)

    @patiently
    def change(self, subscriber: int, *, first_name: str, last_name: str, language: str) -> None:
        person = _table
        with writing(self._engine) as connection:
            found = connection.execute(
                select(person.c.fields).where(person.c.id == subscriber).with_for_update()
            ).scalar_one_or_none()
            if found is None:
                return
            facts = {**found, "language": language}
            if not language:
                facts.pop("language")
            connection.execute(
                update(person)
                .where(person.c.id == subscriber)
                .values(first_name=first_name, last_name=last_name, fields=facts, updated_at=database_now())
            )

    @patiently
    def join_open(self, subscriber: int, lists: Sequence[int], *, wording: str) -> int:
        """Put a known person on open lists, at their own word. Returns how many are new to them."""
        added = 0
        with writing(self._engine) as connection:
            known = select(_table.c.id).where(_table.c.id == subscriber)
            blocked = known.join(suppression, suppression.c.email_key == _table.c.email_key)
            if connection.scalar(known.with_for_update()) is None or connection.scalar(blocked) is not None:
                return 0
            is_open = select(mailing_list.c.id).where(mailing_list.c.id.in_(lists), mailing_list.c.is_open)
            for list_id in connection.scalars(is_open.order_by(mailing_list.c.id)).all():
                theirs = and_(subscription.c.list_id == list_id, subscription.c.subscriber_id == subscriber)
                values = {"status": SubscriptionStatus.ACTIVE, "consent": wording, "since_at": database_now()}
                status = connection.scalar(select(subscription.c.status).where(theirs))
                if status == SubscriptionStatus.ACTIVE:
                    continue
                added += 1
                if status is None:
                    connection.execute(insert(subscription).values(list_id=list_id, subscriber_id=subscriber, **values))
                else:
                    connection.execute(update(subscription).where(theirs).values(**values))
        return added

    @patiently
    def rest(self, subscriber: int, until_at: datetime | None) -> None:
        """No issue for this person before that time; None ends it."""
        with writing(self._engine) as connection:
            # As with leaving: whoever is preparing a call holds this row, or sees what follows.
            connection.execute(update(_table).where(_table.c.id == subscriber).values(updated_at=database_now()))
            connection.execute(delete(rest).where(rest.c.subscriber_id == subscriber))
            if until_at is not None:
                statement = insert_into(connection, rest).values(subscriber_id=subscriber, until_at=until_at)
                connection.execute(statement.on_conflict_do_nothing())

    def find_rest(self, subscriber: int) -> datetime | None:
        """Until when a person wants no mail; None where that is over or never was."""
        with reading(self._engine) as connection:
            return connection.scalar(
                select(rest.c.until_at).where(rest.c.subscriber_id == subscriber, rest.c.until_at > database_now())
            )

    def former_addresses(self, subscriber: int) -> Sequence[tuple[str, datetime]]:
        """The addresses that a person has given up for another one, with the time, oldest first."""
        with reading(self._engine) as connection:
            return former_of(connection, subscriber)

    def find_former(self, email: str) -> FormerAddress | None:
        """What is known of an address that its reader has given up; None for every other."""
        with reading(self._engine) as connection:
            return find_one(connection, address_key(email))

    def issues_of(self, subscriber: int) -> Sequence[Mapping[str, object]]:
        """What was done with each issue for a person (`issue`, `handover`, `fate`), and `opened` and `clicked` times."""

        def times(kind: EventKind) -> ColumnElement[int]:
            of_it = event.c.delivery_id == delivery.c.id, event.c.kind == kind, ~event.c.by_machine
            return select(func.count()).where(*of_it).correlate(delivery).scalar_subquery().label(kind.value)

        query = (
            select(
                delivery.c.issue,
                delivery.c.handover,
                delivery.c.fate,
                times(EventKind.OPENED),
                times(EventKind.CLICKED),
            )
            .where(delivery.c.subscriber_id == subscriber)
            .order_by(delivery.c.issue, delivery.c.id)
        )
        with reading(self._engine) as connection:
            return [{str(name): value for name, value in row._mapping.items()} for row in connection.execute(query)]

    def heard_of(self, subscriber: int) -> Sequence[Mapping[str, object]]:
        """What the provider told about this person: `issue`, `what`, `happened_at`, `url`, `reason`, `by_machine`."""
        query = (
            select(
                event.c.issue,
                event.c.kind.label("what"),
                event.c.happened_at,
                event.c.url,
                event.c.reason,
                event.c.by_machine,
            )
            .join(delivery, delivery.c.id == event.c.delivery_id)
            .where(delivery.c.subscriber_id == subscriber)
            .order_by(event.c.happened_at, event.c.id)
        )
        with reading(self._engine) as connection:
            return [{str(name): value for name, value in row._mapping.items()} for row in connection.execute(query)]

    @patiently
    def erase(self, email: str, request_of: RequestOf) -> bool:
        """Forget a person but for a keyed hash of each address they had; deliveries stay, without them.

        False where nothing is known of them. Raises NotNow for an address that its reader has given up for another one.
        """
        with writing(self._engine) as connection:
            former = find_one(connection, address_key(email))
            if former and former.present:
                raise NotNow(
                    f"The reader who had {email} has another address now, so nobody was erased.",
                    fix=f"Erase them there, and all that is kept about {email} goes as well: {former.present}",
                )
            known = erase_person(connection, email, self._erase_key, request_of, self._forgets)
        empty_log(self._engine)
        return known

    def find_erasure(self, email: str) -> Erasure | None:
        query = select(erasure).where(erasure.c.hash == self._erase_key.mark(email))
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Erasure(erased_at=row.erased_at, request_of=RequestOf(row.request_of), returned_at=row.returned_at)


_table = subscriber
