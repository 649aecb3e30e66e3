"""What one person may change about themselves, what is known of them, and their erasing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, delete, func, insert, select, update

from newsletter.consent.erase_sql import Forget, empty_log, erase_person
from newsletter.db.engine import reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.rows import named_rows
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.feedback.tables import event
from newsletter.ledger.tables import delivery, parcel, state_of
from newsletter.readers.former_addresses_sql import find_one
from newsletter.readers.lists_sql import no_such_list
from newsletter.readers.pages import Erasure
from newsletter.readers.tables import erasure, mailing_list, rest, subscriber, subscription, suppression
from newsletter.words.erasure import EraseKey, RequestOf
from newsletter.words.event import EventKind
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.subscriber import SubscriptionStatus, address_key

_LONGEST_TITLE = 200


class Profiles:
    """One person: changed by themselves, shown what is kept about them, erased when they ask."""

    def __init__(self, engine: Engine, erase_key: EraseKey, forgets: Sequence[Forget]) -> None:
        """`forgets` delete what each room keeps about a person."""
        self._engine = engine
        self._erase_key = erase_key
        self._forgets = forgets

    def set_page(self, name: str, *, title: str | None = None, is_open: bool | None = None) -> None:
        """Change how pages show a list to readers. Raises Missing, and Mistake for a title that can't be used."""
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
    def change(self, number: int, *, first_name: str, last_name: str, language: str) -> None:
        with writing(self._engine) as connection:
            found = connection.execute(
                select(subscriber.c.fields).where(subscriber.c.id == number).with_for_update()
            ).scalar_one_or_none()
            if found is None:
                return
            facts = {**found, "language": language}
            if not language:
                facts.pop("language")
            connection.execute(
                update(subscriber)
                .where(subscriber.c.id == number)
                .values(first_name=first_name, last_name=last_name, fields=facts, updated_at=database_now())
            )

    @patiently
    def join_open(self, number: int, lists: Sequence[int], *, wording: str) -> int:
        """Put a known person on open lists, because they ask. Returns how many are new to them."""
        added = 0
        with writing(self._engine) as connection:
            known = select(subscriber.c.id).where(subscriber.c.id == number)
            blocked = known.join(suppression, suppression.c.email_key == subscriber.c.email_key)
            if connection.scalar(known.with_for_update()) is None or connection.scalar(blocked) is not None:
                return 0
            is_open = select(mailing_list.c.id).where(mailing_list.c.id.in_(lists), mailing_list.c.is_open)
            for list_id in connection.scalars(is_open.order_by(mailing_list.c.id)).all():
                theirs = and_(subscription.c.list_id == list_id, subscription.c.subscriber_id == number)
                values = {"status": SubscriptionStatus.ACTIVE, "consent": wording, "since_at": database_now()}
                status = connection.scalar(select(subscription.c.status).where(theirs))
                if status == SubscriptionStatus.ACTIVE:
                    continue
                added += 1
                if status is None:
                    connection.execute(insert(subscription).values(list_id=list_id, subscriber_id=number, **values))
                else:
                    connection.execute(update(subscription).where(theirs).values(**values))
        return added

    @patiently
    def rest(self, number: int, until_at: datetime | None) -> None:
        """No issue for this person before that time; None ends it."""
        with writing(self._engine) as connection:
            # As with leaving: a sender that prepares a call holds this row, or sees the change.
            connection.execute(update(subscriber).where(subscriber.c.id == number).values(updated_at=database_now()))
            connection.execute(delete(rest).where(rest.c.subscriber_id == number))
            if until_at is not None:
                statement = insert_into(connection, rest).values(subscriber_id=number, until_at=until_at)
                connection.execute(statement.on_conflict_do_nothing())

    def issues_of(self, number: int) -> Sequence[Mapping[str, object]]:
        """What was done with each issue for a person (`issue`, `handover`, `fate`), and `opened` and `clicked` times."""

        def times(kind: EventKind) -> ColumnElement[int]:
            of_it = event.c.delivery_id == delivery.c.id, event.c.kind == kind, ~event.c.by_machine
            return select(func.count()).where(*of_it).correlate(delivery).scalar_subquery().label(kind.value)

        query = (
            select(
                delivery.c.issue,
                state_of().label("handover"),
                delivery.c.fate,
                times(EventKind.OPENED),
                times(EventKind.CLICKED),
            )
            .join(parcel, parcel.c.id == delivery.c.parcel_id)
            .where(delivery.c.subscriber_id == number)
            .order_by(delivery.c.issue, delivery.c.id)
        )
        with reading(self._engine) as connection:
            return named_rows(connection, query)

    def heard_of(self, number: int) -> Sequence[Mapping[str, object]]:
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
            .where(delivery.c.subscriber_id == number)
            .order_by(event.c.happened_at, event.c.id)
        )
        with reading(self._engine) as connection:
            return named_rows(connection, query)

    @patiently
    def erase(self, email: str, request_of: RequestOf) -> bool:
        """Forget a person except for a keyed hash of each address they had; deliveries stay, without them.

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
