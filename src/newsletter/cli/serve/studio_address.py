"""Prints the address of the studio: with this start's token for a person, without it where the output is kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import escape
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from newsletter.wiring import Parts

_PAGE = """<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}"><title>The studio</title><a href="{address}">Open the studio</a>
"""


def say_address(parts: Parts, address: str) -> None:
    """`address` is where the pages are, with a slash at its end."""
    from newsletter.web.studio.session import token_address

    if _is_of_this_machine(address) and not _is_kept():
        click.echo(token_address(address, parts))
        return
    click.echo(f"{address}studio")
    click.echo("Who has an account comes in there: newsletter users add EMAIL --role owner")


@contextmanager
def door_file(parts: Parts, address: str) -> Iterator[str]:
    """The address of a page on disk that leads into the studio, for as long as the block lasts.

    A browser is given it in place of the token: others on this machine see with what words programs were started.
    """
    from newsletter.web.studio.session import token_address

    path = parts.directory / "var" / f"open-studio-{urlsplit(address).port}.html"
    path.parent.mkdir(exist_ok=True)
    # The file of a process that was killed holds a token that opens nothing.
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(_PAGE.format(address=escape(token_address(address, parts))))
    try:
        yield path.as_uri()
    finally:
        with suppress(OSError):
            path.unlink()


def _is_of_this_machine(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _is_kept() -> bool:
    """Whether standard output is the journal of systemd (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        about = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{about.st_dev}:{about.st_ino}"
