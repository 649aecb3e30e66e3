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
