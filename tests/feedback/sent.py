"""Issues that were handed to a provider in a test's database, and the provider's own list of whom it took."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import Engine, select

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import reading
from newsletter.feedback.alarms_sql import Alarms
from newsletter.feedback.events_sql import EventLog
from newsletter.feedback.feedback import Feedback
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.rows import Account, Claim, MailingRow
from newsletter.ledger.tables import delivery
from newsletter.ports.events import Heard
from newsletter.providers.sendgrid.events import parse
from newsletter.readers.readers_sql import Readers
from newsletter.readers.tables import subscriber
from newsletter.wiring import SystemClock
from newsletter.words.event import Event
from newsletter.words.ledger import Fate
from newsletter.words.outcome import Accepted, Outcome
from tests.accounts import account_of
from tests.fakes.sendgrid_events import Telling, told
from tests.world import WEEKLY, an_edition

Taken = list[dict[str, Any]]
_numbers = count(1)


class Post:
    """A ledger with its readers and its events, and a provider that hands over nothing but tells everything."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.ledger, self.readers = open_ledger(engine), Readers(engine)
        self.membership = Membership(engine)
        self.events, self.alarms = EventLog(engine, self.membership), Alarms(engine)

    def plan(self, issue: int = 1, *, list_name: str = "weekly", size: int = 10) -> MailingRow:
        mailing = self.ledger.planning.open_mailing(
            an_edition(issue), list_name=list_name, parcel_size=size, start_at=None
        )
        while self.ledger.planning.plan_slice(mailing.id, n_readers=500):
            pass
        return self.ledger.mailings.get(mailing.id)

    def claim(self, mailing: MailingRow, *, seconds: float = 60.0) -> Claim | None:
        return self.ledger.parcels.claim(
            mailing.id,
            edition=mailing.edition_digest,
            token=f"token{next(_numbers):027}",
            sender="me",
            provider="sendgrid",
            deadline_seconds=seconds,
            with_fields=False,
        )

    def hand_over(self, mailing: MailingRow, outcome: Outcome | None = None) -> Taken:
        """All that is due, accepted unless said otherwise; what the provider took."""
        taken: Taken = []
        while claim := self.claim(mailing):
            taken += self.taken(claim)
            reference = taken[-1]["reference"]
            self.ledger.attempts.record(claim.attempt_id, [(None, outcome or Accepted(reference))])
        return taken

    def taken(self, claim: Claim) -> Taken:
        """What the provider writes down of a call."""
        reference = f"ref{claim.attempt_id}"
        return [
            {"attempt": claim.token, "delivery": one, "email": email, "at": time.time(), "reference": reference}
            for one, email in zip(claim.deliveries, claim.addresses, strict=True)
        ]

    def send(self, issue: int = 1, *, list_name: str = "weekly", size: int = 10) -> Taken:
        return self.hand_over(self.plan(issue, list_name=list_name, size=size))

    def hear(self, taken: Taken, telling: Telling) -> Heard:
        """Everything that is told of these mails, message by message, added up."""
        heard = [self.hear_events(parse(body, datetime.now(UTC))) for body in told(taken, telling)]
        return Heard(
            new=sum(one.new for one in heard),
            repeated=sum(one.repeated for one in heard),
            unknown=sum(one.unknown for one in heard),
            proved=sum(one.proved for one in heard),
            suppressed=sum(one.suppressed for one in heard),
        )

    def hear_events(self, events: Sequence[Event]) -> Heard:
        return self.events.hear("sendgrid", events, whole_or_nothing=True)

    def account(self, issue: int = 1) -> Account:
        return account_of(self.engine, issue)

    def fate(self, email: str, issue: int = 1) -> Fate:
        with reading(self.engine) as connection:
            return Fate(
                connection.execute(
                    select(delivery.c.fate)
                    .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
                    .where(subscriber.c.email == email, delivery.c.issue == issue)
                ).scalar_one()
            )

    def statuses(self, email: str) -> list[str]:
        person = self.readers.find_subscriber(email)
        assert person is not None
        return [one.status.value for one in person.subscriptions]


def a_feedback(post: Post) -> Feedback:
    """As wiring puts it together."""
    return Feedback(
        log=post.events,
        alarms=post.alarms,
        clock=SystemClock(),
        telling=("sendgrid",),
        newsletter=WEEKLY,
        owners=lambda: [WEEKLY.sender],
    )


def parsed(taken: Taken, telling: Telling) -> list[Event]:
    """All events about these mails."""
    return [event for body in told(taken, telling) for event in parse(body, datetime.now(UTC))]


def shuffled(events: Sequence[Event], seed: int, *, copies: int = 3) -> list[list[Event]]:
    """Each event so many times, in any order, cut into messages of any size."""
    draw = random.Random(seed)
    pile = [event for event in events for _ in range(copies)]
    draw.shuffle(pile)
    messages = []
    while pile:
        n = draw.randint(1, 60)
        messages.append(pile[:n])
        pile = pile[n:]
    return messages
