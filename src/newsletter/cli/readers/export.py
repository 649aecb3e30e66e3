"""`subscribers export`: a list as files."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.readers.options import list_option, no_such_list
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    from newsletter.exports.export_for import Exported


@click.command()
@list_option
@click.option("--out", required=True, metavar="FILE", help="Where to write it; - for standard output.")
@click.option(
    "--for",
    "target",
    type=click.Choice(["mailchimp", "ghost", "listmonk"]),
    help="In the form that another system imports; an archive for mailchimp and listmonk.",
)
@click.option("--spreadsheet", is_flag=True, help="Make cells harmless that a spreadsheet would run as formulas.")
@pass_parts
def export(parts: Parts, list_name: str, out: str, target: str | None, spreadsheet: bool) -> None:
    """Write a list as CSV: everyone on it, with tags, fields and consent, and everyone who must not be mailed.

    An import reads it back: names, fields, tags, times, consent, and who left, bounced or complained. "Active" in a file
    proves nothing, so active people come back pending and are asked, unless the import says --active --consent TEXT.

    With --for, people who have not confirmed are left out: other systems would take them for subscribers.

    \b
    Example:
      newsletter subscribers export --list weekly --out weekly.csv
      newsletter subscribers export --list weekly --out weekly.zip --for mailchimp
      newsletter subscribers import weekly.csv --list weekly --active --consent "See weekly.csv"
    """
    from newsletter.exports.csv_export import export_csv
    from newsletter.exports.export_for import IN_A_ZIP, export_for

    readers = parts.readers
    if readers.find_list(list_name) is None:
        raise no_such_list(list_name)
    if target and spreadsheet:
        raise click.UsageError("--spreadsheet changes cells; another system would take them as they are.")
    if target in IN_A_ZIP and out != "-" and not out.endswith(".zip"):
        raise Mistake(f"For {target} it is an archive of several files.", fix="Name it with .zip at its end.")
    done: list[Exported] = []

    def write(file: IO[bytes]) -> int:
        if target:
            done.append(export_for(target, readers, list_name, file))
            return done[0].subscribed + done[0].gone
        return as_text(file, lambda text: export_csv(readers, list_name, text, spreadsheet=spreadsheet))

    if out == "-":
        write(sys.stdout.buffer)
        return
    n_people = write_whole(Path(out), write)
    click.echo(f"Wrote {n_people:,} people to {out}. It holds personal data: keep it as you would keep the list.")
    if target:
        click.echo(_explain(target, done[0]))


_HOW = {
    "mailchimp": "Import each file of the archive with its own status: subscribed, unsubscribed, cleaned.",
    "ghost": "Import it under Members; who must not be mailed is in it as not subscribed.",
    "listmonk": "Import subscribe.csv in the mode Subscribe, and blocklist.csv in the mode Blocklist.",
}


def _explain(target: str, done: Exported) -> str:
    left_out = (
        f" {done.left_out:,} who have not confirmed are left out: they would be subscribers there."
        if done.left_out
        else ""
    )
    lost = f" {done.n_fields_lost:,} custom fields have no place there and are left out." if done.n_fields_lost else ""
    return f"{done.subscribed:,} to mail, {done.gone:,} not to be mailed.{left_out}{lost} {_HOW[target]}"


def as_text(file: IO[bytes], write: Callable[[TextIO], int]) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        return write(text)
    finally:
        text.flush()
        text.detach()


def write_whole(path: Path, write: Callable[[IO[bytes]], int]) -> int:
    """Write to a temporary file and rename it at the end; only its owner can read it."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            n_people = write(file)
        partial.replace(path)
    except OSError as error:
        raise Mistake(f"{path} cannot be written: {error.strerror}.", fix="Name another place.") from None
    return n_people
