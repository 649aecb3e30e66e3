"""What `serve` and `studio` run: the pages in one process, the schedule and the sender in another."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

import click

from newsletter.cli import Folder
from newsletter.cli.context import parts_of
from newsletter.cli.serve.log_lines import log_to_stderr
from newsletter.cli.serve.pages import listener_at, pages_process
from newsletter.cli.serve.supervisor import START_OVER, Child, context_of, keep_running, stop_on_signals
from newsletter.jobs.driver import DriverKind
from newsletter.jobs.pulse import Pulse
from newsletter.jobs.ticker import SECONDS_BETWEEN_TICKS

log = logging.getLogger(__name__)


def run_service(
    folder: Folder, kind: DriverKind, host: str | None, port: int, *, begun: str, open_browser: bool = False
) -> None:
    """Run until a signal comes. Without a `host` there are no pages, and nothing to do where another process drives.

    Raises NotNow where nothing can listen there.
    """
    # A person at the studio wants the address, and to hear what goes wrong; not that a server has started.
    level = logging.WARNING if kind is DriverKind.STUDIO else logging.INFO
    stop, context = stop_on_signals(), context_of(folder.timing)
    seconds = folder.timing.seconds_between_ticks if folder.timing else SECONDS_BETWEEN_TICKS
    # In memory that both share: the pages answer for the schedule while the database is away, and the driver too.
    pulse = Pulse(seconds_between_ticks=seconds, marks=context.RawArray("d", 3))
    # Rung by the pages when something is to be sent at once. Both ends stay here, for those that are started again.
    heard, bell = context.Pipe(duplex=False)
    driver = Child(context, "sender", driver_process, folder, kind, pulse, level, begun, host is not None, heard)
    if host is None:
        keep_running([driver], stop)
        return

    unopened = context.RawArray("b", [int(open_browser)])
    with listener_at(host, port) as listener:
        pages = Child(context, "pages", pages_process, folder, listener, pulse, level, unopened, bell)
        keep_running([pages, driver], stop)


def driver_process(
    stop: threading.Event,
    ready: Callable[[], None],
    folder: Folder,
    kind: DriverKind,
    pulse: Pulse,
    level: int,
    begun: str,
    may_wait: bool,
    bell: Connection,
) -> None:
    """Keep the schedule and send until `stop` is set, then finish the batches in flight."""
    from newsletter.wiring.driver import drive
    from newsletter.wiring.runner import Runner

    parts = parts_of(folder)
    log_to_stderr(level)
    runner, again = Runner(parts, stop), threading.Event()
    threading.Thread(target=runner.hear, args=(bell.fileno(),), name="bell", daemon=True).start()

    def begin_again() -> None:
        again.set()
        stop.set()

    ready()
    drive(
        parts,
        stop,
        kind,
        say=click.echo,
        begun=begun,
        pulse=pulse,
        may_wait=may_wait,
        begin_again=begin_again,
    )
    runner.end()
    log.info("stopped")
    if again.is_set():
        sys.exit(START_OVER)
