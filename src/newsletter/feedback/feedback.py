"""Feedback: take in what providers report, ask for what was missed, and stop where it is bad."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from newsletter.feedback.alarms_sql import Alarms
from newsletter.feedback.events_sql import EventLog
from newsletter.feedback.refusals_sql import FinalRefusal
from newsletter.notices.notice import Notice
from newsletter.ports.clock import Clock
from newsletter.ports.events import EventSource, Heard, Unheard, Unreadable, Unverified
from newsletter.words.alarm import Alarm, AlarmKind, alarms
from newsletter.words.event import Event, EventKind
from newsletter.words.newsletter import Newsletter
from newsletter.words.subscriber import SuppressionReason
from newsletter.words.tracking import Tracking, heed

log = logging.getLogger(__name__)

# A provider's lists change while they are read, and its webhook is repeated for a day: the spans overlap by that.
PULL_EVERY = timedelta(minutes=30)
_PULL_OVERLAP = timedelta(hours=24)
_FIRST_PULL = timedelta(days=30)

# Readers about whom nothing was heard are counted over all deliveries of the last days, so not at every beat.
_THOROUGH_EVERY_SECONDS = 600.0

# While an issue goes out, what comes back is looked at this often.
_GLANCE_EVERY_SECONDS = 5.0

# And where bad news come by the hundred a second.
_WATCH_EVERY_SECONDS = 1.0

_BAD_NEWS = frozenset({EventKind.BOUNCED, EventKind.COMPLAINED})
_SUBJECTS = {
    AlarmKind.COMPLAINTS: "it is reported as spam",
    AlarmKind.BOUNCES: "too many come back",
    AlarmKind.REFUSALS: "the provider refuses readers",
    AlarmKind.UNCONFIRMED: "nothing is heard of many",
    AlarmKind.DOUBLED: "some have it twice",
}


@dataclass(slots=True)
class _LastLook:
    """When all issues were looked at last because of bad news, by the monotonic clock."""

    at: float = float("-inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Takes in and watches events. `telling` are the providers that report what became of a mail.

    `owners` are the addresses of those who hear of an alarm. `tracking` says what may be kept of opens and clicks.
    """

    log: EventLog
    alarms: Alarms
    clock: Clock
    telling: Sequence[str]
    newsletter: Newsletter
    owners: Callable[[], Sequence[str]]
    tracking: Tracking = Tracking.NONE
    _last_look: _LastLook = field(default_factory=_LastLook)

    def read(self, source: EventSource, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        """The events in one message of a provider. Raises Unverified and Unreadable, which are logged."""
        try:
            return source.verify_and_parse(headers, body)
        except (Unverified, Unreadable) as refusal:
            log.warning("a message of %d bytes as if from %s was refused: %s", len(body), source.name, refusal)
            raise

    def pull(self, source: EventSource) -> Heard | None:
        """Ask a provider for what the webhook may have missed; None where it is too early, or nobody answered."""
        now, before = self.clock.now(), self.log.pulled_until(source.name)
        if before is not None and now - before < PULL_EVERY:
            return None
        since_at = before - _PULL_OVERLAP if before else now - _FIRST_PULL
        try:
            heard = self.keep(source, source.pull(since_at))
            source.taken()
        except Unheard as reason:
            log.warning("%s could not be asked for bounces and complaints: %s", source.name, reason)
            return None
        # What is left is read at the next beat, not in half an hour.
        if not source.has_more:
            self.log.note_pull(source.name, now)
        return heard

    def follow_refusals(self, provider: str, is_for_good: Callable[[str], bool]) -> int:
        """Take refusals whose words say that there is no such mailbox as bounces for good; how many addresses that put off.

        They count once they are final: the provider took others after them, and the sending has ended.
        """
        after = suppressed = 0
        while refusals := self.log.list_final_refusals(provider, after=after):
            after = refusals[-1].delivery
            events = [_bounce(one) for one in refusals if is_for_good(one.reason)]
            suppressed += self.log.hear(provider, events, whole_or_nothing=False, proves=False).suppressed
        return suppressed

    def watch(self, *, unconfirmed: bool = False) -> Sequence[Alarm]:
        """Raise what is wrong with recent issues and was not raised before, and have the owners told by mail.

        A sending that does harm is paused.
        """
        issues = self.alarms.list_health(self.telling, unconfirmed=unconfirmed)
        found = [alarm for health in issues for alarm in alarms(health)]
        raised = [alarm for alarm in found if self.alarms.raise_alarm(alarm, self._letter(alarm))]
        for alarm in raised:
            log.warning("issue %d: %s", alarm.issue, alarm.message)
        return raised

    def _letter(self, alarm: Alarm) -> Notice:
        lines = [alarm.message, ""]
        if alarm.pauses:
            lines += [
                "If it was still being sent, it stands still now. Nobody is lost: who has not got it yet is written down.",
                f"To go on all the same: newsletter resume {alarm.issue}",
            ]
        lines += [f"How it stands: newsletter report {alarm.issue}"]
        return Notice(
            about=f"issue:{alarm.issue}",
            kind=f"{alarm.kind.value}{' stop' if alarm.pauses else ''}",
            tell=tuple(self.owners()),
            subject=f"[{self.newsletter.name}] Issue {alarm.issue}: {_SUBJECTS[alarm.kind]}",
            body="\n".join(lines),
            made_at=self.clock.now(),
        )

    def keep(self, source: EventSource, told: Sequence[Event]) -> Heard:
        """Keep what one or several messages tell. When this returns, everything that follows from it is committed.

        The database's own errors are for the caller, who must not answer that the messages were taken.
        """
        events = [kept for event in told if (kept := heed(event, self.tracking))]
        heard = self.log.hear(source.name, events, whole_or_nothing=source.whole_or_nothing)
        log.info(
            "%s: %d new events, %d repeated, %d of no delivery of ours, %d deliveries proved",
            source.name,
            heard.new,
            heard.repeated,
            heard.unknown,
            heard.proved,
        )
        if heard.new and any(event.kind in _BAD_NEWS for event in events):
            self._watch_now_and_then()
        return heard

    def _watch_now_and_then(self) -> None:
        """A look counts all that came back of an issue: one for each message would cost more the larger the issue is.

        What is left out is seen at the next beat of the process that ticks.
        """
        now = self.clock.monotonic()
        if now - self._last_look.at >= _WATCH_EVERY_SECONDS:
            self._last_look.at = now
            self.watch()


def _bounce(refusal: FinalRefusal) -> Event:
    return Event(
        id=f"refused:{refusal.delivery}",
        kind=EventKind.BOUNCED,
        at=refusal.at,
        attempt=refusal.attempt,
        delivery=refusal.delivery,
        suppresses=SuppressionReason.HARD_BOUNCE,
        reason=refusal.reason,
    )


class Listening:
    """The regular part of feedback, as a beat of the process that ticks: cheap at most times, and it never raises.

    `source` can be asked for what was missed; None for a provider that reports nothing. `follow` looks at what it refused.
    """

    def __init__(
        self, feedback: Feedback, source: EventSource | None, follow: Callable[[], object] | None = None
    ) -> None:
        self._feedback, self._source, self._follow = feedback, source, follow
        self._thorough_at = self._glance_at = 0.0

    def beat(self) -> None:
        now = self._feedback.clock.monotonic()
        is_thorough = now >= self._thorough_at
        if is_thorough:
            self._thorough_at = now + _THOROUGH_EVERY_SECONDS
        self._look(thoroughly=is_thorough)

    def glance(self) -> None:
        """In the middle of sending: may be called as often as the sender likes."""
        now = self._feedback.clock.monotonic()
        if now >= self._glance_at:
            self._glance_at = now + _GLANCE_EVERY_SECONDS
            self._look(thoroughly=False)

    def _look(self, *, thoroughly: bool) -> None:
        try:
            if thoroughly and self._source:
                self._feedback.pull(self._source)
            if thoroughly and self._follow:
                self._follow()
            self._feedback.watch(unconfirmed=thoroughly)
        except Exception as error:  # noqa: BLE001 - sending must go on; the error's own words may hold addresses
            log.error("what readers' mail servers say could not be looked at: %s", type(error).__name__)
