"""An empty folder becomes a newsletter when its pages are started: the rest is asked in the browser."""

from __future__ import annotations

from pathlib import Path

import click


def settle_in(directory: Path) -> None:
    """Make a newsletter in `directory` where nothing at all is in it; a folder with anything in it is left alone."""
    if not directory.is_dir() or any(directory.iterdir()):
        return
    from newsletter.folder.new import create_folder

    create_folder(directory, name=directory.name)
    click.echo(f"{directory} was empty: a newsletter is in it now. Its first page asks for the rest.")
