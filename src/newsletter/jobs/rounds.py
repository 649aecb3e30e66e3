"""Rounds: the two beats of a serving process, the schedule's and the sender's, and proof that they still come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from newsletter.jobs.pulse import Pulse
from newsletter.ledger.drain import Drain
from newsletter.schedule.desk import Desk
from newsletter.schedule.sendings import hold_late
from newsletter.schedule.tick import tick

HEARTBEAT_EVERY = timedelta(minutes=5)


class Rounds:
    """`after_sending` is called when something was sent.

    `beat` is called when either begins: a sign of life for other processes.
    """

    def __init__(
        self,
        desk: Desk,
        drain: Drain,
        after_sending: Callable[[], None],
        pulse: Pulse | None = None,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._desk, self._drain, self._after_sending = desk, drain, after_sending
        self._beaten_at: datetime | None = None
        self._pulse, self._beat = pulse or Pulse(), beat

    def schedule_beat(self) -> float | None:
        """One tick of the schedule. Returns the seconds until something is due, where it knows."""
        self._pulse.tried()
        self._beat()
        due_at = tick(self._desk)
        self._pulse.looked()
        self._sign_of_life()
        return (due_at - self._desk.clock.now()).total_seconds() if due_at else None

    def sending_beat(self) -> int:
        """Send all that is due. Returns how many sendings were worked on."""
        self._beat()
        # Before anything may start it: what missed its time by hours is not sent without asking.
        hold_late(self._desk)
        worked_on = self._drain.once()
        if worked_on:
            self._after_sending()
        return worked_on

    def sending(self) -> None:
        """`sending_beat` as a beat of the ticker."""
        self.sending_beat()

    @property
    def is_alive(self) -> bool:
        """Whether the schedule has looked at the database lately."""
        return self._pulse.is_alive

    def _sign_of_life(self) -> None:
        """Called only after a tick that went well: a service elsewhere raises the alarm when the call does not come."""
        now = self._desk.clock.now()
        if self._beaten_at is not None and timedelta(0) <= now - self._beaten_at < HEARTBEAT_EVERY:
            return
        urls = {timetable.ways.heartbeat_url for timetable in self._desk.schedule.timetables.list_all()}
        for url in urls - {None}:
            self._desk.heartbeat.beat(url or "")
        self._beaten_at = now
