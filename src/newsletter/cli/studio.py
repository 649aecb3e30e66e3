"""`studio`: compose, preview and send in the browser, on this machine."""

from __future__ import annotations

import click

from newsletter.cli import Folder
from newsletter.cli.pages_and_sender import run_service


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
    another one with every start: whoever has it on this machine may do everything. Ctrl-C ends it after the batches in flight; what was typed is saved.

    \b
    Example:
      newsletter studio
      newsletter -C ~/weekly studio --port 9000 --no-open
    """
    from newsletter.jobs.driver import DriverKind

    begun = "What is scheduled goes out while this runs. Ctrl-C stops."
    run_service(folder, DriverKind.STUDIO, "127.0.0.1", port, begun=begun, open_browser=not no_open)
