"""The mailbox where bounces arrive, as a source of events: each mail once, and none believed without its mark."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime

from newsletter.apart import Bounds, TooMuch, call
from newsletter.ports.clock import Clock
from newsletter.ports.events import Unheard, Unverified
from newsletter.ports.mailbox import Letter, OpenMailbox
from newsletter.providers.smtp.bounces.cause import BounceCause
from newsletter.providers.smtp.bounces.mark import ReturnPath
from newsletter.providers.smtp.bounces.report import Report, ReportKind
from newsletter.providers.smtp.reply import readable
from newsletter.words.event import Event, EventKind
from newsletter.words.mistake import Mistake, NewsletterError, NotNow
from newsletter.words.subscriber import SuppressionReason

log = logging.getLogger(__name__)

# A visit is cut off after half a minute, and sending waits meanwhile. What is left is read at the next one.
_SECONDS = 20.0
_MOST_LETTERS = 5_000
_BOUNDS = Bounds(seconds=4)
_KINDS = {
    ReportKind.BOUNCED: EventKind.BOUNCED,
    ReportKind.DELAYED: EventKind.DEFERRED,
    ReportKind.DELIVERED: EventKind.DELIVERED,
    ReportKind.COMPLAINED: EventKind.COMPLAINED,
}


class BounceMailbox:
    """Reads what a visit finds, and marks it as seen once that is kept. Nothing is deleted."""

    name = "smtp"
    whole_or_nothing = False
    asks_first = False

    def __init__(
        self,
        visit: Callable[[], AbstractContextManager[OpenMailbox]],
        return_path: ReturnPath,
        clock: Clock,
        *,
        bounds: Bounds = _BOUNDS,
        seconds: float = _SECONDS,
        most: int = _MOST_LETTERS,
    ) -> None:
        """`visit` opens the mailbox; `bounds` are those of one mail. A visit begins `most` mails, and none after `seconds`."""
        self._visit, self._return_path, self._clock = visit, return_path, clock
        self._bounds, self._seconds, self._most = bounds, seconds, most
        self._read: list[int] = []
        # Marked as begun by this object, which lives: the program did not end while one of them was read.
        self._begun: set[int] = set()
        self.has_more = False

    def verify_and_parse(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        """Nobody is believed here: a mail server calls no address of ours."""
        raise Unverified("a mail server tells by mail only")

    def pull(self, since_at: datetime) -> Sequence[Event]:
        """What stands unseen in the mailbox, whatever its age, as far as one visit gets. Raises Unheard."""
        self._read, self.has_more = [], False
        with self._open() as mailbox:
            found = (self._event(report) for report in self._reports(mailbox) if report)
            events = [event for event in found if event]
        if len(events) < len(self._read):
            log.info("%d mails to the bounce address are about no copy of ours", len(self._read) - len(events))
        return events

    def taken(self) -> None:
        """Mark as seen what was read. A program that ends before reads it again, and it counts once."""
        if self._read:
            with self._open() as mailbox:
                mailbox.mark_seen(*self._read)
            self._read = []

    @contextmanager
    def _open(self) -> Iterator[OpenMailbox]:
        try:
            with self._visit() as mailbox:
                yield mailbox
        except NewsletterError as error:
            raise Unheard(error.message) from None

    def _reports(self, mailbox: OpenMailbox) -> Iterator[Report | None]:
        """A report, or None, for each mail that the visit gets to. One that is cut off keeps what it read until then."""
        until = self._clock.monotonic() + self._seconds
        try:
            for letter in mailbox.unseen(most=self._most):
                report = self._taken_apart(mailbox, letter)
                self._read.append(letter.uid)
                self.has_more = len(self._read) >= self._most or self._clock.monotonic() >= until
                yield report
                if self.has_more:
                    return
        except (NotNow, OSError) as reason:
            if not self._read:
                raise
            self.has_more = True
            log.warning("the bounce mailbox was read in part, and the rest is next: %s", type(reason).__name__)

    def _taken_apart(self, mailbox: OpenMailbox, letter: Letter) -> Report | None:
        """The mail as a report; None where it can't be read, or once ended the program while it was read."""
        if letter.was_begun and letter.uid not in self._begun:
            log.warning("mail %d in the bounce mailbox was left: the program ended while it was read", letter.uid)
            return None
        self._begun.add(letter.uid)
        mailbox.mark_begun(letter.uid)
        try:
            task = "newsletter.providers.smtp.bounces.report:read_report"
            return call(task, letter.data, returns=Report, what="This mail", bounds=self._bounds)
        except (TooMuch, Mistake) as error:
            log.warning("mail %d in the bounce mailbox was left: %s", letter.uid, error.message)
            return None
        finally:
            # Where the connection is gone the mark stays, and what the mail says counts all the same.
            with suppress(NewsletterError, OSError):
                mailbox.mark_begun(letter.uid, begun=False)
                self._begun.discard(letter.uid)

    def _event(self, report: Report) -> Event | None:
        """The event that a mail is; None for one that reports nothing, or of no copy of ours."""
        about = self._return_path.genuine(report.marks)
        kind = _KINDS.get(report.kind)
        if about is None or kind is None:
            return None
        is_soft = kind is EventKind.BOUNCED and report.cause is not BounceCause.NO_MAILBOX
        now = self._clock.now()
        return Event(
            id=report.id,
            kind=kind,
            # Another machine's clock: nothing can have happened later than now.
            at=min(report.said_at or now, now),
            attempt=about.attempt,
            delivery=about.delivery,
            is_soft=is_soft,
            suppresses=None if is_soft else _suppresses(kind),
            reason=_reason(report),
            bounced_at=report.recipients,
        )


def _suppresses(kind: EventKind) -> SuppressionReason | None:
    if kind is EventKind.BOUNCED:
        return SuppressionReason.HARD_BOUNCE
    return SuppressionReason.COMPLAINT if kind is EventKind.COMPLAINED else None


def _reason(report: Report) -> str:
    """The cause, and the other server's own words."""
    words = readable(report.words)
    return f"{report.cause.value}: {words}" if report.kind is ReportKind.BOUNCED else words
