"""Thousands bounce because a provider broke down: the owner looks, takes it back, and nothing that is told again matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, insert, select, text, update

from newsletter.consent.do_not_mail_sql import take_off
from newsletter.consent.erase_sql import erase_person
from newsletter.consent.membership_sql import Membership
from newsletter.consent.tables import consent_request, pardon
from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.feedback.wrong_bounces import Which
from newsletter.feedback.wrong_bounces_sql import WrongBounces
from newsletter.readers.roster_sql import Roster
from newsletter.readers.tables import departure, subscription
from newsletter.wiring.forget import FORGETS
from newsletter.words.erasure import EraseKey, RequestOf
from newsletter.words.event import Event, EventKind
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.fakes.sendgrid_events import Telling
from tests.feedback.sent import Post, Taken, parsed
from tests.world import add_readers

AT = datetime(2026, 11, 29, 10, tzinfo=UTC)
BOUNCE = SuppressionReason.HARD_BOUNCE
LIFTABLE = (SuppressionReason.MANUAL, BOUNCE, SuppressionReason.INVALID)


@pytest.fixture
def post(engine: Engine) -> Post:
    """Six readers on a list, on each kind of database; two of them have their mail elsewhere."""
    add_readers(engine, "weekly", range(6))
    with writing(engine) as connection:
        for number in (4, 5):
            connection.execute(
                text(f"UPDATE subscriber SET email = 'r{number}@mail.example.org', email_key = email WHERE id = :id"),
                {"id": number + 1},
            )
        connection.execute(text("UPDATE subscriber SET email_key = email"))
    return Post(engine)


@pytest.fixture
def wrong(post: Post) -> WrongBounces:
    return WrongBounces(post.engine, post.membership)


def bounces(taken: Taken, *, at: datetime = AT, kind: str = "", **changes: object) -> list[Event]:
    """A final bounce of each of these mails."""
    return [
        Event(
            id=f"{kind}{one['attempt']}-{one['delivery']}",
            kind=EventKind.BOUNCED,
            at=at,
            email=one["email"],
            attempt=one["attempt"],
            delivery=one["delivery"],
            suppresses=BOUNCE,
            reason="550 5.7.1 blocked",
            **changes,  # type: ignore[arg-type]
        )
        for one in taken
    ]


def again(events: Sequence[Event], **changes: object) -> list[Event]:
    return [replace(one, id=f"again-{one.id}", **changes) for one in events]  # type: ignore[arg-type]


def off(post: Post) -> dict[str, SuppressionReason]:
    """Who is on the do-not-mail list, and why."""
    blocked, _ = Roster(post.engine).do_not_mail(limit=100)
    return {one.address: one.reason for one in blocked}


def test_an_unsubscribe_told_again_ends_nothing_that_was_begun_since(post: Post) -> None:
    """Who signs up anew has the last word; a new unsubscribe after that counts."""
    taken = post.send(1)
    left = replace(
        bounces(taken[:1])[0], kind=EventKind.UNSUBSCRIBED, suppresses=SuppressionReason.UNSUBSCRIBE, reason=""
    )
    post.hear_events([left])
    with writing(post.engine) as connection:
        connection.execute(text("DELETE FROM suppression"))
        connection.execute(update(subscription).values(status="active"))
        connection.execute(
            insert(consent_request).values(
                email="reader0@example.com",
                email_key="reader0@example.com",
                asked="form",
                requested_at=AT + timedelta(hours=1),
                confirmed_at=AT + timedelta(hours=1),
            )
        )

    post.hear_events(again([left]))
    assert (off(post), post.statuses("reader0@example.com")) == ({}, ["active"])

    post.hear_events([replace(left, id="later", at=AT + timedelta(hours=2))])
    assert off(post) == {"reader0@example.com": SuppressionReason.UNSUBSCRIBE}


def test_an_issues_bounces_are_taken_back_and_nothing_else(post: Post, wrong: WrongBounces) -> None:
    """Looked at first, with domains and words; an earlier issue's bounce stays; the next issue goes to who came back."""
    first = post.send(1)
    post.hear_events(bounces(first[:1], at=AT - timedelta(days=7)))
    second = post.send(2)
    post.hear_events(bounces(second))
    assert len(off(post)) == 6

    looked = wrong.look(Which(issue=2))
    done = wrong.undo(Which(issue=2))

    assert (looked.n_addresses, looked.n_stay, looked.first_at, looked.last_at) == (5, 0, AT, AT)
    assert list(looked.domains) == [("example.com", 3), ("mail.example.org", 2)]
    assert list(looked.said) == [("550 5.7.1 blocked", 5)]
    assert done is not None
    assert done.n_addresses == 5
    assert off(post) == {"reader0@example.com": BOUNCE}
    assert post.plan(3).planned == 5
    assert wrong.undo(Which(issue=2)) is None
    assert wrong.look(Which(issue=2)).is_nothing


def test_issue_time_and_domain_all_have_to_hold(post: Post, wrong: WrongBounces) -> None:
    """A domain is what stands behind the @, and not the end of another's; a time's end is outside."""
    post.hear_events(bounces(post.send(1)))

    for which, n_found in (
        (Which(domain="mail.example.org"), 2),
        (Which(domain="example.org"), 0),
        (Which(since_at=AT), 6),
        (Which(since_at=AT + timedelta(seconds=1)), 0),
        (Which(until_at=AT), 0),
        (Which(since_at=AT, until_at=AT + timedelta(minutes=1)), 6),
        (Which(issue=2, domain="mail.example.org"), 0),
        (Which(domain="%example.com"), 0),
    ):
        assert wrong.look(which).n_addresses == n_found, which

    wrong.undo(Which(issue=1, domain="mail.example.org", since_at=AT))
    assert len(off(post)) == 4
    assert not any(address.endswith("@mail.example.org") for address in off(post))


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_who_has_another_reason_stays_off(post: Post, wrong: WrongBounces, *, before: bool) -> None:
    """Heard before the bounce or after it, by whatever way: a person's word, a block by hand, a file that says bounced."""
    taken = post.send(1)
    reasons = {one["email"]: reason for one, reason in zip(taken, SuppressionReason, strict=False)}
    for do in (False, True) if before else (True, False):
        if do:
            post.hear_events(bounces(taken))
        else:
            post.membership.suppress_many(list(reasons.items()))

    looked = wrong.look(Which(issue=1))
    wrong.undo(Which(issue=1))

    assert off(post) == reasons
    # Where a stronger reason was there first, no bounce is noted at all.
    assert (looked.n_addresses, looked.n_stay) == (1, 1 if before else 5)


def test_a_complaint_or_an_unsubscribe_heard_from_the_provider_stays(post: Post, wrong: WrongBounces) -> None:
    """It is the person's own word, whatever bounced as well."""
    taken = post.send(1)
    kinds = {
        EventKind.COMPLAINED: SuppressionReason.COMPLAINT,
        EventKind.UNSUBSCRIBED: SuppressionReason.UNSUBSCRIBE,
    }
    post.hear_events(bounces(taken[:3]))
    for (kind, reason), one in zip(kinds.items(), taken, strict=False):
        post.hear_events([replace(bounces([one])[0], id=kind.value, kind=kind, suppresses=reason)])

    wrong.undo(Which(since_at=AT))

    assert sorted(off(post).values()) == sorted(kinds.values())


REPEATS: dict[str, Callable[[list[Event]], list[Event]]] = {
    "as it was": lambda events: again(events),
    "as if it were new": lambda events: again(events, at=datetime.now(UTC) + timedelta(minutes=5)),
    "from the provider's own list": lambda events: again(events, attempt=None, delivery=None),
    "dropped because of it": lambda events: again(
        events, kind=EventKind.DROPPED, reason="Bounced Address", at=datetime.now(UTC)
    ),
}


@pytest.mark.parametrize("decide", ["undo", "lift"])
def test_a_bounce_told_again_changes_nothing_that_the_owner_decided(
    post: Post, wrong: WrongBounces, decide: str
) -> None:
    """Under a new id, with another time, without our marks, once or twice: who was let through stays so."""
    told = bounces(post.send(1))
    post.hear_events(told)
    if decide == "undo":
        wrong.undo(Which(issue=1))
    else:
        for address in off(post):
            Membership(post.engine).lift(address, LIFTABLE)

    for how, repeat in REPEATS.items():
        for times in (1, 2):
            heard = post.hear_events([replace(one, id=f"{how} {times} {one.id}") for one in repeat(told)])

            assert heard.new == 6
            assert off(post) == {}, how


def test_a_new_bounce_after_the_decision_counts(post: Post, wrong: WrongBounces) -> None:
    """The next issue's mail bounces for good: that is news, and it can be taken back as well."""
    post.hear_events(bounces(post.send(1)))
    wrong.undo(Which(issue=1))
    later = datetime.now(UTC) + timedelta(minutes=5)

    post.hear_events(bounces(post.send(2), at=later))

    assert len(off(post)) == 6
    assert wrong.look(Which(issue=1)).is_nothing
    assert wrong.look(Which(issue=2)).n_addresses == 6


def test_bounces_of_the_providers_own_list_belong_to_the_last_issue_before(post: Post, wrong: WrongBounces) -> None:
    """Where the webhook was missed they come by the pull alone, without a mark of ours."""
    post.send(1)
    post.hear_events(again(bounces(post.send(2), at=datetime.now(UTC)), attempt=None, delivery=None))

    assert wrong.look(Which(issue=1)).is_nothing
    assert wrong.look(Which(issue=2)).n_addresses == 6


def test_an_undo_is_taken_back(post: Post, wrong: WrongBounces) -> None:
    """Its addresses are on the list again with their cause, once, and can be undone again; others are not touched."""
    post.hear_events(bounces(post.send(1)))
    Membership(post.engine).lift("reader0@example.com", LIFTABLE)
    done = wrong.undo(Which(issue=1))
    assert done is not None

    assert wrong.put_back(done.number) == 5
    assert len(off(post)) == 5
    assert wrong.put_back(done.number) is None
    assert [one.put_back_at is not None for one in wrong.list_undone(most=9)] == [True]
    assert wrong.look(Which(issue=1)).n_addresses == 5
    assert wrong.put_back(99) is None


def _five_soft_ones(post: Post) -> list[Event]:
    telling = Telling(of={f"reader{number}@example.com": "blocked" for number in range(4)})
    events: list[Event] = []
    for issue in range(1, 6):
        events = parsed(post.send(issue), telling)
        post.hear_events(events)
    return events


def test_subscriptions_that_ended_because_of_it_come_back_as_they_were(post: Post, wrong: WrongBounces) -> None:
    """Active or never confirmed, since when, and with which consent; but not of who left since, by whatever way."""
    add_readers(post.engine, "friends", [0], status="pending")
    with writing(post.engine) as connection:
        connection.execute(update(subscription).values(consent="form", since_at=AT))
    last = _five_soft_ones(post)
    assert ["ended", "ended"] == post.statuses("reader0@example.com")
    with writing(post.engine) as connection:
        values = {"subscriber_id": 2, "list_id": 1, "issue": 5, "how": "page", "left_at": database_now()}
        connection.execute(insert(departure).values(values))
    post.membership.take_off("reader2@example.com")

    looked = wrong.look(Which(issue=5))
    done = wrong.undo(Which(issue=5))

    assert done is not None
    assert (looked.n_subscriptions, done.n_subscriptions) == (4, 4)
    with writing(post.engine) as connection:
        rows = connection.execute(select(subscription).where(subscription.c.subscriber_id == 1)).all()
        assert sorted((row.list_id, row.status, row.consent, row.since_at) for row in rows) == [
            (1, SubscriptionStatus.ACTIVE, "form", AT),
            (2, SubscriptionStatus.PENDING, "form", AT),
        ]
    assert ["ended"] == post.statuses("reader1@example.com")
    assert off(post) == {"reader2@example.com": SuppressionReason.UNSUBSCRIBE}
    assert wrong.undo(Which(issue=5)) is None
    post.hear_events(again(last))
    assert sorted(["active", "pending"]) == sorted(post.statuses("reader0@example.com"))


def test_one_more_bounce_ends_nobodys_run_that_was_forgiven(post: Post, wrong: WrongBounces) -> None:
    """A wrong final bounce and soft ones before it are no run of five any more."""
    telling = Telling(of={"reader0@example.com": "blocked"})
    for issue in range(1, 5):
        post.hear(post.send(issue), telling)
    post.hear_events(bounces(post.send(5)))
    wrong.undo(Which(issue=5))

    post.hear(post.send(6), telling)

    assert ["active"] == post.statuses("reader0@example.com")


def test_an_interrupted_undo_goes_on_when_it_is_said_again(post: Post, wrong: WrongBounces) -> None:
    """Done in slices: what was done stays done, and the second one does the rest."""
    post.hear_events(bounces(post.send(1)))
    with writing(post.engine) as connection:
        connection.execute(text("INSERT INTO bounce_undo (issue, undone_at) VALUES (1, '2026-11-29 10:00:00.000000')"))
        take_off(connection, ["reader0@example.com", "reader1@example.com"], undo=1)

    done = wrong.undo(Which(issue=1))

    assert done is not None
    assert done.n_addresses == 4
    assert off(post) == {}


def test_who_was_erased_leaves_no_pardon(post: Post, wrong: WrongBounces) -> None:
    """An address that is to be forgotten stands nowhere."""
    post.hear_events(bounces(post.send(1)))
    wrong.undo(Which(issue=1))
    with writing(post.engine) as connection:
        erase_person(connection, "reader0@example.com", EraseKey(b"k" * 32), RequestOf.OWNER, FORGETS)
        assert connection.scalar(select(func.count()).select_from(pardon)) == 5
