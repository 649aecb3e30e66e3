"""`subscribers import` and `imports`: people from files, and the way back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import format_option
from newsletter.cli.output import print_json
from newsletter.cli.readers.consent import ask_to_confirm
from newsletter.cli.readers.import_questions import with_answers
from newsletter.cli.readers.options import (
    active_option,
    asked_maps,
    consent_option,
    map_option,
    status_asked,
)
from newsletter.cli.readers.output import print_imports, print_report, report_as_json
from newsletter.imports.columns.formats import FORMATS
from newsletter.imports.report import ImportOptions
from newsletter.wiring import Parts
from newsletter.words.consent import Asked
from newsletter.words.subscriber import SubscriptionStatus

if TYPE_CHECKING:
    from newsletter.imports.file_import import Imported

_FORMATS = tuple(one.name for one in FORMATS)


@click.command("import")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--list", "list_name", metavar="NAME", help="The mailing list.")
@click.option(
    "--from",
    "source",
    type=click.Choice(_FORMATS),
    metavar="FORMAT",
    help=f"Whose export it is, where the columns do not tell: {', '.join(_FORMATS)}.",
)
@active_option
@consent_option
@map_option
@click.option("--encoding", metavar="NAME", help="The files' encoding, where they are not UTF-8.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--undo", type=int, metavar="NUMBER", help="Take an import back; its number was printed when it ran.")
@format_option()
@pass_parts
def import_(
    parts: Parts,
    files: tuple[Path, ...],
    list_name: str | None,
    source: str | None,
    active: bool,
    consent: str | None,
    maps: tuple[str, ...],
    encoding: str | None,
    dry_run: bool,
    undo: int | None,
    form: str,
) -> None:
    """Put the people of files on a list: CSV, .xlsx, or a .zip of CSV files. Safe to repeat.

    Exports of other systems are recognised by their columns. People who left or must not be mailed stay so, whatever a
    file says; those whom any of the files calls unsubscribed, bounced or complaining go on the do-not-mail list. A row
    that is broken is reported; the others are imported. An import that was interrupted goes on when it is repeated.

    \b
    Example:
      newsletter subscribers import readers.csv --list weekly --dry-run
      newsletter subscribers import readers.csv --list weekly --active --consent "Form on our site, 2021-2024"
      newsletter subscribers import audience_export.zip --list weekly --from mailchimp
      newsletter subscribers import kontakte.csv --list weekly --map "Kontakt=email" --map "Ort=city"
      newsletter subscribers import list.csv --list weekly --map Gone=left-where-filled --map "Status:Sleeping=left"
      newsletter subscribers import --undo 3
    """
    if undo is not None:
        n_undone = parts.imports.undo(undo)
        click.echo(f"Import {undo} is taken back: {n_undone:,} changes. What people did themselves since then stays.")
        return
    if not files or not list_name:
        raise click.UsageError("Name a file, and a list with --list NAME.")
    options = ImportOptions(
        list_name=list_name,
        status=status_asked(active, consent),
        consent=consent,
        columns=asked_maps(maps),
        encoding=encoding,
        source=source,
        dry_run=dry_run,
    )
    _run(parts, files, options, form)


def _run(parts: Parts, files: Sequence[Path], options: ImportOptions, form: str) -> None:
    (done, asked), options = with_answers(
        options, lambda known: import_readers(parts, files, known), as_json=form == "json"
    )
    if form == "json":
        print_json(imported_as_json(done, options))
    else:
        print_imported(done, options, asked)


def import_readers(parts: Parts, files: Sequence[Path], options: ImportOptions) -> tuple[Imported, str]:
    """Import people and ask those who have to confirm; what came of it, and a sentence about who was asked."""
    from newsletter.imports.file_import import import_files

    def goes_on(number: int) -> None:
        click.echo(
            f"Going on with import {number}, which has not finished: it was interrupted, or still runs.", err=True
        )

    with progress_bar("Importing") as follow:
        done = import_files(
            parts.readers, parts.consent.membership, parts.imports, files, options, progress=follow, goes_on=goes_on
        )
    may_wait = options.status is SubscriptionStatus.PENDING and not options.dry_run
    if may_wait and done.report.added + done.report.unchanged + done.report.updated:
        return done, ask_to_confirm(parts, options.list_name, Asked.IMPORT, options.consent)
    return done, ""


def imported_as_json(done: Imported, options: ImportOptions) -> dict[str, object]:
    shown = report_as_json(
        done.report, options.list_name, files=done.n_files, is_new=done.is_new, dry_run=options.dry_run
    )
    return {**shown, "import": done.number}


def print_imported(done: Imported, options: ImportOptions, asked: str) -> None:
    print_report(done.report, options.list_name, is_new=done.is_new, dry_run=options.dry_run)
    if done.number is not None:
        click.echo(
            f"This was import {done.number}. To take it back: newsletter subscribers import --undo {done.number}"
        )
    if asked:
        click.echo(asked)


@click.command()
@format_option()
@pass_parts
def imports(parts: Parts, form: str) -> None:
    """Show the last imports with the numbers under which they can be taken back.

    \b
    Example:
      newsletter subscribers imports
    """
    print_imports(parts.imports.list_imports(most=50), as_json=form == "json")


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error, at a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
