"""`backup`: the whole database as one file, a copy of everything outside of this machine, and where that place is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.output import said_rows
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    from newsletter.backups.desk import BackupDesk


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-secrets", is_flag=True, help="Put the keys and passwords in var/ into FILE as well.")
@click.option("--away", "sets_place", is_flag=True, help="Say where copies lie outside of this machine, and try it.")
@click.option("--list", "lists", is_flag=True, help="Show what there is, here and outside.")
@click.option(
    "--before-update", is_flag=True, help="Refuse within two hours of an issue; say how to go back afterwards."
)
@click.option("--anyway", is_flag=True, help="Update all the same, however soon an issue goes out.")
@pass_parts
def backup(
    parts: Parts,
    file: Path | None,
    *,
    with_secrets: bool,
    sets_place: bool,
    lists: bool,
    before_update: bool,
    anyway: bool,
) -> None:
    """Write the whole database into FILE, while everything goes on; without FILE, do what is done every night.

    That is a new file in var/backups and, where a place outside of this machine is set, a copy of everything in there:
    the database and the folder with its words and pictures. What is older than `backup_keep` days is deleted. `serve`
    and `tick` do it by themselves.

    FILE has one form for SQLite and PostgreSQL: an SQLite file with every table. It holds readers' addresses, so nobody
    else can read it. Keys and passwords are in it only with --with-secrets.

    \b
    Example:
      newsletter backup
      newsletter backup --away
      newsletter backup --before-update
      newsletter backup before-the-move.db --with-secrets
    """
    from newsletter.schedule.times.time_to_update import check_time_to_update
    from newsletter.wiring.backup import backup_desk
    from newsletter.wiring.clocks import desk_of

    if file is not None:
        _write_file(parts, file, with_secrets=with_secrets)
        return
    if with_secrets:
        raise Mistake(
            "Only a FILE may hold the secrets by itself.", fix="Name one. Outside, they go along with a pass phrase."
        )
    if sets_place:
        _set_place(parts)
    elif lists:
        _list(backup_desk(parts))
    else:
        if before_update and not anyway:
            check_time_to_update(desk_of(parts))
        made = _back_up(backup_desk(parts))
        if before_update:
            click.echo(_how_to_go_back(made.relative_to(parts.directory)))


def _write_file(parts: Parts, file: Path, *, with_secrets: bool) -> None:
    from newsletter.backups.whole import SECRET_FILES
    from newsletter.db.backup import write_backup
    from newsletter.wiring.schema import metadata

    paths = {name: parts.directory / name for name in SECRET_FILES if with_secrets}
    files = {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
    made = write_backup(parts.engine, file, metadata, now=parts.clock.now(), files=files)
    click.echo(f"{file}: {said_rows(made.rows)}.")
    if made.files:
        click.echo(f"With {' and '.join(made.files)}: whoever has this file can send in your name.")
    elif not with_secrets:
        click.echo(
            "Without keys and passwords. Keep var/secrets.env and var/erase.key somewhere else, or --with-secrets."
        )


def _back_up(desk: BackupDesk) -> Path:
    made = desk.make()
    click.echo(f"{made.relative_to(desk.directory)} is written.")
    if desk.place is None:
        click.echo("It is on this machine only. Say where a copy lies outside of it: newsletter backup --away")
        return made
    desk.carry(made)
    last = desk.last
    click.echo(f"{last.away_name} lies outside of this machine, {last.away_size / 1e6:,.1f} MB.")
    return made


def _list(desk: BackupDesk) -> None:
    from newsletter.backups.desk import ROOM

    for path in sorted((desk.directory / ROOM).glob("*.db"), reverse=True):
        click.echo(f"here     {path.relative_to(desk.directory)}  {path.stat().st_size / 1e6:,.1f} MB")
    for one in desk.list_away() if desk.place else ():
        click.echo(f"outside  {one.name}  {one.size / 1e6:,.1f} MB")


def _set_place(parts: Parts) -> None:
    from newsletter.backups.address import read_away_address
    from newsletter.backups.keep_place import keep_place, outside

    if named := outside():
        raise Mistake(f"{named} is set in the environment, and wins.", fix="Change it there.")
    click.echo("s3://KEY:SECRET@HOST/BUCKET/FOLDER?region=REGION, or sftp://USER:PASSWORD@HOST/FOLDER")
    address = read_away_address(click.prompt("The place", hide_input=True).strip())
    phrase = click.prompt(
        "A pass phrase that seals every copy (empty: none)", default="", show_default=False, hide_input=True
    )
    kept = keep_place(parts.directory, address, phrase)
    click.echo(f"{kept.shown}: a small file was written, read, listed and deleted. It is kept in var/secrets.env.")
    if kept.host_key:
        click.echo(f"The server shows the key {kept.host_key}. Another one will be refused.")
    if not phrase:
        click.echo("Without a pass phrase whoever gets into that place reads your readers' addresses: keep it private.")


def _how_to_go_back(made: Path) -> str:
    return (
        "Now update. To go back: stop `serve`, install the version before, and where that one says that the database is newer:\n"
        f"  newsletter restore --replace {made}\n"
        "  newsletter db here"
    )
