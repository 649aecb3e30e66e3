"""From a command's context to the newsletter that it works on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click

from newsletter.cli import Folder

if TYPE_CHECKING:
    from newsletter.collect.desk import CollectDesk
    from newsletter.wiring import Parts

P = ParamSpec("P")


def pass_parts(command: Callable[Concatenate[Parts, P], None]) -> Callable[P, None]:
    """Give a command the newsletter in the folder of `-C` as its first argument."""

    @click.pass_obj
    @wraps(command)
    def opened(folder: Folder, /, *args: P.args, **kwargs: P.kwargs) -> None:
        command(parts_of(folder), *args, **kwargs)

    return opened


def parts_of(folder: Folder, *, makes_mail: bool = False, sends: bool = False) -> Parts:
    """The newsletter in the folder of `-C`. A command that `makes_mail` prints what the settings lack for one.

    A command that `sends` is refused, with everything that is missing.
    """
    from newsletter.folder.private import close_room
    from newsletter.wiring import open_newsletter

    parts = open_newsletter(folder.directory, folder.timing)
    # After the settings, whose reading warns of secrets that others can read: this closes them.
    close_room(folder.directory)
    if sends:
        parts.check_may_send()
    lacks = [f"{lack.message} Nothing can be sent yet." for lack in parts.config.lacks]
    for warning in [*parts.config.warnings, *lacks] if makes_mail else ():
        click.echo(f"Note: {warning}", err=True)
    return parts


def collect_desk_of(folder: Folder) -> CollectDesk:
    """Where finds and posts of the newsletter in the folder of `-C` are collected."""
    from newsletter.wiring.collect import collect_desk

    return collect_desk(parts_of(folder))
