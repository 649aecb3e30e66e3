"""Who is erased is in no column of any table, under no address that they ever had; only hashes and numbers stay."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from sqlalchemy import Engine, insert, select, text, update

from newsletter.consent.requests_sql import NewRequest
from newsletter.consent.tables import asking_again
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.feedback.tables import event
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import attempt, delivery, mailing, parcel
from newsletter.notices.notice import Notice
from newsletter.notices.notices_sql import Notices
from newsletter.readers.tables import erasure
from newsletter.wiring.schema import metadata
from newsletter.words.consent import Asked
from newsletter.words.erasure import RequestOf
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.web.conftest import World
from tests.web.test_another_address import bring, leaves, move
from tests.world import an_edition

OLD, NEW, UNPROVED = "Quill.Old@example.com", "quill+new@example.org", "quill_wish@example.net"
OTHER = "bo@example.com"


def where_it_stands(engine: Engine, mark: str) -> set[str]:
    """Every column of every table, those of the migrations included, in which a text stands in any case."""
    return {column for column, value in _cells(engine) if mark in value.lower()}


def _cells(engine: Engine) -> Iterator[tuple[str, str]]:
    with reading(engine) as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(text(f"SELECT * FROM {table.name}")):
                yield from ((f"{table.name}.{name}", str(value)) for name, value in row._mapping.items())


def told(engine: Engine, number: int, **facts: object) -> None:
    times = {"happened_at": database_now(), "received_at": database_now()}
    with writing(engine) as connection:
        one = {"provider": "sendgrid", "event_id": f"e{number}", "kind": "bounced", "weight": 1, **facts}
        connection.execute(insert(event).values(**one, **times))


def fill(world: World) -> int:
    """A reader with two addresses of whom everything is known that can be; their number."""
    parts, engine = world.parts, world.parts.engine
    bring(world, f"email,first_name,tags\n{OLD},Quill,quills\n{OTHER},Bo,\n", undoable=True)
    world.subscribe(OLD)
    mailing_row, _ = plan(parts.ledger, parts.clock, an_edition(7), list_name="weekly", parcel_size=10)
    person = move(world, OLD, NEW)
    bring(world, f"email,first_name,city\n{NEW},Quillon,Oslo\n{OTHER},Boris,Oslo\n", undoable=True)
    bring(world, f"email,status\n{OLD},unsubscribed\n", undoable=True)
    world.client.post(f"{world.own(person)}/address", data={"email": UNPROVED})
    parts.segments.set_tag(NEW, "quill-tag", on=True)
    parts.segments.save("two", f'email = "{OLD}" or email = "{NEW}"')
    world.client.post(f"/preferences/{world.token('p', person)}/pause", data={"weeks": "4"})
    leaves(world, person)
    world.client.post(f"/u/{world.token('u', person)}/why", data={"reason": "often"})
    parts.consent.membership.suppress(NEW, SuppressionReason.COMPLAINT)
    with writing(engine) as connection:
        (one,) = connection.scalars(select(delivery.c.id).where(delivery.c.subscriber_id == person))
        of = connection.scalar(select(delivery.c.parcel_id).where(delivery.c.id == one))
        said = f"550 5.1.1 <{OLD.upper()}>: no such user"
        tried = {"token": "t", "sender": "s", "provider": "smtp", "started_at": database_now()}
        tried |= {
            "deadline_at": database_now(),
            "outcome": "refused",
            "reason": said,
            "parcel_id": of,
            "carried": [one],
        }
        connection.execute(insert(attempt).values(tried))
        connection.execute(
            update(delivery).where(delivery.c.id == one).values(reason=said, handover="refused", unheld="refused")
        )
        connection.execute(update(parcel).where(parcel.c.id == of).values(last_reason=said))
        paused = {"pause_reason": f"The last: {said}", "segment": f'email = "{NEW}"'}
        connection.execute(update(mailing).where(mailing.c.id == mailing_row.id).values(paused))
        asking = {"list_id": 1, "segment": f'email = "{OLD}"', "days": 14, "asked_at": database_now()}
        connection.execute(insert(asking_again).values(asking))
    told(engine, 1, delivery_id=one, reason=said, url=f"https://example.com/?m={quote(NEW, safe='')}")
    told(engine, 2, email=OLD, raw=f'{{"email": "{OLD}"}}', reason=said)
    told(engine, 3, email=UNPROVED, reason=f"<{UNPROVED}> rejected")
    told(engine, 4, email=OTHER, reason="kept")
    about = {"about": "issue 7", "kind": "paused", "tell": ("mara@ferries.example.com",), "made_at": parts.clock.now()}
    Notices(engine).add(Notice(**about, subject="Paused", body=f"It said: {said}"))  # type: ignore[arg-type]
    return person


def test_an_erased_reader_stands_in_no_column_of_any_table(world: World) -> None:
    """Two addresses, one that was only asked for, names, tags, notes of imports, and what providers and segments said."""
    person, engine = fill(world), world.parts.engine
    before = where_it_stands(engine, "quill")
    assert before >= {
        "subscriber.email",
        "subscriber.email_key",
        "subscriber.first_name",
        "tag.name",
        "former_address.email_key",
        "suppression.email_key",
        "import_change.email_key",
        "import_change.made",
        "import_tag.email_key",
        "import_suppression.email_key",
        "consent_request.email",
        "event.email",
        "event.raw",
        "event.reason",
        "event.url",
        "delivery.reason",
        "attempt.reason",
        "parcel.last_reason",
        "mailing.pause_reason",
        "mailing.segment",
        "asking_again.segment",
        "notice.body",
        "segment.question",
    }

    world.client.post(f"{world.own_link(person)}/erase")

    assert where_it_stands(engine, "quill") == set()
    with reading(engine) as connection:
        marks = set(connection.scalars(select(erasure.c.hash)))
    assert marks == {world.parts.erase_key.mark(one) for one in (OLD, NEW)}
    assert where_it_stands(engine, OTHER) >= {"subscriber.email", "event.email", "import_change.email_key"}
    assert "(erased)" in world.parts.segments.get("two")
    # A number is a number again: nothing but the ledger and what was heard of it is kept under it.
    with reading(engine) as connection:
        kept = {
            table.name
            for table in metadata.sorted_tables
            if "subscriber_id" in table.c
            and connection.scalar(select(table.c.subscriber_id).where(table.c.subscriber_id == person).limit(1))
        }
    assert kept == {"delivery"}


def test_nobody_brings_an_erased_reader_back_under_any_address_they_had(world: World) -> None:
    """Each has a hash of its own; the one that they only asked for was never theirs."""
    person = fill(world)
    world.parts.consent.profiles.erase(NEW, RequestOf.OWNER)

    report, _ = bring(world, f"email\n{OLD.lower()}\n{NEW.upper()}\n{UNPROVED}\n")

    assert (report.added, report.suppressed) == (1, 2)
    assert world.parts.readers.find(person) is None
    assert world.status(UNPROVED) == SubscriptionStatus.ACTIVE
    request = NewRequest(email=OLD, asked=Asked.ADD, lists=[1])
    world.parts.consent.requests.ask(request)
    assert world.parts.post_office.post_waiting() == 0
