"""From a command's context to the parts of the newsletter it works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from newsletter.wiring import Parts


def parts_of(folder: object, *, makes_mail: bool = False) -> Parts:
    """The newsletter in the folder of `-C`. What its settings leave out of a mail is said where one is made."""
    from newsletter.cli import Folder
    from newsletter.wiring import open_newsletter

    assert isinstance(folder, Folder)
    parts = open_newsletter(folder.directory, folder.timing)
    for warning in parts.config.warnings if makes_mail else ():
        click.echo(f"Note: {warning}", err=True)
    return parts
