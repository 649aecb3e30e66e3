"""Send: take a parcel, hand it over, write down what became of it. The most dangerous lines of the program are here."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from newsletter.ledger.ledger import Ledger
from newsletter.ledger.live_sql import Live
from newsletter.ledger.on_disk.journal import Journal, Journals
from newsletter.ledger.on_disk.spool import Answers, Spool
from newsletter.ledger.pack import TokenKey, asks_for_own_fields, pack
from newsletter.ledger.rows import Claim, MailingRow
from newsletter.ports.clock import Clock
from newsletter.ports.provider import Provider
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.mistake import NewsletterError
from newsletter.words.newsletter import Newsletter
from newsletter.words.outcome import Deferred, Outcome, Refused, Uncertain
from newsletter.words.pace import NO_LIMIT, Pace

log = logging.getLogger(__name__)

# Outcomes that trickle in are written down at least this often.
_FLUSH_SECONDS = 1.0

_NOT_CALLED = Deferred("there was no call: it could not be written down first who is not in it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Timeouts of a sender in seconds. The defaults are for real providers; fault tests use shorter ones."""

    # Between the claim and the call: a process that slept longer than this must not call on an old claim.
    fresh: float = 8.0
    # From the end of a call's deadline to that of its lease: time to write the outcome down.
    grace: float = 5.0
    # Pauses between tries to write to a database that is away.
    again: tuple[float, ...] = (0.2, 1.0, 5.0)


@dataclass(slots=True)
class _Heard:
    """The answers of one call that are not written down yet. Deliveries None means all that the call carries."""

    claim: Claim
    written_at: float
    answers: list[tuple[list[int] | None, Outcome]] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)

    def add(self, deliveries: Sequence[int], outcome: Outcome) -> None:
        everyone = len(deliveries) == len(self.claim.deliveries)
        self.answers.append((None if everyone else list(deliveries), outcome))
        self.answered.update(deliveries)

    def unanswered(self) -> list[int]:
        return [one for one in self.claim.deliveries if one not in self.answered]

    @property
    def is_urgent(self) -> bool:
        """Whether to write at once: a refusal that comes alone may be the provider's no to everybody."""
        return len(self.answers) == 1 and isinstance(self.answers[0][1], Refused)

    def is_due(self, now: float) -> bool:
        return self.is_urgent or now - self.written_at > _FLUSH_SECONDS

    def clear(self, now: float) -> None:
        self.answers, self.written_at = [], now


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One sending process. `name` is random and lasts as long as it; `new_token` makes names of attempts."""

    name: str
    newsletter: Newsletter
    key: TokenKey
    ledger: Ledger
    provider: Provider
    spool: Spool
    journals: Journals
    live: Live
    clock: Clock
    new_token: Callable[[], str]
    patience: Patience = Patience()
    pace: Pace = NO_LIMIT

    def send_parcel(self, mailing: MailingRow, edition: Edition) -> bool:
        """Hand over the next due parcel of a mailing; `edition` is what its row names. False where nothing is due.

        Nothing is due in these words either once the mailing was given others.
        """
        token = self.new_token()
        # A call that is taken whole has one answer: there is nothing to note on the way.
        journal = None if self.provider.whole_or_nothing else self.journals.open(token)
        is_kept = True
        try:
            begun = self.clock.monotonic()
            claim = self._claim(token, mailing, edition)
            if claim is None:
                return False
            if claim.deliveries:
                fresh_until, is_kept = begun + self.patience.fresh, False
                is_kept = self._hand_over(claim, mailing, edition, journal, fresh_until=fresh_until)
            return True
        finally:
            if journal:
                journal.close(forget=is_kept)

    def _claim(self, token: str, mailing: MailingRow, edition: Edition) -> Claim | None:
        """Step 1.

        Where it fails, nobody knows whether it was committed: then no call is made, and that is written down.
        """
        limits = self.provider.limits
        longest = (limits.deadline + limits.last_answer).total_seconds()
        try:
            return self.ledger.parcels.claim(
                mailing.id,
                edition=mailing.edition_digest,
                token=token,
                sender=self.name,
                provider=self.provider.name,
                deadline_seconds=longest + self.patience.fresh + self.patience.grace,
                with_fields=asks_for_own_fields(edition),
                pace=self.pace,
            )
        except Exception:
            self._write_down(token, [(None, Deferred("the batch was taken, but the database did not confirm it"))])
            raise

    def _hand_over(
        self, claim: Claim, mailing: MailingRow, edition: Edition, journal: Journal | None, *, fresh_until: float
    ) -> bool:
        """Steps 2 and 3: the call, and what became of it. False where that could be kept nowhere."""
        packed = self._pack(claim, mailing, edition)
        if isinstance(packed, Consignment) and self.clock.monotonic() > fresh_until:
            # It says nothing about the provider: nobody has to look before others go on.
            packed = Deferred("this machine slept between the claim and the call")
        if isinstance(packed, Deferred):
            return self._write_down(claim.token, [(None, packed)])
        if journal:
            journal.call_begins(claim.deliveries)
            packed = replace(packed, notes=journal)
        heard = _Heard(claim, written_at=self.clock.monotonic())
        try:
            self._call(packed, heard)
        finally:
            # Also when the process is asked to end here: a delivery without an answer becomes uncertain, and is never
            # forgotten.
            is_kept = self._write_down(claim.token, heard.answers)
        return is_kept

    def _pack(self, claim: Claim, mailing: MailingRow, edition: Edition) -> Consignment | Deferred:
        """The consignment, or why there can't be a call."""
        limits = self.provider.limits
        if len(claim.deliveries) > limits.readers:
            return Deferred(f"more than the {limits.readers} readers that one call takes here", halve=True)
        try:
            self.live.note(claim.attempt_id)
            deadline_at = self.clock.now() + limits.deadline
            return pack(claim, mailing, edition, self.newsletter, self.key, deadline_at=deadline_at)
        except NewsletterError as error:
            return Deferred(str(error), pauses=True)
        except Exception as error:  # noqa: BLE001 - our own bug, before the first byte: one mailing stops, not the process
            log.error("attempt %s: it could not be packed: %s", claim.token, place_of(error))
            return Deferred(f"an error of our own before the call ({type(error).__name__})", backs_off=True)

    def _call(self, consignment: Consignment, heard: _Heard) -> None:
        """The call itself. If the provider breaks its promise and raises, everybody without an answer is in doubt."""
        try:
            for deliveries, outcome in self.provider.hand_over(consignment):
                heard.add(deliveries, outcome)
                # The last answer is written down with the end of the call.
                if heard.is_due(self.clock.monotonic()) and (rest := heard.unanswered()) and not self._flush(heard):
                    heard.add(rest, _NOT_CALLED)
                    return
        except Exception as error:  # noqa: BLE001 - whatever it is, the other readers must not be forgotten
            log.error("attempt %s: the provider's code broke: %s", heard.claim.token, place_of(error))
            why = f"the call was broken off by a fault of our own ({type(error).__name__})"
            heard.add(heard.unanswered(), Uncertain(why))

    def _flush(self, heard: _Heard) -> bool:
        """Write down what was heard so far. False where the call must not go on without that.

        Where the provider takes a call whole, one reader's event proves all of it: unless it is recorded who was
        refused before the call, the event would prove these as well.
        """
        if self._try_record(heard.claim.token, heard.answers, last=False):
            heard.clear(self.clock.monotonic())
            return True
        return not (heard.is_urgent and self.provider.whole_or_nothing)

    def _write_down(self, token: str, answers: Answers) -> bool:
        """An outcome is never lost: where the database is away it goes to disk, and is replayed later.

        Where the disk is full as well nothing can be kept (False); then the lease runs out, and its readers are in
        doubt.
        """
        for pause in (0.0, *self.patience.again):
            if pause:
                self.clock.sleep(pause)
            if self._try_record(token, answers, last=True):
                return True
        try:
            self.spool.keep(token, answers)
        except OSError as error:
            log.error("attempt %s: its outcome could not be kept on disk either: %s", token, error.strerror)
            return False
        return True

    def _try_record(self, token: str, answers: Answers, *, last: bool) -> bool:
        try:
            is_known = self.ledger.attempts.record_by_token(token, answers, last=last)
        except Exception as error:  # noqa: BLE001 - whatever a driver raises, the outcome must survive it
            log.warning("attempt %s: its outcome could not be written: %s", token, place_of(error))
            return False
        # A claim that was never committed is unknown, and nothing was handed over. A call that was made is unknown to a
        # database that went back in time: its outcome is kept for the person who has to find out.
        return is_known or all(isinstance(outcome, Deferred) for _, outcome in answers)


def place_of(error: Exception) -> str:
    """The kind of an error and its place, without its message: that of a driver may hold readers' addresses."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
