"""`tick` and `serve`: doing what is due, once or for as long as the process lives."""

from __future__ import annotations

import signal
import threading

import click


@click.command()
@click.pass_obj
def tick(folder: object) -> None:
    """Do what is due now, once: start scheduled sendings, go on with unfinished ones. Made for cron.

    \b
    Example:
      */5 * * * * newsletter -C /srv/weekly tick
    """
    from newsletter.cli.context import parts_of

    parts = parts_of(folder)
    worked_on = parts.drain(threading.Event()).once()
    parts.after_sending()
    click.echo(f"{worked_on} sending{'' if worked_on == 1 else 's'} due.")


@click.command()
@click.pass_obj
def serve(folder: object) -> None:
    """Keep doing what is due until it is stopped: scheduled sendings start at their time.

    Ctrl-C or SIGTERM ends it after the batches in flight.

    \b
    Example:
      newsletter -C /srv/weekly serve
    """
    from newsletter.cli.context import parts_of
    from newsletter.schedule.ticker import tick_until

    parts = parts_of(folder)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    drain = parts.drain(stop)

    def beat() -> None:
        if drain.once():
            parts.after_sending()

    click.echo("Looking every 15 s for what is due. Ctrl-C stops.")
    tick_until(stop, beat)
