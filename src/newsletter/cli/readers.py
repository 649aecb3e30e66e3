"""`subscribers` and `lists`: who gets the newsletter."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.readers_output import (
    person_as_json,
    print_json,
    print_lists,
    print_person,
    print_report,
    report_as_json,
    say_pending,
)
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.subscriber import SubscriptionStatus

if TYPE_CHECKING:
    from newsletter.ports.readers import Readers

_list_option = click.option("--list", "list_name", required=True, metavar="NAME", help="The mailing list.")
_format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="json for scripts."
)
_active_option = click.option(
    "--active/--confirm",
    "active",
    default=False,
    help="--active: they agreed to get it, and --consent says how. --confirm (the default): ask each person first.",
)
_consent_option = click.option("--consent", metavar="TEXT", help="Where and when they agreed; kept as the proof.")


@click.group()
def subscribers() -> None:
    """Import, export, add, remove and show subscribers."""


@subscribers.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@_list_option
@_active_option
@_consent_option
@click.option("--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Say what a column is; - leaves it out.")
@click.option("--encoding", metavar="NAME", help="The files' encoding, where they are not UTF-8.")
@click.option("--dry-run", is_flag=True, help="Only count; write nothing.")
@_format_option
@click.pass_obj
def import_(
    folder: object,
    files: tuple[Path, ...],
    list_name: str,
    active: bool,
    consent: str | None,
    maps: tuple[str, ...],
    encoding: str | None,
    dry_run: bool,
    form: str,
) -> None:
    """Put the people of CSV files on a list. Safe to repeat: who is on it already is left as they are.

    People who left or must not be mailed stay so, whatever a file says; those whom a file calls unsubscribed,
    bounced or complaining go on the do-not-mail list. A row that is broken is reported; the others are imported.

    \b
    Example:
      newsletter subscribers import readers.csv --list weekly --dry-run
      newsletter subscribers import readers.csv --list weekly --active --consent "Form on our site, 2021-2024"
      newsletter subscribers import kontakte.csv --list weekly --map "Kontakt=email" --map "Ort=city"
    """
    from newsletter.audience.csv_import import import_csv
    from newsletter.audience.import_report import ImportOptions

    status = _status(active, consent)
    options = ImportOptions(
        list_name=list_name,
        status=status,
        consent=consent,
        columns=dict(_split(text, "--map") for text in maps),
        encoding=encoding,
        dry_run=dry_run,
    )
    readers = _readers(folder)
    is_new = readers.find_list(list_name) is None
    with _progress() as follow:
        report = import_csv(readers, files, options, follow)
    if form == "json":
        print_json(report_as_json(report, list_name, files=len(files), is_new=is_new, dry_run=dry_run))
        return
    print_report(report, list_name, is_new=is_new, dry_run=dry_run)
    if status is SubscriptionStatus.PENDING and (report.added or report.unchanged or report.updated):
        say_pending(f"newsletter subscribers import {' '.join(map(str, files))} --list {list_name}")


@subscribers.command()
@click.argument("email")
@_list_option
@click.option("--first-name", metavar="NAME")
@click.option("--last-name", metavar="NAME")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="A custom field, for merge tags.")
@_active_option
@_consent_option
@click.pass_obj
def add(
    folder: object,
    email: str,
    list_name: str,
    first_name: str | None,
    last_name: str | None,
    fields: tuple[str, ...],
    active: bool,
    consent: str | None,
) -> None:
    """Put one person on a list.

    \b
    Example:
      newsletter subscribers add ana@example.com --list weekly --first-name Ana --active --consent "Asked by mail"
    """
    from newsletter.audience.one_reader import add_reader

    status = _status(active, consent)
    readers = _readers(folder)
    is_new = readers.find_list(list_name) is None
    done = add_reader(
        readers,
        email,
        list_name=list_name,
        first_name=first_name,
        last_name=last_name,
        fields=dict(_split(text, "--field") for text in fields),
        status=status,
        consent=consent,
    )
    if is_new:
        click.echo(f"The list {list_name} is new.")
    sentences = {"added": "added to", "updated": "updated on", "unchanged": "on it already, unchanged:"}
    click.echo(f"{email.strip()}: {sentences[done]} {list_name}.")
    if status is SubscriptionStatus.PENDING:
        say_pending(f"newsletter subscribers add {email.strip()} --list {list_name}")


@subscribers.command()
@click.argument("email")
@click.option("--list", "list_name", metavar="NAME", help="Only from this list.")
@click.pass_obj
def remove(folder: object, email: str, list_name: str | None) -> None:
    """Take a person off one list, or off all. No later import brings them back.

    \b
    Example:
      newsletter subscribers remove ana@example.com --list weekly
    """

    readers = _readers(folder)
    if list_name is not None:
        _get_list(readers, list_name)
    if readers.find_subscriber(email) is None:
        raise _nobody(email)
    n_ended = readers.leave(email, list_name=list_name)
    if not n_ended:
        click.echo(f"{email} was on no list{f' {list_name}' if list_name else ''}; nothing changed.")
    else:
        click.echo(f"{email} is off {list_name or ('the list' if n_ended == 1 else f'{n_ended} lists')}.")


@subscribers.command()
@click.argument("email")
@_format_option
@click.pass_obj
def show(folder: object, email: str, form: str) -> None:
    """Show a person: names, fields, lists, and whether they may be mailed.

    \b
    Example:
      newsletter subscribers show ana@example.com --format json
    """

    readers = _readers(folder)
    person, suppressed = readers.find_subscriber(email), readers.find_suppression(email)
    if person is None and suppressed is None:
        raise _nobody(email)
    if form == "json":
        print_json(person_as_json(email, person, suppressed))
    else:
        print_person(email, person, suppressed)


@subscribers.command()
@_list_option
@click.option("--out", required=True, metavar="FILE", help="Where to write it; - for standard output.")
@click.option("--spreadsheet", is_flag=True, help="Make cells harmless that a spreadsheet would run as formulas.")
@click.pass_obj
def export(folder: object, list_name: str, out: str, spreadsheet: bool) -> None:
    """Write everyone on a list as CSV, those who left included. An import reads it back unchanged.

    \b
    Example:
      newsletter subscribers export --list weekly --out weekly.csv
    """
    from newsletter.audience.csv_export import export_csv

    readers = _readers(folder)
    _get_list(readers, list_name)
    if out == "-":
        import io

        text = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        export_csv(readers, list_name, text, spreadsheet=spreadsheet)
        text.detach()
        return
    n_people = _write_whole(Path(out), lambda file: export_csv(readers, list_name, file, spreadsheet=spreadsheet))
    click.echo(f"Wrote {n_people:,} people to {out}. It holds personal data: keep it as you would keep the list.")


@click.group(invoke_without_command=True)
@_format_option
@click.pass_context
def lists(context: click.Context, form: str) -> None:
    """Show the lists: who is mailed (active), has not confirmed (pending), left, or must not be mailed.

    \b
    Example:
      newsletter lists
      newsletter lists --format json
      newsletter lists add weekly
    """
    from dataclasses import asdict

    if context.invoked_subcommand is not None:
        return
    rows = _readers(context.obj).list_lists()
    if form == "json":
        print_json({"lists": [asdict(row) for row in rows]})
    else:
        print_lists(rows)


@lists.command("add")
@click.argument("name")
@click.pass_obj
def add_list(folder: object, name: str) -> None:
    """Make a list.

    \b
    Example:
      newsletter lists add weekly
    """

    readers = _readers(folder)
    is_new = readers.find_list(name) is None
    readers.add_list(name)
    click.echo(f"The list {name} is {'new' if is_new else 'there already'}.")


def _readers(folder: object) -> Readers:
    """The readers of the newsletter in the folder of `-C`. Settings for sending are not looked at here."""
    from newsletter.cli import Folder
    from newsletter.wiring import open_newsletter

    assert isinstance(folder, Folder)
    return open_newsletter(folder.directory).readers


def _status(active: bool, consent: str | None) -> SubscriptionStatus:
    if active and not (consent and consent.strip()):
        raise click.UsageError('--active needs --consent TEXT: where and when they agreed, such as "Form, 2024".')
    return SubscriptionStatus.ACTIVE if active else SubscriptionStatus.PENDING


def _split(text: str, option: str) -> tuple[str, str]:
    left, equals, right = text.rpartition("=")
    if not equals or not left.strip() or not right.strip():
        raise click.UsageError(f"{option} {text!r} is not of the form NAME=VALUE.")
    return left, right


def _get_list(readers: Readers, name: str) -> int:
    found = readers.find_list(name)
    if found is None:
        raise Missing(f"There is no list called {name!r}.", fix="See the lists with: newsletter lists")
    return found


def _nobody(email: str) -> Missing:
    return Missing(f"Nobody here has the address {email!r}.", fix="Check the spelling.")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error, at a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Importing", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _write_whole(path: Path, write: Callable[..., int]) -> int:
    """Write beside the file and put it in its place at the end, readable by its owner only."""
    import os

    partial = path.with_name(f".{path.name}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            n_people = write(file)
        partial.replace(path)
    except OSError as error:
        raise Mistake(f"{path} cannot be written: {error.strerror}.", fix="Name another place.") from None
    return n_people
