"""`tick` and `serve`: doing what is due, once or for as long as the process lives."""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from newsletter.words.mistake import NotNow

if TYPE_CHECKING:
    from newsletter.schedule.pulse import Pulse
    from newsletter.schedule.rounds import Rounds
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

_SAME_ASK_SECONDS = 1.0


@click.command()
@click.pass_obj
def tick(folder: object) -> None:
    """Do what is due now, once: slots, scheduled sendings, unfinished ones, mails to the owner. Made for cron.

    \b
    Example:
      */5 * * * * newsletter -C /srv/weekly tick
    """
    from newsletter.cli.context import parts_of
    from newsletter.wiring.collecting import collect_beat

    parts = parts_of(folder)
    rounds = _rounds(parts, threading.Event())
    rounds.schedule_beat()
    worked_on = rounds.sending_beat()
    parts.listen()
    collect_beat(parts)
    # What has just been sent is told at once, not at the next call of cron.
    rounds.schedule_beat()
    # cron mails whatever is said to it, and most times there is nothing to say.
    if worked_on or sys.stdout.isatty():
        click.echo("1 sending was due." if worked_on == 1 else f"{worked_on or 'No'} sendings were due.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="The port; 0 takes a free one."
)
@click.pass_obj
def serve(folder: object, host: str, port: int) -> None:
    """Run everything in one process: pages, the schedule and the sender.

    Ctrl-C or SIGTERM ends it after the batches in flight. A second one on the same SQLite database serves pages only,
    and takes over when the first ends.

    \b
    Example:
      newsletter -C /srv/weekly serve --port 8025
    """
    from newsletter.cli.context import parts_of
    from newsletter.cli.log_lines import log_to_stderr
    from newsletter.schedule.pulse import Pulse

    parts = parts_of(folder)
    log_to_stderr()
    stop, pulse = stop_on_signals(), Pulse(seconds_between_ticks=parts.timing.seconds_between_ticks)
    with _pages(parts, host, port, stop, pulse) as has_pages, _alone(parts, stop, has_pages=has_pages):
        if not stop.is_set():
            click.echo("Looking every 15 s for what is due. Ctrl-C stops.")
            pulse.begin()
            _work(_rounds(parts, stop, pulse), parts, stop)
    log.info("stopped")


@click.command()
@click.pass_obj
def worker(folder: object) -> None:
    """Send from another machine what `serve` has planned. Needs PostgreSQL; any number of them share the batches.

    It needs the same newsletter.toml and secrets as `serve`; pages and schedule stay there. Ctrl-C or SIGTERM ends it
    after the batches in flight; what a killed one had in flight is looked into by the others.

    \b
    Example:
      newsletter -C /srv/weekly worker
    """
    from newsletter.cli.context import parts_of
    from newsletter.cli.log_lines import log_to_stderr
    from newsletter.schedule.working import work_until
    from newsletter.wiring.timekeeping import gauges_of

    parts = parts_of(folder)
    if parts.lock.is_exclusive:
        raise NotNow(
            "On SQLite one process sends, and `serve` is it: a worker could only wait.",
            fix="Run `newsletter serve` alone, or move to PostgreSQL. See docs/operations.md.",
        )
    log_to_stderr()
    stop, gauges = stop_on_signals(), gauges_of(parts)
    rounds = _rounds(parts, stop)
    click.echo("Sending what is due, looking every second. Ctrl-C stops.")
    log.info("the worker runs")
    work_until(
        stop,
        rounds.sending_beat,
        lambda: gauges.is_due(parts.provider.name),
        seconds=parts.timing.seconds_between_ticks,
    )
    log.info("stopped")


def _rounds(parts: Parts, stop: threading.Event, pulse: Pulse | None = None) -> Rounds:
    from newsletter.schedule.rounds import Rounds
    from newsletter.wiring.timekeeping import desk_of

    # Mails that answer readers, and whose posting an earlier process did not come to.
    posting = parts.post_office.post_waiting
    return Rounds(desk_of(parts), parts.drain(stop), parts.after_sending, chores=(posting,), pulse=pulse)


def _work(rounds: Rounds, parts: Parts, stop: threading.Event) -> None:
    from newsletter.schedule.ticker import tick_until
    from newsletter.wiring.collecting import collect_beat

    def sending() -> None:
        rounds.sending()
        parts.listen()

    log.info("the schedule runs")
    # Pages of others may take their time: collecting has a beat of its own.
    tick_until(
        stop,
        rounds.schedule_beat,
        sending,
        lambda: collect_beat(parts, stop),
        seconds=parts.timing.seconds_between_ticks,
    )


def stop_on_signals() -> threading.Event:
    """Set by the first SIGTERM or Ctrl-C. A second one, a second or more later, waits for nothing."""
    stop = threading.Event()
    asked_at: list[float] = []

    def ask(_signal: int, _frame: object) -> None:
        # Some that end a process tell it twice at once: itself, and the group that it is in.
        if asked_at and time.monotonic() - asked_at[0] >= _SAME_ASK_SECONDS:
            raise KeyboardInterrupt
        asked_at.append(time.monotonic())
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, ask)
    return stop


@contextmanager
def _alone(parts: Parts, stop: threading.Event, *, has_pages: bool) -> Iterator[None]:
    """Be the one that ticks and sends on an SQLite file, or say who is, and wait for its end while pages are served."""
    from newsletter.wiring.timekeeping import serving_lock

    lock = serving_lock(parts)
    if lock is None:
        yield  # PostgreSQL: rows and an advisory lock keep any number apart
        return
    about = f"process {os.getpid()} on {socket.gethostname()}, since {parts.clock.now():%Y-%m-%d %H:%M} UTC"
    said = False
    while not stop.is_set():
        with lock.try_hold(about) as holder:
            if holder is None:
                yield
                return
        if not has_pages:
            raise NotNow(
                f"This newsletter is served already: {holder}.",
                fix="There is nothing to do. To serve it from here, stop that process first.",
            )
        if not said:
            click.echo(f"This newsletter is served already: {holder}. Here are pages only, until that process ends.")
            said = True
        stop.wait(2.0)
    yield


@contextmanager
def _pages(parts: Parts, host: str, port: int, stop: threading.Event, pulse: Pulse) -> Iterator[bool]:
    """Serve the web application in a thread of its own until the block ends. Gives False where there is none."""
    if not all(importlib.util.find_spec(name) for name in ("newsletter.web", "uvicorn", "starlette")):
        yield False
        return
    from newsletter.cli.pages import serve_pages
    from newsletter.web.studio.session import token_address

    with serve_pages(parts, host, port, stop, pulse) as address:
        click.echo(token_address(address, parts))
        yield True
