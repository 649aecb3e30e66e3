"""What each job does: the functions behind the tasks, as one process of several on a PostgreSQL server does them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from newsletter.db.doorbell import ring_unless_waiting
from newsletter.db.lease import Lease
from newsletter.jobs.pulse import Pulse
from newsletter.jobs.rounds import Rounds
from newsletter.jobs.shift import Shift
from newsletter.jobs.ticker import tick_until
from newsletter.jobs.workers import JOBS_AT_ONCE, Duty, work_until
from newsletter.ports.work import Task, WorkQueue
from newsletter.schedule.sendings import hold_late
from newsletter.wiring.clocks import desk_of
from newsletter.wiring.collect import collect_beat
from newsletter.wiring.imports import Importer
from newsletter.wiring.letters import SECONDS_BETWEEN_SWEEPS, post_letters, sweep
from newsletter.wiring.pictures import make_pictures
from newsletter.wiring.web_looks import look_at_web

if TYPE_CHECKING:
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

# So long one job sends of one mailing: then other mailings have their turn.
SHIFT_SECONDS = 20.0
# Something is due, and could not be had: another process has it in its hands, or is taken up with it.
_NOT_AT_ONCE_SECONDS = 1.0


def work_together(
    parts: Parts,
    stop: threading.Event,
    *,
    beat: Callable[[], None],
    rounds: Rounds,
    pulse: Pulse | None = None,
    own_chores: Sequence[Callable[[], None]] = (),
    queues: Collection[WorkQueue] = tuple(WorkQueue),
    jobs_at_once: int = JOBS_AT_ONCE,
) -> None:
    """Do jobs beside other processes until `stop` is set. `own_chores` are what this machine does for itself, now and then.

    `beat` is called every so often: a sign of life for others, as `pulse` is for the pages of this process.
    """

    def sign() -> None:
        if pulse:
            pulse.tried()
        beat()
        if not parts.find_hold():
            # What could not be written down lies on this machine's disk: no other process can see to it.
            parts.sender.spool.replay(parts.ledger.attempts.record_by_token)
        if pulse:
            pulse.looked()

    seconds = parts.timing.seconds_between_ticks
    signs = threading.Thread(
        target=partial(tick_until, stop, sign, *own_chores, seconds=seconds), name="signs of life", daemon=True
    )
    signs.start()
    work_until(stop, parts.engine, duties_of(parts, stop, rounds), queues=queues, jobs_at_once=jobs_at_once)
    signs.join()


def duties_of(parts: Parts, stop: threading.Event, rounds: Rounds) -> list[Duty]:
    """Every task, and what it does. What is due by itself looks at the rows: if all jobs are lost, nothing is."""
    every = parts.timing.seconds_between_ticks
    return [
        Duty(task=Task.DRAIN, do=partial(drain, parts, stop)),
        Duty(task=Task.LOOK, do=partial(look, parts, stop), every_seconds=every),
        Duty(task=Task.TICK, do=partial(tick, parts, rounds), every_seconds=every),
        Duty(task=Task.POST, do=partial(post_letters, parts), every_seconds=every),
        Duty(task=Task.SWEEP, do=partial(sweep, parts), every_seconds=SECONDS_BETWEEN_SWEEPS),
        Duty(task=Task.LISTEN, do=partial(listen, parts), every_seconds=every),
        Duty(task=Task.IMPORT, do=Importer(parts, stop).beat, every_seconds=every),
        Duty(task=Task.COLLECT, do=partial(collect_beat, parts, stop), every_seconds=every),
        Duty(task=Task.PICTURES, do=partial(make_pictures, parts, stop), every_seconds=every),
        Duty(task=Task.CHECK, do=partial(look_at_web, parts, stop), every_seconds=every),
    ]


def drain(parts: Parts, stop: threading.Event, mailing: int) -> None:
    """Send what is due of one mailing for some seconds, then ring again while there is more.

    Before it begins it calls the next process, which does the same: so there is one such job for each process that has
    time, and one that waits. If two of them get the same batch, its claim is what decides.
    """
    ring = partial(ring_unless_waiting, parts.engine, Task.DRAIN, mailing=mailing)
    shift = Shift(stop, SHIFT_SECONDS)
    due_in = parts.drain(shift).work_on(mailing, ring)
    if due_in is None:
        parts.after_sending()
    elif due_in < parts.timing.seconds_between_ticks:
        ring(in_seconds=0.0 if shift.is_set() else max(due_in, _NOT_AT_ONCE_SECONDS))


def look(parts: Parts, stop: threading.Event) -> None:
    """Look at the rows: begin what was set to a time, ring where something is due, and finish what was interrupted."""
    # Before anything may start it: what missed its time by hours is not sent without asking.
    hold_late(desk_of(parts))
    at_work = parts.drain(stop)
    at_work.take_stock()
    for mailing in at_work.look():
        due_in = at_work.due_in_seconds(mailing)
        if due_in is None:
            at_work.ledger.control.finish_if_done(mailing.id)
        elif due_in < parts.timing.seconds_between_ticks:
            ring_unless_waiting(parts.engine, Task.DRAIN, in_seconds=due_in, mailing=mailing.id)
    with Lease(parts.engine, "plans").try_hold() as mine:
        if mine:
            at_work.finish_halves()


def listen(parts: Parts) -> None:
    """What providers tell, asked for by one process at a time: two would read the same mails and the same pages."""
    with Lease(parts.engine, "listen").try_hold() as mine:
        if mine:
            parts.listen()


def tick(parts: Parts, rounds: Rounds) -> None:
    """One tick of the schedule. Where something is due soon, another one comes just then, and a look at what it began."""
    due_in = rounds.schedule_beat()
    if due_in is not None and due_in < parts.timing.seconds_between_ticks:
        ring_unless_waiting(parts.engine, Task.TICK, in_seconds=max(due_in, 0.0))
        ring_unless_waiting(parts.engine, Task.LOOK, in_seconds=max(due_in, 0.0))
