"""`template`: see which designs there are, and make one of your own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.context import pass_parts

if TYPE_CHECKING:
    from newsletter.folder.templates import TemplateFolders
    from newsletter.wiring import Parts


@click.group()
def template() -> None:
    """See the templates there are, and make one of your own.

    \b
    Example:
      newsletter template list
    """


@template.command("list")
@click.option(
    "--gallery", type=click.Path(path_type=Path, dir_okay=False), help="Write a page that shows each of them."
)
@pass_parts
def list_(parts: Parts, gallery: Path | None) -> None:
    """List the templates, built in and of your own, each with what it is for.

    \b
    Example:
      newsletter template list
      newsletter template list --gallery templates.html
    """
    from newsletter.compose.look import read_look

    for found, is_own in parts.templates.list_templates():
        click.echo(f"{found.name:<12} {'your own' if is_own else 'built in'}  {read_look(found).about}")
    if gallery is not None:
        from newsletter.cli.issue.gallery import write_gallery

        write_gallery(parts.templates, gallery)
        click.echo(f"Written: {gallery}. It shows the sample newsletter in each template.")


@template.command()
@click.argument("name")
@click.option(
    "--from", "source", default="digest", show_default=True, metavar="NAME", help="The built-in template to begin with."
)
@pass_parts
def new(parts: Parts, name: str, source: str) -> None:
    """Make the template NAME of your own, as a copy of a built-in one that you then change.

    \b
    Example:
      newsletter template new harbour --from letter
    """
    _copy(parts.templates, source, name)
    click.echo(f'To use it, write template = "{name}" into newsletter.toml, or template: {name} into an issue.')


@template.command()
@click.argument("name")
@pass_parts
def eject(parts: Parts, name: str) -> None:
    """Copy the built-in template NAME into templates/, where it is used from now on and can be changed.

    It no longer changes with the program.

    \b
    Example:
      newsletter template eject digest
    """
    _copy(parts.templates, name, name)
    click.echo(f"Issues with the template {name} use this copy from now on. Delete the folder to go back.")


def _copy(folders: TemplateFolders, source: str, name: str) -> None:
    files = folders.copy_template(source, name)
    click.echo(f"templates/{name}/: {', '.join(path.name for path in files)}")
    click.echo("Colours, fonts, logo and the few words are in template.toml.")
