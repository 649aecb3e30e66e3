"""Drain: send until nothing is due, several calls in flight; where another process holds the lock, follow it."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from newsletter.ledger.ledger import Ledger
from newsletter.ledger.plan import finish_plan
from newsletter.ledger.rows import MailingRow
from newsletter.ledger.send import Sender, place_of
from newsletter.ledger.settle import Looker, look_again
from newsletter.ports.locks import SenderLock
from newsletter.words.edition import Edition
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NewsletterError

log = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 0.25
# Nobody waits at a terminal until tomorrow: the next process that sends, or ticks, goes on.
LONGEST_STAY_SECONDS = 900.0
# A database that is away for a moment, or two transactions that block each other: tried again, but not without end.
_CLAIM_AGAIN_AFTER = (0.2, 1.0)
# A question about one try is a call over the network: the rest wait for the next round.
_LOOKS_AT_ONCE = 10


# Called with how many readers are settled, of how many, and why nothing moves ("" where something does).
Follow = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """One sending process at work. `stop` ends it between parcels, never inside a call.

    `refusal` is why nothing may be handed over; what earlier processes left is finished all the same. `glance` looks at
    what comes back meanwhile. `check_goes_on` is asked again before each round, and raises NotNow where nothing goes any more.
    """

    sender: Sender
    looker: Looker
    lock: SenderLock
    stop: threading.Event
    refusal: NewsletterError | None = None
    glance: Callable[[], None] = lambda: None
    check_goes_on: Callable[[], None] = lambda: None

    @property
    def ledger(self) -> Ledger:
        return self.sender.ledger

    def until_done(self, mailing: MailingRow, follow: Follow) -> MailingRow:
        """Send, or follow the process that does, until this mailing has nothing more to hand over by itself.

        Raises NotNow where the database is not known to be the live one, and the refusal where there is one.
        """
        while not self.stop.is_set():
            with self.lock.try_hold() as held:
                if held:
                    self.recover()
                    self._send_all(mailing, follow)
                    break
            mailing = self.ledger.mailings.get(mailing.id)
            if mailing.status not in (MailingStatus.SENDING, MailingStatus.PLANNING, MailingStatus.SCHEDULED):
                break
            follow(*self.ledger.accounts.progress(mailing.id), "another process is sending; following it")
            self.stop.wait(1.0)
        return self.ledger.mailings.get(mailing.id)

    def once(self) -> int:
        """Everything that is due now, of every mailing: one tick. Returns how many mailings were worked on.

        Raises NotNow where the database is not known to be the live one, and the refusal where there is one.
        """
        with self.lock.try_hold() as held:
            if not held:
                return 0
            self.recover()
            due = self.look()
            for mailing in due:
                self._send_due(mailing, _nobody_follows)
                self.ledger.control.finish_if_done(mailing.id)
        return len(due)

    def look(self) -> Sequence[MailingRow]:
        """Begin what was set to a time that has come. Returns what is being sent."""
        self.ledger.control.start_due(self.sender.clock.now())
        return self.ledger.mailings.list_in([MailingStatus.SENDING])

    def work_on(self, mailing_id: int, called: Callable[[], None]) -> float | None:
        """Hand over what is due of one mailing, beside other processes that do the same.

        `called` is called where there is something to hand over, before it is. Returns the seconds until more is due;
        None where nothing waits. Raises as `once` does.
        """
        self.take_stock()
        if self.refusal:
            raise self.refusal
        mailing = next(
            (one for one in self.ledger.mailings.list_in([MailingStatus.SENDING]) if one.id == mailing_id), None
        )
        if mailing is None:
            return None
        if self.due_in_seconds(mailing) == 0:
            called()
            self._send_due(mailing, _nobody_follows)
        self.ledger.control.finish_if_done(mailing.id)
        return self.due_in_seconds(mailing)

    def due_in_seconds(self, mailing: MailingRow) -> float | None:
        """Seconds until something of it may be handed over or looked into; None where nothing waits."""
        return self.ledger.halts.next_due_seconds(mailing.id, provider=self.sender.provider.name, pace=self.sender.pace)

    def recover(self) -> None:
        """What an earlier process left: outcomes on disk, tries nobody saw the end of, half plans, half cancels.

        Call it while holding the lock.
        """
        self.take_stock()
        self.finish_halves()
        if self.refusal:
            raise self.refusal

    def take_stock(self) -> None:
        """Write down what is known of earlier tries, and look into those that nobody saw the end of."""
        self.sender.live.check()
        self.check_goes_on()
        self._replay()
        if not self._sweep():
            # The process that swept may have died before it could look.
            look_again(self.looker, most=_LOOKS_AT_ONCE)

    def finish_halves(self) -> None:
        """Half cancels and half plans. Two processes that plan the same mailing would only wait for each other."""
        self.ledger.control.finish_cancelled()
        for mailing in self.ledger.mailings.list_in([MailingStatus.PLANNING]):
            finish_plan(self.ledger, self.sender.clock, mailing, parcel_size=self.sender.provider.limits.readers)

    def _replay(self) -> None:
        """Record the outcomes kept on disk before any sweep: what is known must not be called unknown."""
        self.sender.spool.replay(self.ledger.attempts.record_by_token)
        self.sender.journals.replay(self.ledger.attempts.record_by_token)

    def _sweep(self) -> int:
        alone = self.sender.name if self.lock.is_exclusive else None
        swept = self.ledger.attempts.sweep(alive=alone)
        if swept:
            look_again(self.looker, most=_LOOKS_AT_ONCE)
        return swept

    def _send_all(self, mailing: MailingRow, follow: Follow) -> None:
        # Bodies are thousands of small dicts: without this the garbage collector looks now and then at all loaded code.
        gc.freeze()
        while not self.stop.is_set():
            self._replay()
            self._sweep()
            self._send_due(mailing, follow)
            if self.ledger.control.finish_if_done(mailing.id):
                return
            wait = self.due_in_seconds(mailing)
            if wait is None or wait > LONGEST_STAY_SECONDS:
                return
            follow(*self.ledger.accounts.progress(mailing.id), f"nothing is due for {wait:.0f} s" if wait >= 1 else "")
            self.stop.wait(min(max(wait, 0.05), 1.0))

    def _send_due(self, mailing: MailingRow, follow: Follow) -> None:
        """All parcels that are due now, with as many calls in flight as the provider likes."""
        # Read again: other words may have been approved while it was paused, or it may have been corrected.
        mailing = self.ledger.mailings.get(mailing.id)
        edition = self.ledger.mailings.get_edition(mailing.edition_digest)
        n_calls = self.sender.provider.limits.calls
        with ThreadPoolExecutor(n_calls, thread_name_prefix="call") as pool:
            work: list[Future[None]] = [pool.submit(self._work, mailing, edition) for _ in range(n_calls)]
            _watch(work, lambda: self._look_in(mailing, follow))
        follow(*self.ledger.accounts.progress(mailing.id), "")

    def _look_in(self, mailing: MailingRow, follow: Follow) -> None:
        self.glance()
        follow(*self.ledger.accounts.progress(mailing.id), "")

    def _work(self, mailing: MailingRow, edition: Edition) -> None:
        failures = 0
        while not self.stop.is_set():
            try:
                if not self.sender.send_parcel(mailing, edition):
                    return
                failures = 0
            except Exception as error:
                if failures == len(_CLAIM_AGAIN_AFTER):
                    raise
                log.warning("issue %s: a batch could not be taken: %s", mailing.issue, place_of(error))
                self.stop.wait(_CLAIM_AGAIN_AFTER[failures])
                failures += 1


def _nobody_follows(settled: int, planned: int, waiting: str) -> None:
    """No person watches this process."""


def _watch(work: list[Future[None]], look_in: Callable[[], None]) -> None:
    """Wait for all, looking in now and then; the first failure is raised once all have ended."""
    pending = list(work)
    while pending:
        try:
            pending[0].exception(timeout=_LOOK_EVERY_SECONDS)
        except TimeoutError:
            look_in()
            continue
        pending.pop(0)
    for future in work:
        future.result()
