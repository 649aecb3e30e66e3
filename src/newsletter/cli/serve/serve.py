"""`tick`, `serve`, `studio` and `worker`: doing what is due, once or for as long as the process lives."""

from __future__ import annotations

import importlib.util
import logging
import sys
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from newsletter.cli import Folder
from newsletter.cli.context import pass_parts
from newsletter.cli.serve.empty_folder import settle_in
from newsletter.cli.serve.log_lines import log_to_stderr
from newsletter.cli.serve.processes import run_service
from newsletter.cli.serve.supervisor import stop_on_signals
from newsletter.ports.work import WorkQueue
from newsletter.words.mistake import NotNow

if TYPE_CHECKING:
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)


@click.command()
@pass_parts
def tick(parts: Parts) -> None:
    """Do what is due now, once: slots, scheduled sendings, unfinished ones, mails to the owner, imports of the studio, the backup of the night. Made for cron.

    \b
    Example:
      */5 * * * * newsletter -C /srv/weekly tick
    """
    from newsletter.wiring.backup import backup_beat
    from newsletter.wiring.collect import collect_beat
    from newsletter.wiring.driver import rounds_of
    from newsletter.wiring.imports import Importer
    from newsletter.wiring.letters import post_letters
    from newsletter.wiring.web_looks import look_at_web

    rounds = rounds_of(parts, threading.Event(), beat=parts.drivers.call)
    rounds.schedule_beat()
    post_letters(parts)
    farewell = parts.farewells.find_hold()
    if farewell:
        # All but sending goes on; on a copy nothing does.
        parts.live.check()
    worked_on = 0 if farewell else rounds.sending_beat()
    parts.listen()
    collect_beat(parts)
    look_at_web(parts, threading.Event())
    # The owner hears at once what has just been sent, not at the next call of cron.
    rounds_of(parts, threading.Event()).schedule_beat()
    # Last: a large one takes minutes.
    Importer(parts, threading.Event()).beat()
    backup_beat(parts)
    if farewell:
        raise farewell
    # cron mails all output, and most times there is nothing to report.
    if worked_on or sys.stdout.isatty():
        click.echo("1 sending was due." if worked_on == 1 else f"{worked_on or 'No'} sendings were due.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="The port; 0 takes a free one."
)
@click.pass_obj
def serve(folder: Folder, host: str, port: int) -> None:
    """Run everything: pages, the schedule and the sender.

    The pages are a process of their own, and so is what keeps the schedule and sends: what strangers do to the pages
    holds up no sending. Either is started again when it dies. In an empty folder a newsletter is made first, and the
    studio asks for its name and the rest.

    Ctrl-C or SIGTERM ends it after the batches in flight. A second one on the same SQLite database serves pages only,
    and takes over when the first ends.

    \b
    Example:
      newsletter -C /srv/weekly serve --port 8025
    """
    from newsletter.jobs.driver import DriverKind

    settle_in(folder.directory)
    has_pages = all(importlib.util.find_spec(name) for name in ("newsletter.web", "uvicorn", "starlette"))
    begun = "Looking every 15 s for what is due. Ctrl-C stops."
    run_service(folder, DriverKind.SERVE, host if has_pages else None, port, begun=begun)


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="The port; 0 takes a free one."
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.pass_obj
def studio(folder: Folder, port: int, no_open: bool) -> None:
    """Compose, preview and send in the browser. Only this machine can reach it.

    While it runs, what was scheduled goes out and what was interrupted goes on, as by `serve`; where `serve` or another
    studio does that already, it says so and takes over when that one ends. The address that it prints holds a token,
    another one with every start: anybody who has it on this machine may do everything. Ctrl-C ends it after the batches
    in flight; what was typed is saved.

    \b
    Example:
      newsletter studio
      newsletter -C ~/weekly studio --port 9000 --no-open
    """
    from newsletter.jobs.driver import DriverKind

    settle_in(folder.directory)
    begun = "What is scheduled goes out while this runs. Ctrl-C stops."
    run_service(folder, DriverKind.STUDIO, "127.0.0.1", port, begun=begun, open_browser=not no_open)


_FOR_WORKERS = (WorkQueue.SENDING, WorkQueue.LETTERS, WorkQueue.POLLS, WorkQueue.IMPORTS)


def _queues(_context: click.Context, _option: click.Parameter, given: str) -> tuple[WorkQueue, ...]:
    names = [name.strip() for name in given.split(",")]
    if wrong := [name for name in names if name not in _FOR_WORKERS]:
        raise click.BadParameter(f"There is no queue {wrong[0]!r}. Known here: {', '.join(_FOR_WORKERS)}.")
    return tuple(WorkQueue(name) for name in names)


@click.command()
@click.option(
    "--queues",
    default=WorkQueue.SENDING.value,
    show_default=True,
    callback=_queues,
    help=f"The kinds of work to do, with commas between them: {', '.join(_FOR_WORKERS)}.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 32),
    default=4,
    show_default=True,
    help="How many jobs at once beside sending, of which it does one, with several calls in flight.",
)
@pass_parts
def worker(parts: Parts, queues: tuple[WorkQueue, ...], concurrency: int) -> None:
    """Send from another machine what `serve` has planned. Needs PostgreSQL; any number of them share the work.

    It needs the same newsletter.toml and secrets as `serve`; pages and schedule stay there. Letters and polls also read
    the newsletter's folder; imports know erased people by NEWSLETTER_ERASE_KEY, or var/erase.key. Ctrl-C or SIGTERM ends it after the batches in flight; what a killed one had in flight is
    looked into by the others.

    \b
    Example:
      newsletter -C /srv/weekly worker
      newsletter -C /srv/weekly worker --queues sending,letters --concurrency 2
    """
    from newsletter.jobs.driver import DriverKind
    from newsletter.wiring.driver import rounds_of, signs_of_life
    from newsletter.wiring.duties import work_together

    if parts.lock.is_exclusive:
        raise NotNow(
            "On SQLite one process sends, and `serve` is it: a worker could only wait.",
            fix="Run `newsletter serve` alone, or move to PostgreSQL. See docs/operations.md.",
        )
    if WorkQueue.IMPORTS in queues and not parts.has_erase_key:
        raise NotNow(
            "This worker would import people who asked to be erased: it has not the key that they are known by.",
            fix="Give it the NEWSLETTER_ERASE_KEY of `serve`, or copy its var/erase.key. See docs/operations.md.",
        )
    parts.check_may_send()
    log_to_stderr()
    stop = stop_on_signals()
    click.echo("Doing what is due. Ctrl-C stops.")
    log.info("the worker runs")
    # Only one that sends counts where somebody asks whether a sending will go.
    signs = signs_of_life(parts, DriverKind.WORKER) if WorkQueue.SENDING in queues else nullcontext(lambda: None)
    with signs as beat:
        rounds, also = rounds_of(parts, stop), (WorkQueue.UPKEEP, *queues)
        work_together(parts, stop, beat=beat, rounds=rounds, queues=also, jobs_at_once=concurrency)
    log.info("stopped")
