"""`init`: a new newsletter folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", help="What the newsletter is called.")
@click.option("--sender", metavar="EMAIL", help="The address that it comes from.")
@click.option(
    "--address", metavar="POSTAL", help="Your postal address: the law of most countries wants one in every issue."
)
def init(directory: Path, name: str | None, sender: str | None, address: str | None) -> None:
    """Make a new newsletter in DIRECTORY: settings, and room for posts, issues, images and templates.

    \b
    Example:
      newsletter init weekly --name "Weekly Ferries" --sender me@example.com
    """
    from newsletter.folder.new import create_folder

    if sys.stdin.isatty():
        name = name or click.prompt("What is it called", default=directory.name)
        sender = sender or click.prompt(
            "Which address does it come from (Enter: later)", default="", show_default=False
        )
        address = address or click.prompt("Your postal address (Enter: later)", default="", show_default=False)
    create_folder(directory, name=name or directory.name, sender=sender or "", address=address or "")
    click.echo(f"{directory} is ready. Practice is on: mails are written to disk, nobody gets them.")
    missing = [f"`{key}`" for key, given in (("sender", sender), ("address", address)) if not given]
    if missing:
        click.echo(f"Before real mail goes out, {directory}/newsletter.toml needs {' and '.join(missing)}.")
    click.echo(f"Next: cd {directory} and newsletter add FILE, or newsletter studio to do all of it in a browser.")
