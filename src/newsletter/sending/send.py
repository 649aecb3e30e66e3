"""Send: take a parcel, hand it over, write down what became of it. The dangerous lines of the house are here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.ports.clock import Clock
from newsletter.ports.ledger import Claim, Editions, MailingRow, Sending
from newsletter.ports.provider import Provider
from newsletter.ports.spool import Answers, Spool
from newsletter.sending.pack import TokenKey, asks_for_own_fields, pack
from newsletter.words.edition import Edition
from newsletter.words.newsletter import Newsletter
from newsletter.words.outcome import Outcome

log = logging.getLogger(__name__)

# Between the claim and the call: a process that slept longer than this must not call on an old claim.
FRESH_SECONDS = 8.0
# From the end of a call's deadline to that of its lease: time to write the outcome down.
GRACE_SECONDS = 5.0
_RECORD_AGAIN_AFTER = (0.2, 1.0, 5.0)
# Outcomes that trickle in are written down at least this often.
_FLUSH_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What one sending process is made of. `name` is its random name for life; `new_token` mints attempt names."""

    name: str
    newsletter: Newsletter
    key: TokenKey
    ledger: Sending
    editions: Editions
    provider: Provider
    spool: Spool
    clock: Clock
    new_token: Callable[[], str]

    def send_parcel(self, mailing: MailingRow, edition: Edition) -> bool:
        """Hand over the next due parcel of a mailing. False where nothing is due."""
        begun = self.clock.monotonic()
        limits = self.provider.limits
        claim = self.ledger.claim(
            mailing.id,
            token=self.new_token(),
            sender=self.name,
            provider=self.provider.name,
            deadline_seconds=limits.deadline.total_seconds() + FRESH_SECONDS + GRACE_SECONDS,
            with_fields=asks_for_own_fields(edition),
        )
        if claim is None:
            return False
        if claim.deliveries:
            self._hand_over(claim, mailing, edition, fresh_until=begun + FRESH_SECONDS)
        else:
            self.ledger.abandon(claim.attempt_id, "nobody in this batch may be mailed any more")
        return True

    def _hand_over(self, claim: Claim, mailing: MailingRow, edition: Edition, *, fresh_until: float) -> None:
        try:
            deadline_at = self.clock.now() + self.provider.limits.deadline
            consignment = pack(claim, mailing, edition, self.newsletter, self.key, deadline_at=deadline_at)
        except BaseException:
            self.ledger.abandon(claim.attempt_id, "an error of our own before the call")
            raise
        if self.clock.monotonic() > fresh_until:
            self.ledger.abandon(claim.attempt_id, "this machine slept between the claim and the call")
            return
        answers: list[tuple[list[int] | None, Outcome]] = []
        flushed = self.clock.monotonic()
        try:
            for deliveries, outcome in self.provider.hand_over(consignment):
                everyone = len(deliveries) == len(claim.deliveries)
                answers.append((None if everyone else list(deliveries), outcome))
                if self.clock.monotonic() - flushed > _FLUSH_SECONDS and self._try_record(claim, answers, last=False):
                    answers, flushed = [], self.clock.monotonic()
        finally:
            # Also when the provider's own code breaks: what has no answer becomes uncertain, never forgotten.
            self._write_down(claim, answers)

    def _write_down(self, claim: Claim, answers: Answers) -> None:
        """An outcome is never lost: where the database is away it goes to disk, and is replayed at the next start."""
        for pause in _RECORD_AGAIN_AFTER:
            if self._try_record(claim, answers, last=True):
                return
            self.clock.sleep(pause)
        self.spool.keep(claim.attempt_id, answers)

    def _try_record(self, claim: Claim, answers: Answers, *, last: bool) -> bool:
        try:
            self.ledger.record(claim.attempt_id, answers, last=last)
        except Exception:  # whatever the database's driver raises, the outcome must survive it
            log.exception("attempt %s: its outcome could not be written", claim.attempt_id)
            return False
        return True
