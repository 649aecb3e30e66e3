"""`db`: the database itself."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import confirm, yes_option
from newsletter.cli.output import said_rows
from newsletter.cli.readers.export import as_text, write_whole
from newsletter.wiring import Parts
from newsletter.words.correction import correction_of
from newsletter.words.ledger import MailingStatus


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@pass_parts
def upgrade(parts: Parts, dry_run: bool) -> None:
    """Bring the database to this version of the program: all of it, or nothing. Safe to run twice.

    Then its tables are compared with those that the program needs, whatever number they were given.

    \b
    Example:
      newsletter backup before.db
      newsletter db upgrade
    """
    from newsletter.db.engine import connect
    from newsletter.db.upgrade import HEAD, pending
    from newsletter.db.upgrade import upgrade as run
    from newsletter.wiring.schema import metadata

    engine = connect(parts.config.database_url)
    steps = pending(engine)
    for step in steps if dry_run else ():
        click.echo(step)
    if dry_run and steps:
        click.echo("Nothing was changed.")
        return
    run(engine, metadata)
    click.echo(f"The database stands at version {HEAD}, and its tables are those that this program needs.")


@db.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@pass_parts
def export(parts: Parts, directory: Path) -> None:
    """Write every list into DIRECTORY as CSV, from a database of whatever version: also one that nothing else can read.

    Everyone is in it, who left and who must not be mailed included, as `subscribers import` reads it. What was sent is
    not: readers of an issue that went out only in part could get it again from a new newsletter.

    \b
    Example:
      newsletter db export saved/
    """
    from newsletter.db.any_version import ReadersOfAnyVersion
    from newsletter.db.engine import connect
    from newsletter.exports.csv_export import export_csv

    readers = ReadersOfAnyVersion(connect(parts.config.database_url))
    directory.mkdir(parents=True, exist_ok=True)
    for number, name in readers.lists():
        path = directory / f"{number}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}.csv"
        n_rows = write_whole(path, partial(as_text, write=partial(export_csv, readers, name)))
        click.echo(
            f"{path}: {n_rows:,} people of {name!r}. It holds personal data: keep it as you would keep the list."
        )


@db.command()
@click.argument("url")
@pass_parts
def move(parts: Parts, url: str) -> None:
    """Move everything to the empty database at URL, SQLite or PostgreSQL, and go on there. Stop `serve` first.

    The old database stays as it is, and sends no more. The new address is written into var/secrets.env.

    \b
    Example:
      newsletter db move postgresql://user:password@db.example.com/newsletter
    """
    from newsletter.folder.secrets_file import SECRETS, keep_secrets
    from newsletter.wiring.clocks import move_to

    rows = move_to(parts, url)
    click.echo(f"Moved: {said_rows(rows)}.")
    if os.environ.get("NEWSLETTER_DATABASE_URL", "").strip():
        click.echo("NEWSLETTER_DATABASE_URL in the environment still names the old database: change it there.")
    else:
        keep_secrets(parts.directory, {"NEWSLETTER_DATABASE_URL": url})
        click.echo(f"The new address stands in {SECRETS}.")
    click.echo("The new one is the live one. Start `serve` again; the old one sends nothing any more.")


@db.command()
@yes_option
@pass_parts
def here(parts: Parts, yes: bool) -> None:
    """Say that this database is the live one, after it was moved, copied or restored. Until then it sends nothing.

    Never say it while another copy sends. After a restore, cancel first what has gone out already.

    \b
    Example:
      newsletter db here
    """
    going_on = [status for status in MailingStatus if status not in (MailingStatus.FINISHED, MailingStatus.CANCELLED)]
    for mailing in parts.ledger.mailings.list_in(going_on):
        correction = correction_of(mailing.issue)
        about = parts.ledger.corrections.get(correction).issue if correction else None
        name = f"the correction of issue {about}" if about else f"issue {mailing.issue}"
        click.echo(f"This would go on: {name} to {mailing.list_name!r}, {mailing.status.value}.")
    confirm("Is this the database to send from, and nobody sends from another?", yes=yes)
    parts.live.declare()
    click.echo("This database is the live one from now on.")
