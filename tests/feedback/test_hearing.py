"""What is heard becomes fates, proofs and suppressions, once, in any order, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, func, insert, select

from newsletter.db.engine import reading, writing
from newsletter.feedback.tables import event, proved
from newsletter.ledger.tables import attempt, delivery
from newsletter.readers.tables import subscription, suppression
from newsletter.wiring.schema import metadata
from newsletter.words.event import Event, EventKind
from newsletter.words.fate import fate_of
from newsletter.words.ledger import Fate, HandOver, MailingStatus
from newsletter.words.outcome import Accepted, Deferred, Uncertain
from newsletter.words.subscriber import SuppressionReason
from tests.fakes.sendgrid_events import COURSES, Telling
from tests.feedback.sent import Post, parsed, shuffled
from tests.world import add_readers

# Every course that a mail can take, reader by reader in turn.
EVERYTHING = Telling(of={f"reader{number}@example.com": list(COURSES)[number % len(COURSES)] for number in range(60)})


@pytest.fixture
def post(engine: Engine) -> Post:
    """Sixty readers on a list, on each kind of database."""
    add_readers(engine, "weekly", range(60))
    return Post(engine)


def test_every_course_ends_in_its_fate(post: Post) -> None:
    """What the provider tells of each mail is what the ledger shows of it."""
    courses = {
        "silent": Fate.NONE,
        "processed": Fate.NONE,
        "delivered": Fate.DELIVERED,
        "deferred": Fate.DEFERRED,
        "late": Fate.DELIVERED,
        "bounce": Fate.BOUNCED,
        "blocked": Fate.BOUNCED,
        "bounce-after": Fate.BOUNCED,
        "dropped": Fate.DROPPED,
        "spamreport": Fate.COMPLAINED,
        "unsubscribe": Fate.DELIVERED,
        "read": Fate.DELIVERED,
    }
    of = {f"reader{number}@example.com": course for number, course in enumerate(courses)}
    taken = post.send()

    post.hear(taken, Telling(of=of, shuffled=True))

    assert courses == {course: post.fate(email) for email, course in of.items()}
    assert post.account().fates[Fate.DELIVERED] == 60 - 12 + 4


def test_suppressions_follow(post: Post) -> None:
    """Hard bounces, complaints, drops for these and unsubscribes are never mailed again; blocks are."""
    of = {
        "reader0@example.com": "bounce",
        "reader1@example.com": "blocked",
        "reader2@example.com": "spamreport",
        "reader3@example.com": "unsubscribe",
        "reader4@example.com": "dropped",
        "reader5@example.com": "bounce-after",
    }
    heard = post.hear(post.send(), Telling(of=of))

    found = {email: post.readers.find_suppression(email) for email in of}
    assert found == {
        "reader0@example.com": SuppressionReason.HARD_BOUNCE,
        "reader1@example.com": None,
        "reader2@example.com": SuppressionReason.COMPLAINT,
        "reader3@example.com": SuppressionReason.UNSUBSCRIBE,
        "reader4@example.com": SuppressionReason.HARD_BOUNCE,
        "reader5@example.com": SuppressionReason.HARD_BOUNCE,
    }
    assert 5 == heard.suppressed
    assert ["ended"] == post.statuses("reader3@example.com")
    assert ["active"] == post.statuses("reader1@example.com")
    again = post.plan(2)
    assert 55 == again.planned


def state_of(post: Post) -> object:
    """Everything that events may change, without ids of events and times."""
    with reading(post.engine) as connection:
        return (
            sorted(connection.execute(select(delivery.c.id, delivery.c.handover, delivery.c.fate, delivery.c.doubled))),
            sorted(connection.execute(select(suppression.c.email_key, suppression.c.reason))),
            sorted(connection.execute(select(subscription.c.subscriber_id, subscription.c.status))),
            sorted(
                tuple(row)
                for row in connection.execute(
                    select(event.c.event_id, event.c.kind, event.c.weight, event.c.delivery_id, event.c.issue)
                )
            ),
            sorted(connection.scalars(select(proved.c.attempt_id))),
        )


@pytest.mark.parametrize("n_shuffles", [20, pytest.param(100, marks=pytest.mark.faults)])
def test_any_shuffle_of_everything_three_times_ends_in_one_state(engine: Engine, n_shuffles: int) -> None:
    """Each event three times, in any order, in messages of any size: every time the same database."""
    add_readers(engine, "weekly", range(18))
    post = Post(engine)
    lines = a_mixed_send(post)
    rewind, events = Rewind(engine), parsed(lines, EVERYTHING)
    states = set()
    for seed in range(n_shuffles):
        for message in shuffled(events, seed):
            post.hear_events(message)
        states.add(repr(state_of(post)))
        rewind()

    assert 1 == len(states)
    assert {"bounced", "complained", "deferred", "delivered", "dropped"} <= set(repr(states).split("'"))
    assert repr(state_of(post)) not in states, "nothing was ever heard, or never forgotten"


class Rewind:
    """Takes a database back to the rows that it had: quicker than a new one each time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with reading(engine) as connection:
            self._rows = {
                table: [dict(row._mapping) for row in connection.execute(select(table))]
                for table in metadata.sorted_tables
            }

    def __call__(self) -> None:
        with writing(self._engine) as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(insert(table), rows)


def a_mixed_send(post: Post) -> list[dict[str, object]]:
    """A mailing of which one call was in doubt and one had no answer; names of tries are the same each time."""
    mailing = post.plan(size=6)
    taken = []
    for number, outcome in enumerate((Accepted("ref"), Uncertain("reset"), None)):
        claim = post.ledger.parcels.claim(
            mailing.id,
            edition=mailing.edition_digest,
            token=f"try{number}",
            sender="me",
            provider="sendgrid",
            deadline_seconds=60,
            with_fields=False,
        )
        assert claim is not None
        taken += [line | {"at": 1_790_000_000.0} for line in post.taken(claim)]
        if outcome:
            post.ledger.attempts.record(claim.attempt_id, [(None, outcome)])
    return taken


def test_one_event_proves_the_whole_call(post: Post) -> None:
    """A call in doubt, one without an answer and one that is queued again: one reader's event settles each of them."""
    mailing = post.plan(size=20)
    doubtful, silent, resent = (post.claim(mailing) for _ in range(3))
    assert doubtful and silent and resent
    post.ledger.attempts.record(doubtful.attempt_id, [(None, Uncertain("reset"))])
    post.ledger.attempts.record(resent.attempt_id, [(None, Uncertain("reset"))])
    post.ledger.doubts.requeue(resent.attempt_id, resent.deliveries)
    assert 20 == post.account().handover[HandOver.UNCERTAIN] == post.account().handover[HandOver.SENDING]
    assert 20 == post.account().handover[HandOver.PENDING]

    for claim in (doubtful, silent, resent):
        heard = post.hear(post.taken(claim)[:1], Telling())
        assert 20 == heard.proved

    assert 60 == post.account().handover[HandOver.ACCEPTED]
    assert post.claim(mailing) is None, "a reader who was queued again is saved from a second copy"
    assert post.ledger.control.finish_if_done(mailing.id)
    assert MailingStatus.FINISHED == post.ledger.mailings.get(mailing.id).status


def test_what_the_owner_left_is_proved_too(post: Post) -> None:
    """A decision is overtaken by evidence, and counts as handed over."""
    mailing = post.plan(size=60)
    claim = post.claim(mailing)
    assert claim
    post.ledger.attempts.record(claim.attempt_id, [(None, Uncertain("reset"))])
    post.ledger.doubts.leave(claim.attempt_id, claim.deliveries)

    post.hear(post.taken(claim)[-1:], Telling(courses={"dropped": 1}))

    assert 60 == post.account().handover[HandOver.ACCEPTED]


def test_an_event_that_comes_before_the_answer(post: Post) -> None:
    """The answer finds it settled already, and changes nothing; nor does an answer that says: we don't know."""
    mailing = post.plan(size=30)
    early, doubtful = post.claim(mailing), post.claim(mailing)
    assert early and doubtful
    post.hear(post.taken(early)[:3] + post.taken(doubtful)[:3], Telling())
    post.ledger.attempts.record(early.attempt_id, [(None, Accepted("ref"))])
    post.ledger.attempts.record(doubtful.attempt_id, [(None, Uncertain("lost"))])

    assert 60 == post.account().handover[HandOver.ACCEPTED]
    assert 0 == post.account().doubled
    with reading(post.engine) as connection:
        assert 2 == connection.scalar(select(func.count()).select_from(attempt).where(attempt.c.outcome.is_not(None)))


@pytest.mark.parametrize("first_comes", ["after the second", "before the second's answer"])
def test_two_tries_that_were_both_taken_show(post: Post, first_comes: str) -> None:
    """A resend, and then the first try turns out to have arrived: handed over once in the counts, and called doubled."""
    mailing = post.plan(size=60)
    first = post.claim(mailing)
    assert first
    post.ledger.attempts.record(first.attempt_id, [(None, Uncertain("reset"))])
    post.ledger.doubts.requeue(first.attempt_id, first.deliveries)
    second = post.claim(mailing)
    assert second
    if first_comes == "after the second":
        post.ledger.attempts.record(second.attempt_id, [(None, Accepted("ref"))])
        post.hear(post.taken(first)[:1], Telling())
    else:
        post.hear(post.taken(first)[:1], Telling())
        post.ledger.attempts.record(second.attempt_id, [(None, Accepted("ref"))])

    assert (60, 60) == (post.account().handover[HandOver.ACCEPTED], post.account().doubled)


def test_an_answer_of_not_taken_is_overruled(post: Post) -> None:
    """A provider that said "later" and tells of the mail all the same has taken it."""
    mailing = post.plan(size=60)
    claim = post.claim(mailing)
    assert claim
    post.ledger.attempts.record(claim.attempt_id, [(None, Deferred("busy"))])

    post.hear(post.taken(claim)[:1], Telling())

    assert 60 == post.account().handover[HandOver.ACCEPTED]


def test_what_belongs_to_nobody_is_kept(post: Post) -> None:
    """Events of an attempt that this database does not know, and of a delivery that the attempt did not carry."""
    taken = post.send()
    foreign = [{**taken[0], "attempt": "somebody-else"}, {**taken[1], "delivery": 987_654}]

    heard = post.hear(foreign, Telling())

    assert (4, 4, 0) == (heard.new, heard.unknown, heard.proved)
    assert 60 == post.account().fates[Fate.NONE]
    with reading(post.engine) as connection:
        kept = connection.execute(select(event.c.told_attempt, event.c.email, event.c.delivery_id)).all()
    assert {("somebody-else", "reader0@example.com", None), (taken[1]["attempt"], "reader1@example.com", None)} == {
        tuple(row) for row in kept
    }


def test_an_address_is_kept_only_where_nobody_else_knows_it(post: Post) -> None:
    """An event of a delivery stores no address: the delivery knows the person, who may ask to be forgotten."""
    post.hear(post.send(), EVERYTHING)

    with reading(post.engine) as connection:
        assert [] == list(connection.scalars(select(event.c.email).where(event.c.email.is_not(None))))


def test_a_late_bounce_without_our_marks_finds_its_delivery(post: Post) -> None:
    """By the provider's name for the call and the reader's address."""
    taken = post.send()
    bounce = Event(
        id="late",
        kind=EventKind.BOUNCED,
        at=datetime.now(UTC),
        email=str(taken[5]["email"]).upper(),
        reference=str(taken[5]["reference"]),
        suppresses=SuppressionReason.HARD_BOUNCE,
    )

    post.hear_events([bounce])

    assert Fate.BOUNCED is post.fate(str(taken[5]["email"]))
    assert 1 == post.account().fates[Fate.BOUNCED]


def test_a_bounce_of_which_only_the_address_is_known_suppresses_it(post: Post) -> None:
    """Nothing says which mail it was; the address is no good all the same."""
    post.send()
    bounce = Event(
        id="bare",
        kind=EventKind.BOUNCED,
        at=datetime.now(UTC),
        email="reader5@example.com",
        suppresses=SuppressionReason.HARD_BOUNCE,
    )

    assert 1 == post.hear_events([bounce]).unknown
    assert SuppressionReason.HARD_BOUNCE is post.readers.find_suppression("reader5@example.com")
    assert Fate.NONE is post.fate("reader5@example.com")


def test_a_repetition_does_not_undo_what_the_owner_did(post: Post) -> None:
    """Lifted by hand, a suppression does not come back with the provider's next repetition of the same event."""
    taken = post.send()[:1]
    post.hear(taken, Telling(courses={"bounce": 1}))
    with writing(post.engine) as connection:
        connection.execute(delete(suppression))

    heard = post.hear(taken, Telling(courses={"bounce": 1}, copies=4))

    assert (0, 8) == (heard.new, heard.repeated)
    assert post.readers.find_suppression("reader0@example.com") is None


def test_many_messages_at_once(post: Post) -> None:
    """The provider posts from several servers at once, each event three times: nothing is lost, nothing deadlocks."""
    mailing = post.plan(size=20)
    claims = [post.claim(mailing) for _ in range(3)]
    taken = [line for claim in claims if claim for line in post.taken(claim)]
    events = parsed(taken, EVERYTHING)
    messages = shuffled(events, 7)
    failures: list[BaseException] = []

    def work(mine: list[list[Event]]) -> None:
        try:
            for message in mine:
                post.hear_events(message)
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(messages[number::6],)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures
    assert 60 == post.account().handover[HandOver.ACCEPTED]
    for line in taken:
        assert post.fate(line["email"]) is fate_of([one for one in events if one.delivery == line["delivery"]])
    with reading(post.engine) as connection:
        assert len(events) == connection.scalar(select(func.count()).select_from(event))


def test_two_messages_about_the_same_mails_at_once(post: Post) -> None:
    """One says delivered, the other complained, at the same moment: both are seen, whoever comes first."""
    for issue in range(1, 6):
        taken = post.send(issue, size=60)
        events = parsed(taken, Telling(courses={"spamreport": 1}))
        halves = [
            [one for one in events if (one.kind is EventKind.COMPLAINED) == complains] for complains in (True, False)
        ]
        start = threading.Barrier(2)

        def work(half: list[Event], start: threading.Barrier = start) -> None:
            start.wait()
            post.hear_events(half)

        threads = [threading.Thread(target=work, args=(half,)) for half in halves]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(taken) == post.account(issue).fates[Fate.COMPLAINED]
        with writing(post.engine) as connection:
            connection.execute(delete(suppression))
