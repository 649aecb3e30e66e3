"""`db`: the database itself."""

from __future__ import annotations

import click


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@click.pass_obj
def upgrade(folder: object) -> None:
    """Bring the database to this version of the program. Safe to run twice.

    \b
    Example:
      newsletter db upgrade
    """
    from newsletter.cli.context import parts_of
    from newsletter.store.engine import connect
    from newsletter.store.upgrade import HEAD
    from newsletter.store.upgrade import upgrade as run

    run(connect(parts_of(folder).config.database_url))
    click.echo(f"The database stands at version {HEAD}.")


@db.command()
@click.argument("url")
@click.pass_obj
def move(folder: object, url: str) -> None:
    """Move everything to the empty database at URL, SQLite or PostgreSQL, and go on there. Stop `serve` first.

    The old database stays as it is, and sends no more. The new address is written into var/secrets.env.

    \b
    Example:
      newsletter db move postgresql://user:password@db.example.com/newsletter
    """
    import os

    from newsletter.cli.backup import said
    from newsletter.cli.context import parts_of
    from newsletter.folder.secrets_file import SECRETS, keep_secrets
    from newsletter.wiring.timekeeping import move_to

    parts = parts_of(folder)
    rows = move_to(parts, url)
    click.echo(f"Moved: {said(rows)}.")
    if os.environ.get("NEWSLETTER_DATABASE_URL", "").strip():
        click.echo("NEWSLETTER_DATABASE_URL in the environment still names the old database: change it there.")
    else:
        keep_secrets(parts.directory, {"NEWSLETTER_DATABASE_URL": url})
        click.echo(f"The new address stands in {SECRETS}.")
    click.echo("The new one is the live one. Start `serve` again; the old one sends nothing any more.")


@db.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def here(folder: object, yes: bool) -> None:
    """Say that this database is the live one, after it was moved, copied or restored. Until then it sends nothing.

    Never say it while another copy sends. After a restore, cancel first what has gone out already.

    \b
    Example:
      newsletter db here
    """
    import sys

    from newsletter.cli.context import parts_of
    from newsletter.words.ledger import MailingStatus

    parts = parts_of(folder)
    going_on = [status for status in MailingStatus if status not in (MailingStatus.FINISHED, MailingStatus.CANCELLED)]
    for mailing in parts.ledger.list_mailings(statuses=going_on):
        click.echo(f"This would go on: issue {mailing.issue} to {mailing.list_name!r}, {mailing.status.value}.")
    if not yes and sys.stdin.isatty():
        click.confirm("Is this the database to send from, and nobody sends from another?", abort=True)
    parts.live.declare()
    click.echo("This database is the live one from now on.")
