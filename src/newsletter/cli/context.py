"""From a command's context to the parts of the newsletter it works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from newsletter.wiring import Parts


def parts_of(folder: object, *, makes_mail: bool = False, sends: bool = False) -> Parts:
    """The newsletter in the folder of `-C`. What its settings leave out of a mail is said where one is made.

    Where a command `sends`, it is refused with everything that is missing.
    """
    from newsletter.cli import Folder
    from newsletter.folder.private import close_room
    from newsletter.wiring import open_newsletter

    assert isinstance(folder, Folder)
    parts = open_newsletter(folder.directory, folder.timing)
    # After the settings: that others could read the secrets is said before it is mended.
    close_room(folder.directory)
    if sends:
        parts.check_may_send()
    lacks = [f"{lack.message} Nothing can be sent yet." for lack in parts.config.lacks]
    for warning in [*parts.config.warnings, *lacks] if makes_mail else ():
        click.echo(f"Note: {warning}", err=True)
    return parts
