"""`tick` and `serve`: doing what is due, once or for as long as the process lives."""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from newsletter.words.mistake import NotNow

if TYPE_CHECKING:
    from newsletter.schedule.rounds import Rounds
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)


@click.command()
@click.pass_obj
def tick(folder: object) -> None:
    """Do what is due now, once: slots, scheduled sendings, unfinished ones, mails to the owner. Made for cron.

    \b
    Example:
      */5 * * * * newsletter -C /srv/weekly tick
    """
    from newsletter.cli.context import parts_of

    parts = parts_of(folder)
    rounds = _rounds(parts, threading.Event())
    rounds.schedule_beat()
    worked_on = rounds.sending_beat()
    parts.listen()
    # What has just been sent is told at once, not at the next call of cron.
    rounds.schedule_beat()
    click.echo(f"{worked_on} sendings were due.")


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

    parts = parts_of(folder)
    log_to_stderr()
    stop = stop_on_signals()
    with _pages(parts, host, port, stop) as has_pages, _alone(parts, stop, has_pages=has_pages):
        if not stop.is_set():
            click.echo("Looking every 15 s for what is due. Ctrl-C stops.")
            _work(_rounds(parts, stop), parts, stop)
    log.info("stopped")


def _rounds(parts: Parts, stop: threading.Event) -> Rounds:
    from newsletter.schedule.rounds import Rounds
    from newsletter.timekeeping import desk_of

    # Mails that answer readers, and whose posting an earlier process did not come to.
    posting = parts.post_office.post_waiting
    return Rounds(desk_of(parts), parts.drain(stop), parts.after_sending, chores=(posting,))


def _work(rounds: Rounds, parts: Parts, stop: threading.Event) -> None:
    from newsletter.schedule.ticker import tick_until

    def sending() -> None:
        rounds.sending()
        parts.listen()

    log.info("the schedule runs")
    tick_until(stop, rounds.schedule_beat, sending)


def stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def ask(_signal: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, ask)
    return stop


@contextmanager
def _alone(parts: Parts, stop: threading.Event, *, has_pages: bool) -> Iterator[None]:
    """Be the one that ticks and sends on an SQLite file, or say who is, and wait for its end while pages are served."""
    from newsletter.timekeeping import serving_lock

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
def _pages(parts: Parts, host: str, port: int, stop: threading.Event) -> Iterator[bool]:
    """Serve the web application in a thread of its own until the block ends. Gives False where there is none."""
    if not all(importlib.util.find_spec(name) for name in ("newsletter.web", "uvicorn", "starlette")):
        yield False
        return
    from newsletter.cli.pages import serve_pages
    from newsletter.web.studio.session import token_address

    with serve_pages(parts, host, port, stop) as address:
        click.echo(token_address(address, parts))
        yield True
