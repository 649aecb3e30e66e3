"""`deploy`: the files with which a server starts the newsletter and has it answer by https, filled in for this folder."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from newsletter.cli.context import pass_parts
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake
from newsletter.words.newsletter import NO_HOST_YET

# What each file is for, in the order in which somebody needs them.
FILES = {
    "newsletter.service": "starts the pages, the schedule, the sender and the backup of the night with the machine",
    "Caddyfile": "https in front of it, by Caddy",
    "nginx.conf": "or by nginx",
    "newsletter-tick.service": "instead of the first, where nothing is to run all the time: does what is due",
    "newsletter-tick.timer": "every five minutes",
    "newsletter-worker.service": "a further sender on another machine (PostgreSQL)",
}
# What stands in the files of `deploy/` in place of a folder, a program, a user and a host.
_EXAMPLE_FOLDER, _EXAMPLE_PROGRAM = "/srv/weekly", "/opt/newsletter/bin/newsletter"
_EXAMPLE_USER, _EXAMPLE_HOST = "User=newsletter", "news.example.com"


@click.command()
@click.option("--write", type=click.Path(path_type=Path, file_okay=False), help="A folder to write them into.")
@click.option(
    "--host", metavar="NAME", help="The name that readers' links have. Default: that of NEWSLETTER_PUBLIC_URL."
)
@click.option("--user", metavar="NAME", help="The user that runs it on the server. Default: the owner of the folder.")
@pass_parts
def deploy(parts: Parts, write: Path | None, host: str | None, user: str | None) -> None:
    """Print the unit, timer and web server files for this folder, or write them into a folder. Installs nothing.

    \b
    Example:
      newsletter deploy --write ~/for-the-server
    """
    host = host or _public_host(parts.config.newsletter.public_url)
    user = user or _owner(parts.directory)
    files = {name: _filled_in(name, parts.directory, host, user) for name in FILES}
    if write is None:
        for name, text in files.items():
            click.echo(f"# ---- {name}: {FILES[name]}\n{text}")
        return
    already = [name for name in files if (write / name).exists()]
    if already:
        raise Mistake(
            f"{', '.join(already)} in {write} would be written over.", fix="Name an empty folder with --write."
        )
    write.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (write / name).write_text(text, encoding="utf-8")
        click.echo(f"{write / name}: {FILES[name]}")
    click.echo(_next_steps(write, host, user))


def _public_host(url: str) -> str:
    """The host of the public address, "" where that one stands in for it on this machine."""
    host = urlsplit(url).hostname or ""
    return "" if host in {NO_HOST_YET, "127.0.0.1", "localhost", "::1"} else host


def _filled_in(name: str, folder: Path, host: str, user: str) -> str:
    from newsletter.folder.bundle import bundled

    text = (bundled("deploy") / name).read_text(encoding="utf-8")
    # In a unit % begins a specifier, and a blank ends a word (systemd.unit(5), systemd.service(5)).
    path, program = (_in_unit(str(one)) for one in (folder.resolve(), _program()))
    values = {_EXAMPLE_PROGRAM: program, _EXAMPLE_FOLDER: path, _EXAMPLE_USER: f"User={user}"}
    values |= {_EXAMPLE_HOST: host} if host else {}
    # In one go: what is filled in may hold the words of an example.
    return re.sub("|".join(map(re.escape, values)), lambda found: values[found[0]], text)


def _in_unit(path: str) -> str:
    if set(path) & set(" \t\"'\\$;"):
        raise Mistake(
            f"{path} has letters that a unit file does not take unchanged.",
            fix="Move it to a path of letters, digits, - and _.",
        )
    return path.replace("%", "%%")


def _program() -> Path:
    """The command that runs now, as a unit has to name it: by its whole path."""
    beside = Path(sys.executable).parent / "newsletter"
    return beside if beside.exists() else Path(shutil.which("newsletter") or beside)


def _owner(folder: Path) -> str:
    try:
        return folder.owner()
    except (KeyError, NotImplementedError):
        return "newsletter"


def _next_steps(folder: Path, host: str, user: str) -> str:
    notes = []
    if user == "root":
        notes.append("The folder belongs to root. Give it to a user of its own (chown -R), and say --user NAME.")
    if not host:
        notes.append(
            f"No public address is set, so {_EXAMPLE_HOST} stands in Caddyfile and nginx.conf: say --host NAME."
        )
    return "\n".join(
        [
            *notes,
            "On the server, as root:",
            f"  cp {folder}/newsletter.service /etc/systemd/system/",
            "  systemctl enable --now newsletter",
            f"  cp {folder}/Caddyfile /etc/caddy/Caddyfile && systemctl reload caddy",
            "Then: newsletter doctor",
        ]
    )
