"""Readers whose mail bounces softly again and again, alarms about whole issues, and the pull behind the webhook."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, update

from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.feedback.feedback import Listening
from newsletter.ledger.tables import attempt, mailing
from newsletter.notices.notices_sql import Notices
from newsletter.providers.sendgrid.api import SendGridApi
from newsletter.providers.sendgrid.events import SendGridEvents
from newsletter.readers.tables import departure, mailing_list
from newsletter.words.alarm import AlarmKind
from newsletter.words.ledger import Fate, HandOver, MailingStatus
from newsletter.words.outcome import Accepted
from newsletter.words.subscriber import SuppressionReason
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.fakes.sendgrid_events import Telling
from tests.fakes.sendgrid_log import LISTS
from tests.feedback.sent import Post, Taken, a_feedback, parsed
from tests.world import WEEKLY, add_readers

READER = "reader0@example.com"
BLOCKED = Telling(of={READER: "blocked"})


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None: ...


@pytest.fixture
def post(engine: Engine) -> Post:
    """Three readers on a list, on each kind of database; one is on a second list."""
    add_readers(engine, "weekly", range(3))
    add_readers(engine, "friends", [0])
    return Post(engine)


def bounce(post: Post, issues: range) -> list[Taken]:
    """Issues of which the first reader's copy comes back as not deliverable now."""
    sent = []
    for issue in issues:
        sent.append(post.send(issue))
        post.hear(sent[-1], BLOCKED)
    return sent


def test_five_in_a_row_end_the_subscriptions(post: Post) -> None:
    """After four they are mailed still; after five nothing is sent to that mailbox, and nobody else is touched."""
    bounce(post, range(1, 5))
    assert ["active", "active"] == post.statuses(READER)
    bounce(post, range(5, 6))

    assert ["ended", "ended"] == post.statuses(READER)
    assert ["active"] == post.statuses("reader1@example.com")
    assert post.readers.find_suppression(READER) is None
    assert 2 == post.plan(6).planned


def test_one_delivery_in_between_begins_the_count_again(post: Post) -> None:
    """Four, one that arrives, four again: still mailed."""
    bounce(post, range(1, 5))
    post.hear(post.send(5), Telling())
    bounce(post, range(6, 10))

    assert ["active", "active"] == post.statuses(READER)


def test_the_order_in_which_issues_are_heard_of_does_not_matter(post: Post) -> None:
    """The third of five is heard of last."""
    sent = [post.send(issue) for issue in range(1, 6)]
    for number in (4, 0, 3, 1):
        post.hear(sent[number], BLOCKED)
    assert ["active", "active"] == post.statuses(READER)
    post.hear(sent[2], BLOCKED)

    assert ["ended", "ended"] == post.statuses(READER)


def test_later_news_undoes_it(post: Post) -> None:
    """One of the five is reported as opened after all: the reader is put back as if nothing had been."""
    sent = bounce(post, range(1, 6))
    assert ["ended", "ended"] == post.statuses(READER)

    later = [event for event in parsed(sent[2], Telling(of={READER: "read"})) if event.email == READER]
    post.hear_events([event for event in later if event.kind.value == "clicked"])

    assert ["active", "active"] == post.statuses(READER)


def test_later_news_does_not_bring_back_who_has_left_since(post: Post) -> None:
    """A reader's own word outweighs what mail servers say."""
    sent = bounce(post, range(1, 6))
    person = post.readers.find_subscriber(READER)
    assert person
    with writing(post.engine) as connection:
        weekly = connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == "weekly"))
        connection.execute(
            insert(departure).values(
                subscriber_id=person.id, list_id=weekly, issue=5, how="page", left_at=database_now(1)
            )
        )

    later = [event for event in parsed(sent[2], Telling(of={READER: "read"})) if event.email == READER]
    post.hear_events([event for event in later if event.kind.value == "clicked"])

    after = post.readers.find_subscriber(READER)
    assert after
    assert {"weekly": "ended", "friends": "active"} == {one.list_name: one.status.value for one in after.subscriptions}


def test_a_person_puts_a_reader_back(post: Post) -> None:
    """What bounced until then is forgiven: it takes five more to end it again."""
    bounce(post, range(1, 6))

    assert 2 == post.events.restore(READER.upper())
    assert 0 == post.events.restore(READER)
    assert ["active", "active"] == post.statuses(READER)
    bounce(post, range(6, 10))
    assert ["active", "active"] == post.statuses(READER)
    bounce(post, range(10, 11))
    assert ["ended", "ended"] == post.statuses(READER)


# Alarms


def test_too_many_complaints_pause_a_sending_once(engine: Engine) -> None:
    """At 0.3 % it stops with the number in the reason; who resumes has overruled it, and it is not stopped again."""
    add_readers(engine, "weekly", range(400))
    post = Post(engine)
    mailing_row = post.plan(size=100)
    taken: Taken = []
    for _ in range(3):
        claim = post.claim(mailing_row)
        assert claim
        taken += post.taken(claim)
        post.ledger.attempts.record(claim.attempt_id, [(None, Accepted("ref"))])
    complaining = {line["email"]: "spamreport" for line in taken[:3]}
    post.hear(taken, Telling(of=complaining))
    feedback = a_feedback(post)

    raised = feedback.watch()

    assert [(AlarmKind.COMPLAINTS, True)] == [(alarm.kind, alarm.pauses) for alarm in raised]
    paused = post.ledger.mailings.get(mailing_row.id)
    assert MailingStatus.PAUSED is paused.status
    assert "3 of 300" in (paused.pause_reason or "")
    assert post.claim(mailing_row) is None

    post.ledger.control.resume(1)
    assert [] == feedback.watch()
    assert MailingStatus.SENDING is post.ledger.mailings.get(mailing_row.id).status
    [notice] = Notices(engine).list_all(waiting=True)
    assert (WEEKLY.sender,) == notice.tell
    assert "3 of 300" in notice.body and "newsletter resume 1" in notice.body


def test_who_was_never_in_a_call_makes_no_share_smaller(engine: Engine) -> None:
    """Readers of a sending that was cancelled were handed to nobody: 3 complaints of 300 are 1 %, not 0.3 % of 1,200."""
    add_readers(engine, "weekly", range(1_200))
    post = Post(engine)
    post.plan(size=100)
    assert 1 == post.ledger.control.cancel(1)
    mailing_row = post.plan(size=300)
    claim = post.claim(mailing_row)
    assert claim
    post.ledger.attempts.record(claim.attempt_id, [(None, Accepted("ref"))])
    post.hear(post.taken(claim)[:3], Telling(courses={"spamreport": 1}))

    assert [(AlarmKind.COMPLAINTS, True)] == [(alarm.kind, alarm.pauses) for alarm in a_feedback(post).watch()]
    assert "3 of 300" in (post.ledger.mailings.get(mailing_row.id).pause_reason or "")


def test_a_warning_may_become_a_reason_to_stop(engine: Engine) -> None:
    """2 % of bounces are told, 5 % stop; each once."""
    add_readers(engine, "weekly", range(1_000))
    post = Post(engine)
    mailing_row = post.plan(size=500)
    taken = post.hand_over(mailing_row)
    feedback = a_feedback(post)
    post.hear(taken[:30], Telling(courses={"bounce": 1}))
    assert [(AlarmKind.BOUNCES, False)] == [(alarm.kind, alarm.pauses) for alarm in feedback.watch()]
    assert [] == feedback.watch()

    post.hear(taken[30:60], Telling(courses={"bounce": 1}))

    assert [(AlarmKind.BOUNCES, True)] == [(alarm.kind, alarm.pauses) for alarm in feedback.watch()]
    assert MailingStatus.PAUSED is post.ledger.mailings.get(mailing_row.id).status
    assert ["bounces", "bounces stop"] == [one.kind for one in Notices(engine).list_all(waiting=True)]


def test_silence_for_a_day_is_told(post: Post) -> None:
    """Handed over more than 24 hours ago and nothing heard: above 2 % the owner is told; a day is waited for."""
    taken = post.send()
    post.hear(taken[:1], Telling())
    feedback = a_feedback(post)
    assert [] == feedback.watch(unconfirmed=True)
    with writing(post.engine) as connection:
        connection.execute(update(attempt).values(ended_at=database_now(-25 * 3600)))

    raised = feedback.watch(unconfirmed=True)

    assert [(AlarmKind.UNCONFIRMED, False)] == [(alarm.kind, alarm.pauses) for alarm in raised]
    health = post.alarms.get_health(1, ["sendgrid"])
    assert (3, 2) == (health.due, health.unconfirmed)
    assert 0 == post.alarms.get_health(1, ["smtp"]).due, "who never tells anything is not called silent"


def test_old_issues_are_not_watched(post: Post) -> None:
    """What was sent weeks ago raises nothing new."""
    post.send()
    with writing(post.engine) as connection:
        connection.execute(update(attempt).values(ended_at=database_now(-40 * 86_400)))
        connection.execute(update(mailing).values(start_at=database_now(-40 * 86_400)))

    assert [] == a_feedback(post).watch(unconfirmed=True)


# The pull


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SendGridServer]:
    """A stand-in for SendGrid."""
    with sendgrid_server(Path(tmp_path_factory.mktemp("sendgrid"))) as running:
        yield running


def lists_of(server: SendGridServer) -> SendGridEvents:
    clock = SystemClock()
    return SendGridEvents("", clock, lambda: SendGridApi("SG.made-up", server.url, clock.monotonic))


def listed(*emails: str, days_ago: float = 0.5) -> list[dict[str, object]]:
    created = int((datetime.now(UTC) - timedelta(days=days_ago)).timestamp())
    return [{"email": email, "created": created, "reason": "550"} for email in emails]


def test_what_the_webhook_missed_is_asked_for(post: Post, server: SendGridServer) -> None:
    """The provider's own lists become suppressions; more than a page; blocks are for now only and are not read."""
    many = [f"gone{number}@example.net" for number in range(1_100)]
    server.keep(
        status=200,
        lists={
            "bounces": listed(READER, *many),
            "blocks": listed("reader1@example.com"),
            "invalid_emails": listed("nobody@invalid.example"),
            "spam_reports": listed("cross@example.org"),
            "unsubscribes": listed("reader2@example.com"),
        },
    )
    feedback, source = a_feedback(post), lists_of(server)

    heard = feedback.pull(source)

    assert heard and 1_104 == heard.new == heard.suppressed
    assert SuppressionReason.HARD_BOUNCE is post.readers.find_suppression(READER)
    assert SuppressionReason.HARD_BOUNCE is post.readers.find_suppression("gone1099@example.net")
    assert SuppressionReason.COMPLAINT is post.readers.find_suppression("cross@example.org")
    assert post.readers.find_suppression("reader1@example.com") is None
    assert ["ended"] == post.statuses("reader2@example.com")
    assert feedback.pull(source) is None, "not again within the half hour"

    post.events.note_pull("sendgrid", datetime.now(UTC) - timedelta(hours=2))
    again = feedback.pull(source)
    assert again and (0, 1_104) == (again.new, again.repeated), "the spans overlap, and a row counts once"


def test_a_provider_that_does_not_answer_is_asked_again_later(post: Post, server: SendGridServer) -> None:
    """Nothing is noted as read, nothing is raised, and the beat goes on."""
    server.keep(status=429)
    feedback, source = a_feedback(post), lists_of(server)

    assert feedback.pull(source) is None
    assert post.events.pulled_until("sendgrid") is None
    Listening(feedback, source).beat()
    server.keep(status=200, lists={name: [] for name in LISTS})
    assert feedback.pull(source)


def test_fates_are_counted_where_handed_over_is(post: Post) -> None:
    """The two axes: what we did adds up, what we heard adds up, each on its own."""
    post.hear(post.send(), Telling(of={READER: "bounce"}))
    account = post.account()

    assert 3 == account.handover[HandOver.ACCEPTED] == sum(account.fates.values())
    assert (1, 2) == (account.fates[Fate.BOUNCED], account.fates[Fate.DELIVERED])
