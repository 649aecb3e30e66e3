"""Drives schedule and sender for as long as a process lives. On an SQLite file one does; the next waits for its end."""

from __future__ import annotations

import logging
import multiprocessing
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from newsletter.jobs.driver import DriverKind
from newsletter.jobs.pulse import Pulse
from newsletter.jobs.rounds import Rounds
from newsletter.jobs.ticker import tick_until
from newsletter.schedule.sendings import hold_missed
from newsletter.wiring.backup import backup_beat
from newsletter.wiring.clocks import desk_of, serving_lock
from newsletter.wiring.collect import collect_beat
from newsletter.wiring.duties import work_together
from newsletter.wiring.imports import Importer
from newsletter.wiring.letters import LetterBeat
from newsletter.wiring.pictures import SharingBeat, make_pictures
from newsletter.wiring.soundness.shared_folder import leave_mark, take_mark_away
from newsletter.wiring.web_looks import look_at_web
from newsletter.words.mistake import NotNow

if TYPE_CHECKING:
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_TRIES = 2.0


def drive(
    parts: Parts,
    stop: threading.Event,
    kind: DriverKind,
    *,
    say: Callable[[str], object],
    begun: str,
    pulse: Pulse | None = None,
    may_wait: bool = True,
    begin_again: Callable[[], object] = lambda: None,
) -> None:
    """Do what is due until `stop` is set: slots, sendings, mails, feeds. It ends after the batches in flight.

    Where another process does it already, this one says so and takes over when that one ends; raises NotNow where it
    may not wait. `begun` is said when it begins. `begin_again` is called where another machine asks for it, since settings
    have changed.
    """
    with _alone(parts, stop, f"`newsletter {kind}`, {whoami(parts)}", say, pulse, may_wait=may_wait):
        if stop.is_set():
            return
        if kind is DriverKind.STUDIO and not any(one.is_alive for one in parts.drivers.list_drivers()):
            # A person opens the studio, and may not want what they missed to go that very second.
            hold_missed(desk_of(parts))
        say(begun)
        why = parts.find_hold() or parts.refusal
        if why:
            say(f"But nothing is sent for now: {why}")
        if pulse:
            pulse.begin()
        with signs_of_life(parts, kind, begin_again) as beat:
            log.info("the schedule runs")
            if parts.lock.is_exclusive:
                _work(parts, stop, rounds_of(parts, stop, pulse, beat))
            else:
                chores = (SharingBeat(parts).beat, partial(backup_beat, parts))
                work_together(parts, stop, beat=beat, rounds=rounds_of(parts, stop), pulse=pulse, own_chores=chores)


def rounds_of(
    parts: Parts, stop: threading.Event, pulse: Pulse | None = None, beat: Callable[[], None] = lambda: None
) -> Rounds:
    return Rounds(desk_of(parts), parts.drain(stop), parts.after_sending, pulse=pulse, beat=beat)


@contextmanager
def signs_of_life(
    parts: Parts, kind: DriverKind, begin_again: Callable[[], object] = lambda: None
) -> Iterator[Callable[[], None]]:
    """Gives what to call at every look, so that other processes know of this one; at the end they know that it ended."""
    name, about, every = parts.sender.name, whoami(parts), parts.timing.seconds_between_ticks
    shares = kind is not DriverKind.WORKER and not parts.lock.is_exclusive

    def beat() -> None:
        if parts.drivers.beat(name, kind, about, every_seconds=every):
            begin_again()
        if shares:
            leave_mark(parts)

    try:
        beat()
        yield beat
    finally:
        try:
            if shares:
                take_mark_away(parts)
            parts.drivers.end(name)
        except Exception as error:  # noqa: BLE001 - a database that is away: the last sign of life grows old by itself
            log.warning("the end could not be written down: %s", type(error).__name__)


def whoami(parts: Parts) -> str:
    # The process to stop: a child of it would only be started again.
    process = multiprocessing.parent_process() or multiprocessing.current_process()
    return f"process {process.pid} on {socket.gethostname()}, since {parts.clock.now():%Y-%m-%d %H:%M} UTC"


def send_and_listen(parts: Parts, rounds: Rounds) -> None:
    """Send what is due, and hear what became of earlier mails, in a farewell too. A copy hears nothing: it would take it away."""
    held = parts.live.find_hold()
    if held:
        raise held
    try:
        parts.farewells.check()
        rounds.sending()
    finally:
        parts.listen()


def _work(parts: Parts, stop: threading.Event, rounds: Rounds) -> None:
    """On an SQLite file: this process does it all, in a thread for each kind of work."""

    def from_outside() -> None:
        make_pictures(parts, stop)
        collect_beat(parts, stop)

    # Pages of others may take their time: collecting has a beat of its own.
    tick_until(
        stop,
        rounds.schedule_beat,
        partial(send_and_listen, parts, rounds),
        LetterBeat(parts).beat,
        from_outside,
        partial(look_at_web, parts, stop),
        Importer(parts, stop).beat,
        partial(backup_beat, parts),
        seconds=parts.timing.seconds_between_ticks,
    )


@contextmanager
def _alone(
    parts: Parts,
    stop: threading.Event,
    about: str,
    say: Callable[[str], object],
    pulse: Pulse | None,
    *,
    may_wait: bool,
) -> Iterator[None]:
    lock = serving_lock(parts)
    if lock is None:
        # PostgreSQL: rows and a lease keep any number apart.
        others = [str(one) for one in parts.drivers.list_drivers() if one.is_alive]
        if others:
            say(f"Others do it as well, and share the work: {'; '.join(others)}.")
        yield
        return
    said = False
    while not stop.is_set():
        with lock.try_hold(about) as holder:
            if holder is None:
                yield
                return
        if not may_wait:
            raise NotNow(
                f"This newsletter is served already: {holder}.",
                fix="There is nothing to do. To serve it from here, stop that process first.",
            )
        if not said:
            say(f"This newsletter is served already: {holder}. Here are pages only, until that process ends.")
            said = True
            if pulse:
                pulse.leave()
        stop.wait(_SECONDS_BETWEEN_TRIES)
    yield
