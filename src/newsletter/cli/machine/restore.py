"""`restore`: a backup back into a database of either kind, from this machine or from the place outside of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from newsletter.cli import Folder
from newsletter.cli.context import parts_of
from newsletter.cli.options import confirm, yes_option
from newsletter.cli.output import said_rows
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--away", is_flag=True, help="Fetch it from the place outside of this machine; FILE is its name there.")
@click.option("--replace", is_flag=True, help="Write over a database that is not empty; it is backed up first.")
@click.option("--with-secrets", is_flag=True, help="Also put back the secrets that the backup holds, where none are.")
@yes_option
@click.pass_obj
def restore(folder: Folder, file: Path | None, *, away: bool, replace: bool, with_secrets: bool, yes: bool) -> None:
    """Put a backup back into this newsletter's database, SQLite or PostgreSQL. Stop `serve` first.

    A copy of everything, from the place outside or downloaded in the studio, puts back the files of the folder too where
    there are none: on a new machine begin in an empty folder. With --away, the newest copy is taken unless FILE names one,
    and what is not set is asked.

    Nothing is sent from it until you say that it is the live one: since the backup was made, issues may have gone out
    that it does not know of, and readers would get them again.

    \b
    Example:
      newsletter restore var/backups/2026-12-01-033000.db
      newsletter -C /srv/weekly restore --away
      newsletter db here
    """
    if file is None and not away:
        raise Mistake("No backup is named.", fix="Name a FILE, or take the newest from outside with --away.")
    takes_room = away or _is_whole_copy(file)
    if takes_room:
        # Beside what it becomes: where temporary files lie there may be no room for it.
        (folder.directory / "var").mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder.directory / "var" if takes_room else None) as room:
        path = file if file and not away else _fetched(folder.directory, str(file or ""), Path(room))
        database = _unpacked(folder.directory, path, Path(room))
        _put_back(folder, database, path.name, replace=replace, with_secrets=with_secrets, yes=yes)
    click.echo(
        "Nothing is sent from it yet. See what it would send, and say that it is the live one: newsletter db here"
    )


def _put_back(folder: Folder, database: Path, named: str, *, replace: bool, with_secrets: bool, yes: bool) -> None:
    from newsletter.db.backup import read_contents
    from newsletter.db.backup import restore as put_back
    from newsletter.wiring.clocks import alone
    from newsletter.wiring.schema import metadata

    held = read_contents(database, metadata)
    if with_secrets:
        # First: where the database is may be one of them.
        _put_back_secrets(folder.directory, held.files)
    parts = parts_of(folder)
    click.echo(f"{named}, made {held.made_at:%Y-%m-%d %H:%M} UTC: {said_rows(held.rows)}.")
    with alone(parts):
        if replace:
            _keep_what_is_there(parts, yes=yes)
        rows = put_back(database, parts.engine, metadata, replace=replace)
    click.echo(f"Restored: {said_rows(rows)}.")
    if held.files and not with_secrets:
        click.echo(f"It also holds {' and '.join(held.files)}; --with-secrets puts back those that are missing.")


def _fetched(directory: Path, name: str, room: Path) -> Path:
    from newsletter.backups.address import read_away_address
    from newsletter.backups.desk import fetch_whole
    from newsletter.backups.keep_place import URL
    from newsletter.backups.place import open_place

    url = _setting(directory, URL) or click.prompt("The place", hide_input=True).strip()
    address = read_away_address(url)
    found = fetch_whole(open_place(address, directory), Path(name).name, room)
    click.echo(f"{found.name} is fetched from {address.shown}.")
    return found


def _unpacked(directory: Path, path: Path, room: Path) -> Path:
    """The backup of the database: `path` itself, or what was in a copy of everything, whose files are put back."""
    from newsletter.backups.desk import unpack
    from newsletter.backups.keep_place import PHRASE

    if not _is_whole_copy(path):
        return path
    database = room / "backup.db"
    done = unpack(
        path,
        directory,
        database,
        phrase=lambda: _setting(directory, PHRASE) or click.prompt("Its pass phrase", hide_input=True).strip(),
    )
    click.echo(f"{len(done.written):,} files are put back; {len(done.kept):,} were there and stay as they are.")
    return database


def _is_whole_copy(path: Path | None) -> bool:
    from newsletter.backups.desk import is_whole

    return path is not None and path.is_file() and is_whole(path)


def _setting(directory: Path, variable: str) -> str:
    """Read without the other settings: on a new machine there is no newsletter yet."""
    from newsletter.config_files import secrets

    return os.environ.get(variable, "").strip() or secrets(directory, []).get(variable, "").strip()


def _keep_what_is_there(parts: Parts, *, yes: bool) -> None:
    from newsletter.db.backup import write_backup
    from newsletter.wiring.schema import metadata

    confirm("Everything that is in the database now is replaced. Go on?", yes=yes)
    path = parts.directory / "var" / "backups" / f"before-restore-{parts.clock.now():%Y-%m-%dT%H%M%S}.db"
    write_backup(parts.engine, path, metadata, now=parts.clock.now(), files={})
    click.echo(f"What was there is kept in {path}.")


def _put_back_secrets(directory: Path, files: Mapping[str, bytes]) -> None:
    from newsletter.backups.whole import SECRET_FILES

    if not files:
        raise Mistake("This backup holds no secrets.", fix="Leave out --with-secrets, and put them back by hand.")
    for name in SECRET_FILES:
        path = directory / name
        if path.exists() and name in files:
            click.echo(f"{name} is there already and stays as it is.")
        elif name in files:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
                new.write(files[name])
            click.echo(f"{name} is put back.")
