"""Segments over real readers: what they did, on both databases, and a sending that goes to those who fit."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, insert, select, update

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.feedback.tables import event
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import delivery, mailing
from newsletter.readers.tables import subscriber, subscription
from newsletter.segments.segments_sql import Segments
from newsletter.wiring import SystemClock
from newsletter.words.event import EventKind
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.mistake import Missing, Mistake, NotNow
from tests.world import add_readers, an_edition


def sent(engine: Engine, issue: int, *, list_name: str = "weekly", segment: str = "") -> None:
    """An issue that everybody on the list got, or everybody who fits."""
    ledger = open_ledger(engine)
    edition = an_edition(issue)
    row, _ = plan(ledger, SystemClock(), edition, list_name=list_name, parcel_size=50, segment=segment)
    with writing(engine) as connection:
        connection.execute(update(delivery).where(delivery.c.issue == issue).values(handover=HandOver.ACCEPTED))
        connection.execute(update(mailing).where(mailing.c.id == row.id).values(status=MailingStatus.FINISHED))


def did(
    engine: Engine, kind: EventKind, issue: int, numbers: range, *, url: str = "", by_machine: bool = False
) -> None:
    """Readers by number did something with an issue; told twice, as providers do."""
    with writing(engine) as connection:
        people = select(delivery.c.id, subscriber.c.email).join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        ids = {row.email: row.id for row in connection.execute(people.where(delivery.c.issue == issue))}
        for number in numbers:
            for again in range(2):
                connection.execute(
                    insert(event).values(
                        provider="x",
                        event_id=f"{kind}{issue}-{number}-{again}-{by_machine}",
                        kind=kind,
                        weight=1,
                        by_machine=by_machine,
                        happened_at=database_now(),
                        received_at=database_now(),
                        issue=issue,
                        delivery_id=ids[f"reader{number}@example.com"],
                        url=url,
                    )
                )


def heard(engine: Engine, issue: int) -> None:
    """A machine fetched the pictures of one copy: opens are told, if not of anybody."""
    did(engine, EventKind.OPENED, issue, range(1, 2), by_machine=True)
    Segments(engine).refresh()


@pytest.fixture
def segments(engine: Engine) -> Segments:
    """Twenty readers, three issues: 1-10 opened the first, 1-5 the second, 1-3 clicked in the third."""
    add_readers(engine, "weekly", range(1, 21))
    for issue in (1, 2, 3):
        sent(engine, issue)
    did(engine, EventKind.OPENED, 1, range(1, 11))
    did(engine, EventKind.OPENED, 2, range(1, 6))
    did(engine, EventKind.OPENED, 2, range(15, 21), by_machine=True)
    did(engine, EventKind.CLICKED, 3, range(1, 4), url="https://example.org/a?x=1")
    return Segments(engine)


def test_questions_are_answered_from_what_readers_did(engine: Engine, segments: Segments) -> None:
    """Each event counts once, machines not at all, and who clicked has read."""
    with writing(engine) as connection:
        connection.execute(
            update(subscriber).where(subscriber.c.email == "reader7@example.com").values(fields={"city": "Köln % _ '"})
        )
    segments.set_tag("reader2@example.com", "VIP", on=True)
    answers = {
        "opened 1 of last 3": 10,
        "opened 2 of last 3": 5,
        "opened 3 of last 3": 3,
        "opened 1 of last 1": 3,
        "clicked 1 of last 3": 3,
        'clicked "https://example.org/a"': 3,
        'clicked "https://example.org/b"': 0,
        "got issue 2": 20,
        "got issue 9": 0,
        "engaged": 20,
        "not engaged": 0,
        "tagged vip": 1,
        "not tagged vip and opened 1 of last 3": 9,
        'city = "KÖLN % _ \'"': 1,
        'city contains "_x"': 0,
        'city = ""': 19,
        'first_name starts with "reader 1"': 11,
        "joined after 2020-01-01": 20,
        "joined before 2020-01-01": 0,
    }

    assert {question: segments.count(question, list_name="weekly") for question in answers} == answers
    assert segments.count("opened 1 of last 3", list_name="weekly") == 10


@pytest.mark.parametrize("kept", ["Österreich", "österreich", "ÖSTERREICH"])
def test_letters_beyond_a_to_z_are_compared_without_case_as_well(engine: Engine, kept: str) -> None:
    """Whatever the database itself knows of them: who asks for Österreich finds Österreich."""
    add_readers(engine, "weekly", range(1, 3))
    with writing(engine) as connection:
        first = subscriber.c.email == "reader1@example.com"
        connection.execute(update(subscriber).where(first).values(fields={"country": kept}, last_name=f"von {kept}"))
    answers = {
        'country = "Österreich"': 1,
        'country = "österreich"': 1,
        'COUNTRY = "ÖSTERREICH"': 1,
        'country != "Österreich"': 1,
        'country starts with "Ö"': 1,
        'country contains "Ä"': 0,
        'last_name ends with "ÖSTERREICH"': 1,
    }

    segments = Segments(engine)
    assert {question: segments.count(question, list_name="weekly") for question in answers} == answers


def test_nobody_is_called_unengaged_before_twelve_of_our_issues(engine: Engine, segments: Segments) -> None:
    """And then only who was on the list for all of them and read none."""
    for issue in range(4, 12):
        sent(engine, issue)
        heard(engine, issue)
    assert segments.count("not engaged", list_name="weekly") == 0
    sent(engine, 12)
    heard(engine, 12)
    with writing(engine) as connection:
        late = select(subscriber.c.id).where(subscriber.c.email == "reader20@example.com")
        theirs = subscription.c.subscriber_id.in_(late)
        connection.execute(update(subscription).where(theirs).values(since_at=database_now()))

    assert segments.count("not engaged", list_name="weekly") == 9


def test_issues_of_which_nothing_is_ever_told_call_nobody_unengaged(engine: Engine, segments: Segments) -> None:
    """Where opens and clicks are switched off, silence says nothing: nobody is to be asked to leave for it."""
    for issue in range(4, 20):
        sent(engine, issue)

    assert segments.count("not engaged", list_name="weekly") == 0


def test_each_list_is_asked_about_its_own_issues(engine: Engine, segments: Segments) -> None:
    """Twelve of one list, or eleven and one to a few readers, make nobody unengaged who never got them."""
    for issue in range(4, 13):
        sent(engine, issue)
        heard(engine, issue)
    add_readers(engine, "extras", range(15, 31))
    sent(engine, 13, list_name="extras")
    assert segments.count("not engaged", list_name="extras") == 0
    assert segments.count("opened 1 of last 1", list_name="extras") == 0
    assert segments.count("opened 1 of last 12", list_name="weekly") == 10

    with writing(engine) as connection:
        last = select(func.max(mailing.c.id)).where(mailing.c.issue == 12).scalar_subquery()
        connection.execute(update(mailing).where(mailing.c.id == last).values(segment="tagged vip"))
    assert segments.count("not engaged", list_name="weekly") == 0


def test_a_bit_is_wiped_before_another_issue_takes_it(engine: Engine, segments: Segments) -> None:
    """After sixty issues the first one's place is used again: its readers did not open the new one."""
    assert segments.count("opened 1 of last 3", list_name="weekly") == 10
    for issue in range(4, 64):
        with writing(engine) as connection:
            values = {"provider": "y", "event_id": f"e{issue}", "kind": EventKind.OPENED, "weight": 1, "issue": issue}
            connection.execute(insert(event).values(**values, happened_at=database_now(), received_at=database_now()))
    segments.refresh()
    sent(engine, 61)

    assert segments.count("opened 1 of last 1", list_name="weekly") == 0


def test_an_issue_goes_to_those_who_fit_and_to_no_others(engine: Engine, segments: Segments) -> None:
    """The question is frozen with the mailing; another one for the same unfinished issue is refused."""
    ledger = open_ledger(engine)
    segments.refresh()
    row, _ = plan(
        ledger, SystemClock(), an_edition(4), list_name="weekly", parcel_size=10, segment="opened 2 of last 3"
    )

    assert row.planned == 5
    with reading(engine) as connection:
        people = connection.scalars(
            select(subscriber.c.email)
            .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
            .where(delivery.c.issue == 4)
        ).all()
    assert set(people) == {f"reader{number}@example.com" for number in range(1, 6)}
    with pytest.raises(NotNow, match="other readers"):
        plan(ledger, SystemClock(), an_edition(4), list_name="weekly", parcel_size=10, segment="tagged vip")


def test_a_tag_is_kept_as_an_import_keeps_it_or_refused_in_words(segments: Segments) -> None:
    """Lower case, blanks folded; not empty, not long, nothing that can't be seen."""
    segments.set_tag("reader1@example.com", "  Beta   Testers ", on=True)
    assert segments.count('tagged "beta testers"', list_name="weekly") == 1
    for name in ("", "   ", "x" * 101, "a\u200bb"):
        with pytest.raises(Mistake, match="cannot be a tag"):
            segments.set_tag("reader1@example.com", name, on=True)


def test_segments_are_saved_replaced_listed_and_removed(segments: Segments) -> None:
    """What can't be read is not saved; what is not there is said to be missing."""
    segments.save("a", "tagged x")
    segments.save("a", "tagged y")
    assert list(segments.list_all()) == [("a", "tagged y")]
    with pytest.raises(Mistake):
        segments.save("b", "tagged")
    segments.remove("a")
    with pytest.raises(Missing):
        segments.get("a")
    with pytest.raises(Missing):
        segments.count("tagged y", list_name="nowhere")
