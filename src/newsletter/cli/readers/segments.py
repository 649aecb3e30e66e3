"""`segments`: saved questions about readers, with live counts."""

from __future__ import annotations

import click

from newsletter.cli.context import parts_of, pass_parts
from newsletter.cli.options import format_option
from newsletter.cli.output import print_json
from newsletter.wiring import Parts
from newsletter.words.segment import asks_what_readers_did, read_segment
from newsletter.words.tracking import NOT_KNOWN_OF_READERS, Tracking


@click.group(invoke_without_command=True)
@click.option("--list", "list_name", metavar="NAME", help="Count the readers of this list who fit each.")
@format_option()
@click.pass_context
def segments(context: click.Context, list_name: str | None, form: str) -> None:
    """Show the saved segments, and how many readers fit each now.

    \b
    Example:
      newsletter segments --list weekly
      newsletter segments add regulars "opened 3 of last 5 and not tagged press"
    """
    if context.invoked_subcommand is not None:
        return
    saved = parts_of(context.obj).segments
    rows = [
        {"name": name, "question": question}
        | ({"readers": saved.count(question, list_name=list_name)} if list_name else {})
        for name, question in saved.list_all()
    ]
    if form == "json":
        print_json({"segments": rows})
        return
    if not rows:
        click.echo("There is no segment yet. Make one with: newsletter segments add NAME QUESTION")
    for row in rows:
        readers = f"{row['readers']:>9,}  " if list_name else ""
        click.echo(f"{readers}{row['name']}: {row['question']}")


@segments.command()
@click.argument("name")
@click.argument("question")
@pass_parts
def add(parts: Parts, name: str, question: str) -> None:
    """Save a QUESTION under NAME, in place of one that was there.

    \b
    Example:
      newsletter segments add berlin 'city = "Berlin" and joined after 2026-01-01'
    """
    parts.segments.save(name, question)
    click.echo(f"The segment {name} is saved.")
    _warn(parts, question)


@segments.command()
@click.argument("name")
@pass_parts
def remove(parts: Parts, name: str) -> None:
    """Forget a segment. The readers in it stay as they are.

    \b
    Example:
      newsletter segments remove berlin
    """
    parts.segments.remove(name)
    click.echo(f"The segment {name} is gone.")


@segments.command()
@click.argument("question")
@click.option("--list", "list_name", required=True, metavar="NAME", help="The mailing list.")
@pass_parts
def count(parts: Parts, question: str, list_name: str) -> None:
    """Say how many readers of a list fit a QUESTION, without saving it.

    \b
    Example:
      newsletter segments count "not engaged" --list weekly
    """
    click.echo(f"{parts.segments.count(question, list_name=list_name):,}")
    _warn(parts, question)


def _warn(parts: Parts, question: str) -> None:
    """On standard error: a script that counts wants the number alone."""
    for name in parts.segments.unknown_fields(question):
        click.echo(f"No reader has the field {name!r}. Is it spelt right?", err=True)
    if parts.config.tracking is not Tracking.READERS and asks_what_readers_did(read_segment(question)):
        click.echo(NOT_KNOWN_OF_READERS, err=True)
