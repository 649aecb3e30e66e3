"""The `Readers` contract on SQLite and PostgreSQL, and what holds only where several connections meet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.sql.dml import ReturningInsert

from newsletter.consent.membership_sql import Membership
from newsletter.consent.profiles_sql import Profiles
from newsletter.consent.tables import consent_request
from newsletter.db.engine import connect, reading, writing
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.readers.tables import subscriber
from newsletter.wiring.forget import FORGETS
from newsletter.words.consent import Asked
from newsletter.words.erasure import EraseKey, RequestOf
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.contracts.readers import ReadersContract
from tests.feedback.sent import Post
from tests.world import add_readers

ACTIVE = SubscriptionStatus.ACTIVE


@pytest.fixture
def readers(engine: Engine) -> Readers:
    return Readers(engine)


@pytest.fixture
def membership(engine: Engine) -> Membership:
    return Membership(engine)


class TestSqlReaders(ReadersContract):
    """SQLAlchemy Core on both databases."""


def _updated_at(engine: Engine, key: str) -> datetime:
    with reading(engine) as connection:
        return connection.execute(select(subscriber.c.updated_at).where(subscriber.c.email_key == key)).scalar_one()


@pytest.mark.parametrize(
    "goes",
    [
        lambda membership: membership.leave("ana@example.com", list_name=None),
        lambda membership: membership.suppress("Ana@example.com", SuppressionReason.UNSUBSCRIBE),
        lambda membership: membership.join(
            "weekly",
            [ReaderRow(email="ana@example.com", status=SubscriptionStatus.ENDED)],
            status=ACTIVE,
            consent=None,
        ),
    ],
    ids=["leave", "suppress", "an import that says ended"],
)
def test_whoever_goes_has_their_own_row_touched(engine: Engine, goes: Callable[[Membership], object]) -> None:
    """A sender's claim holds or waits for that row: without the update it would not notice them leave."""
    membership = Membership(engine)
    membership.join("weekly", [ReaderRow(email="ana@example.com")], status=ACTIVE, consent="x")
    before = _updated_at(engine, "ana@example.com")

    goes(membership)

    assert _updated_at(engine, "ana@example.com") > before


@pytest.mark.parametrize("how", ["leave", "suppress"])
def test_on_postgresql_leaving_waits_for_a_claim_that_holds_the_person(postgres_url: str, how: str) -> None:
    """Who leaves while a call is being prepared leaves after it, or is not in it: never in between."""
    engine = connect(postgres_url)
    membership = Membership(engine)
    membership.join("weekly", [ReaderRow(email="ana@example.com")], status=ACTIVE, consent="x")
    done = threading.Event()

    def go() -> None:
        if how == "leave":
            membership.leave("ana@example.com", list_name=None)
        else:
            membership.suppress("ana@example.com", SuppressionReason.UNSUBSCRIBE)
        done.set()

    leaver = threading.Thread(target=go)
    with writing(engine) as claim:
        claim.execute(select(subscriber.c.id).with_for_update(read=True)).all()
        leaver.start()
        waited = not done.wait(0.5)
    leaver.join(10)

    assert waited
    assert done.is_set()
    engine.dispose()


def test_imports_side_by_side_lose_and_double_nobody(engine: Engine) -> None:
    """Four imports of the same people in different orders, two unsubscribes among them: no deadlock, all accounted."""
    readers = Readers(engine)
    membership = Membership(engine)
    rows = [ReaderRow(email=f"r{number}@example.com", first_name=f"N{number}") for number in range(400)]
    orders = [rows, rows[::-1], rows[200:] + rows[:200], rows[100:300]]

    def bring(order: list[ReaderRow]) -> None:
        for start in range(0, len(order), 50):
            membership.join("weekly", order[start : start + 50], status=ACTIVE, consent="x")
            membership.leave(order[start].email, list_name=None)
            membership.suppress(order[start + 1].email, SuppressionReason.MANUAL)

    with ThreadPoolExecutor(4) as pool:
        for finished in [pool.submit(bring, order) for order in orders]:
            finished.result()

    people = list(readers.iterate("weekly"))
    assert len({person.email for person in people}) == len(people) == 400
    gone = {order[start].email for order in orders for start in range(0, len(order), 50)}
    stopped = {order[start + 1].email for order in orders for start in range(0, len(order), 50)}
    for person in people:
        if person.email in gone:
            assert person.subscriptions[0].status is SubscriptionStatus.ENDED
        assert (person.suppressed is not None) == (person.email in stopped)


def test_a_newcomer_never_takes_the_place_of_somebody_who_was_erased(engine: Engine) -> None:
    """The ledger and the links in mails know people by number: the newest one's number must not be given again."""
    gone = add_readers(engine, "weekly", range(3))[-1]
    held = Post(engine)
    mailing = held.plan(1)
    held.hand_over(mailing)
    assert held.ledger.control.finish_if_done(mailing.id)
    Profiles(engine, EraseKey(b"k" * 32), FORGETS).erase("reader2@example.com", RequestOf.READER)

    (newcomer,) = add_readers(engine, "weekly", [3])

    assert newcomer != gone
    assert ["reader3@example.com"] == [line["email"] for line in held.send(1)]


def test_the_number_of_a_request_is_never_given_again(engine: Engine) -> None:
    """A link to confirm bears it: one that was mailed to somebody else must not confirm a later request."""
    with writing(engine) as connection:
        first = connection.execute(_a_request("ana@example.com")).scalar_one()
        connection.execute(delete(consent_request))
        second = connection.execute(_a_request("ben@example.com")).scalar_one()

    assert second != first


def _a_request(email: str) -> ReturningInsert[tuple[int]]:
    words = {"email": email, "email_key": email, "asked": Asked.FORM, "requested_at": datetime.now(UTC)}
    return insert(consent_request).values(**words).returning(consent_request.c.id)
