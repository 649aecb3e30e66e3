"""`backup` and `restore`: the whole database as one file, and back into a database of either kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from newsletter.cli import Folder
from newsletter.cli.context import parts_of, pass_parts
from newsletter.cli.options import confirm, yes_option
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake

# What is lost with the machine and nobody can make again: keys and passwords, by path in the folder.
_SECRET_FILES = ("var/secrets.env", "var/erase.key")
_SHOWN = {"subscriber": "readers", "suppression": "do-not-mail", "mailing": "sendings", "event": "events"}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-secrets", is_flag=True, help="Put var/secrets.env and var/erase.key into it as well.")
@pass_parts
def backup(parts: Parts, file: Path, *, with_secrets: bool) -> None:
    """Write the whole database into FILE, while everything goes on. The folder itself you copy, or keep in git.

    One form for SQLite and PostgreSQL: an SQLite file with every table. It holds readers' addresses, so nobody else can
    read it. Keys and passwords are in it only with --with-secrets.

    \b
    Example:
      newsletter backup var/backups/$(date +%F).db
    """
    from newsletter.db.backup import write_backup
    from newsletter.wiring.schema import metadata

    files = _secrets(parts.directory) if with_secrets else {}
    made = write_backup(parts.engine, file, metadata, now=parts.clock.now(), files=files)
    click.echo(f"{file}: {said(made.rows)}.")
    if made.files:
        click.echo(f"With {' and '.join(made.files)}: whoever has this file can send in your name.")
    elif not with_secrets:
        click.echo(
            "Without keys and passwords. Keep var/secrets.env and var/erase.key somewhere else, or --with-secrets."
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Write over a database that is not empty; it is backed up first.")
@click.option("--with-secrets", is_flag=True, help="Also put back the secrets that the backup holds, where none are.")
@yes_option
@click.pass_obj
def restore(folder: Folder, file: Path, *, replace: bool, with_secrets: bool, yes: bool) -> None:
    """Put a backup back into this newsletter's database, SQLite or PostgreSQL. Stop `serve` first.

    Nothing is sent from it until you say that it is the live one: since the backup was made, issues may have gone out
    that it does not know of, and readers would get them again.

    \b
    Example:
      newsletter restore var/backups/2026-12-01.db
      newsletter db here
    """
    from newsletter.db.backup import read_contents
    from newsletter.db.backup import restore as put_back
    from newsletter.wiring.clocks import alone
    from newsletter.wiring.schema import metadata

    held = read_contents(file, metadata)
    if with_secrets:
        # First: where the database is may be one of them.
        _put_back_secrets(folder.directory, held.files)
    parts = parts_of(folder)
    click.echo(f"{file}, made {held.made_at:%Y-%m-%d %H:%M} UTC: {said(held.rows)}.")
    with alone(parts):
        if replace:
            _keep_what_is_there(parts, yes=yes)
        rows = put_back(file, parts.engine, metadata, replace=replace)
    click.echo(f"Restored: {said(rows)}.")
    if held.files and not with_secrets:
        click.echo(f"It also holds {' and '.join(held.files)}; --with-secrets puts back those that are missing.")
    click.echo(
        "Nothing is sent from it yet. See what it would send, and say that it is the live one: newsletter db here"
    )


def said(rows: Mapping[str, int]) -> str:
    """ "1,204 readers, 3 sendings, 6,020 rows in all"."""
    parts = [f"{rows[name]:,} {words}" for name, words in _SHOWN.items() if rows.get(name)]
    return ", ".join([*parts, f"{sum(rows.values()):,} rows in all"])


def _secrets(directory: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name in _SECRET_FILES if (path := directory / name).is_file()}


def _keep_what_is_there(parts: Parts, *, yes: bool) -> None:
    from newsletter.db.backup import write_backup
    from newsletter.wiring.schema import metadata

    confirm("Everything that is in the database now is replaced. Go on?", yes=yes)
    path = parts.directory / "var" / "backups" / f"before-restore-{parts.clock.now():%Y-%m-%dT%H%M%S}.db"
    write_backup(parts.engine, path, metadata, now=parts.clock.now(), files={})
    click.echo(f"What was there is kept in {path}.")


def _put_back_secrets(directory: Path, files: Mapping[str, bytes]) -> None:
    if not files:
        raise Mistake("This backup holds no secrets.", fix="Leave out --with-secrets, and put them back by hand.")
    for name in _SECRET_FILES:
        path = directory / name
        if path.exists() and name in files:
            click.echo(f"{name} is there already and stays as it is.")
        elif name in files:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
                new.write(files[name])
            click.echo(f"{name} is put back.")
