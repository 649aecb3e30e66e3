"""Sends through Amazon SES: one call a reader, up to 50 in a parcel, each with an answer of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.ports.clock import Clock
from newsletter.ports.provider import Limits
from newsletter.providers.deadline import Deadline
from newsletter.providers.messages import messages
from newsletter.providers.ses.client import LAST_ANSWER, SesAccess, SesClient
from newsletter.providers.ses.outcomes import SesVerdict, answered, lost, our_bug, refused
from newsletter.providers.ses.quota import SendRate, quota
from newsletter.providers.ses.tags import ATTEMPT, DELIVERY
from newsletter.words.consignment import Consignment
from newsletter.words.message import addr_spec
from newsletter.words.mistake import Mistake
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused
from newsletter.words.refusal import IN_A_CALL

# At most so many mails of a parcel are under way without their outcomes being written down. A call takes some 50 ms,
# most of it waiting: eight at once make more than the rate of most accounts.
LIMITS = Limits(readers=50, last_answer=LAST_ANSWER, calls=8)

# Written down one by one, the outcomes would cost more than the mails.
_TELL_EVERY_SECONDS = 0.2

_OUT_OF_TIME = Deferred("The time for this parcel was over before their turn came.")
_ONE_AFTER_THE_OTHER = Deferred("SES refused several before them, one after the other.")

_logger = logging.getLogger(__name__)

Answer = tuple[Sequence[int], Outcome]


class Ses:
    """Safe to use from several threads, which share one client and keep the account's rate together."""

    name = "ses"
    whole_or_nothing = False

    def __init__(
        self,
        access: SesAccess,
        *,
        clock: Clock,
        configuration_set: str | None = None,
        deadline: timedelta = LIMITS.deadline,
    ) -> None:
        """`configuration_set` says at SES where events go."""
        self.limits = replace(LIMITS, deadline=deadline)
        self._client = SesClient(access, calls=LIMITS.calls)
        self._clock, self._configuration_set = clock, configuration_set
        self._rate = SendRate(lambda: quota(self._client.ask("get_account")), clock.monotonic)

    def __repr__(self) -> str:
        return f"Ses(region={self._client.access.region!r})"

    def explain(self) -> str:
        return f"Amazon SES in {self._client.access.region}, one call a reader: this mail goes to real people."

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        """Send one parcel, mail by mail. Never raises."""
        if not len(consignment):
            return
        now = self._clock.now()
        budget = min(self.limits.deadline, consignment.deadline_at - now).total_seconds()
        if budget <= 0:
            yield consignment.deliveries, Deferred("The time for this parcel was over before it began.")
            return
        yield from _Parcel(self, consignment, now, Deadline(budget, self._clock.monotonic)).answers()

    def close(self) -> None:
        """Close every connection. Only when no call is in flight."""
        self._client.close()

    def wait_for_turn(self, deadline: Deadline) -> bool:
        """Wait as the account's rate asks. False, without having waited, where that would be past the deadline."""
        seconds = self._rate.seconds_to_wait()
        if seconds >= deadline.remains():
            return False
        if seconds > 0:
            time.sleep(seconds)
        return True

    def post(self, consignment: Consignment, row: int, message: bytes) -> SesVerdict:
        """Hand over the mail of one reader."""
        from botocore.exceptions import BotoCoreError, ClientError

        sender, delivery = addr_spec(consignment.edition.sender), consignment.deliveries[row]
        wanted = {"ConfigurationSetName": self._configuration_set} if self._configuration_set else {}
        try:
            answer = self._client.ask(
                "send_email",
                FromEmailAddress=sender,
                Destination={"ToAddresses": [addr_spec(consignment.addresses[row])]},
                Content={"Raw": {"Data": message}},
                EmailTags=[
                    {"Name": ATTEMPT, "Value": consignment.attempt},
                    {"Name": DELIVERY, "Value": str(delivery)},
                ],
                **wanted,
            )
        except ClientError as error:
            return refused(error, delivery=delivery, sender=sender)
        except BotoCoreError as error:
            return lost(error)
        return answered(answer)


class _Parcel:
    """What is left of one consignment."""

    def __init__(self, ses: Ses, consignment: Consignment, date: datetime, deadline: Deadline) -> None:
        self._ses, self._consignment = ses, consignment
        self._date, self._deadline = date, deadline
        self._open = dict.fromkeys(consignment.deliveries)
        self._taken: list[int] = []
        self._told_at = deadline.remains()
        self._refused_in_a_row = 0
        self._in_flight: int | None = None

    def answers(self) -> Iterator[Answer]:
        """The outcomes as they come; those who were taken within a moment together."""
        try:
            yield from self._mail_by_mail()
        except Mistake as mistake:
            yield from self._end(Deferred(f"This issue can't be written as a mail: {mistake.message}", pauses=True))
        except Exception as error:  # noqa: BLE001 - our own bug: what is known so far must not be lost by it
            doubt, rest, words = our_bug(error)
            _logger.error("sending attempt %s failed: %s", self._consignment.attempt, words)
            if self._in_flight is not None:
                yield from self._say(self._in_flight, doubt)
            yield from self._end(rest)

    def _mail_by_mail(self) -> Iterator[Answer]:
        for row, (delivery, message) in enumerate(messages(self._consignment, self._date)):
            if isinstance(message, str):
                yield from self._say(delivery, Refused(message, named=frozenset({delivery}), is_ours=True))
                continue
            if self._told_at - self._deadline.remains() >= _TELL_EVERY_SECONDS:
                yield from self._tell_taken()
            if not self._ses.wait_for_turn(self._deadline):
                yield from self._end(_OUT_OF_TIME)
                return
            self._in_flight = delivery
            verdict = self._ses.post(self._consignment, row, message)
            self._in_flight = None
            yield from self._say(delivery, verdict.outcome)
            if rest := verdict.rest or self._after(verdict.outcome):
                yield from self._end(rest)
                return
        yield from self._tell_taken()

    def _after(self, outcome: Outcome) -> Deferred | None:
        self._refused_in_a_row = self._refused_in_a_row + 1 if isinstance(outcome, Refused) else 0
        return _ONE_AFTER_THE_OTHER if self._refused_in_a_row >= IN_A_CALL else None

    def _say(self, delivery: int, outcome: Outcome) -> Iterator[Answer]:
        del self._open[delivery]
        if isinstance(outcome, Accepted):
            self._taken.append(delivery)
            return
        # In their order: an acceptance makes the refusals before it final, and not those after it.
        yield from self._tell_taken()
        yield (delivery,), outcome

    def _tell_taken(self) -> Iterator[Answer]:
        if self._taken:
            taken, self._taken = self._taken, []
            yield taken, Accepted()
        self._told_at = self._deadline.remains()

    def _end(self, rest: Deferred) -> Iterator[Answer]:
        yield from self._tell_taken()
        if self._open:
            left, self._open = [*self._open], {}
            yield left, rest
