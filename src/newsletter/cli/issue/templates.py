"""`template`: see which designs there are, and make one of your own."""

from __future__ import annotations

from html import escape
from pathlib import Path

import click

from newsletter.cli.context import pass_parts
from newsletter.folder.templates import TemplateFolders
from newsletter.wiring import Parts

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfcfc; --ink: #14202b; --soft: #596672; --line: #dce2e6 }
@media (prefers-color-scheme: dark) { :root { --paper: #10161c; --ink: #e6ebef; --soft: #98a5b0; --line: #2b3640 } }
body { margin: 0; padding: 24px clamp(16px, 4vw, 48px); background: var(--paper); color: var(--ink);
  font: 16px/1.5 Georgia, "Times New Roman", serif } h1 { margin: 0 0 8px; font-size: 30px } h2 { margin: 40px 0 4px }
p { margin: 0 0 16px; color: var(--soft); font: 15px/1.5 system-ui, sans-serif }
.two { display: flex; flex-wrap: wrap; gap: 24px } iframe { border: 1px solid var(--line); height: 720px; background: #fff }
.desk { width: min(680px, 100%) } .phone { width: 375px; max-width: 100% }
"""


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
        _write_gallery(parts.templates, gallery)
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


def _write_gallery(folders: TemplateFolders, page: Path) -> None:
    """A page that shows the sample issue in every template, on a desk and on a phone.

    It holds everything it shows, so it can be passed on.
    """
    from newsletter.wiring.samples import sample_mail

    shown = []
    for found, is_own in folders.list_templates():
        mail = escape(sample_mail(folders, found.name))
        whose = "Your own" if is_own else "Built in"
        frames = "".join(
            f'<iframe class="{where}" sandbox="" title="{found.name} on a {where}" srcdoc="{mail}"></iframe>'
            for where in ("desk", "phone")
        )
        shown.append(f'<h2>{found.name}</h2><p>{whose}.</p><div class="two">{frames}</div>')
    page.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Templates</title><style>{_STYLE}</style><h1>Templates</h1>"
        "<p>The sample newsletter in each of them. Your system's light or dark colours are used, where a template has both.</p>"
        f"{''.join(shown)}</html>\n",
        encoding="utf-8",
    )
