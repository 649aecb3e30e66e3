"""`studio`: compose, preview and send in the browser, on this machine."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from newsletter.wiring import Parts


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="The port; 0 takes a free one."
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.pass_obj
def studio(folder: object, port: int, no_open: bool) -> None:
    """Compose, preview and send in the browser. Only this machine can reach it.

    While it runs, what was scheduled goes out and what was interrupted goes on, as by `serve`; where `serve` or another
    studio does that already, it says so and takes over when that one ends. The address that it prints holds a token:
    whoever has it may do everything. Ctrl-C ends it after the batches in flight; what was typed is saved.

    \b
    Example:
      newsletter studio
      newsletter -C ~/weekly studio --port 9000 --no-open
    """
    from newsletter.cli.context import parts_of
    from newsletter.cli.log_lines import log_to_stderr
    from newsletter.cli.pages import serve_pages
    from newsletter.cli.schedule import stop_on_signals
    from newsletter.schedule.pulse import Pulse
    from newsletter.wiring.driver import drive
    from newsletter.words.driver import DriverKind

    parts = parts_of(folder)
    # Who sits before it wants the address, and what goes wrong; not that a server has started.
    log_to_stderr(logging.WARNING)
    stop, pulse = stop_on_signals(), Pulse(seconds_between_ticks=parts.timing.seconds_between_ticks)
    with serve_pages(parts, "127.0.0.1", port, stop, pulse) as address:
        _say(parts, address, no_open=no_open)
        begun = "What is scheduled goes out while this runs. Ctrl-C stops."
        drive(parts, stop, DriverKind.STUDIO, say=click.echo, begun=begun, pulse=pulse)


def _say(parts: Parts, address: str, *, no_open: bool) -> None:
    from newsletter.web.studio.session import token_address

    with_token = token_address(address, parts)
    click.echo(with_token)
    if not no_open:
        import webbrowser

        # A browser that takes its time to start must not hold up the pages it is to show.
        threading.Thread(target=webbrowser.open, args=(with_token,), daemon=True).start()
