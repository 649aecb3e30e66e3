"""`subscribers` and `lists`: who gets the newsletter."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.readers_consent import ask, ask_to_confirm, erase, tag
from newsletter.cli.readers_output import (
    more_as_json,
    person_as_json,
    print_json,
    print_lists,
    print_more,
    print_person,
    print_report,
    report_as_json,
)
from newsletter.words.consent import Asked
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.subscriber import SubscriptionStatus

if TYPE_CHECKING:
    from newsletter.ports.readers import Readers
    from newsletter.wiring import Parts

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
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--list", "list_name", metavar="NAME", help="The mailing list.")
@_active_option
@_consent_option
@click.option("--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Say what a column is; - leaves it out.")
@click.option("--encoding", metavar="NAME", help="The files' encoding, where they are not UTF-8.")
@click.option("--dry-run", is_flag=True, help="Only count; write nothing.")
@click.option("--undo", type=int, metavar="NUMBER", help="Take an import back; its number was printed when it ran.")
@_format_option
@click.pass_obj
def import_(
    folder: object,
    files: tuple[Path, ...],
    list_name: str | None,
    active: bool,
    consent: str | None,
    maps: tuple[str, ...],
    encoding: str | None,
    dry_run: bool,
    undo: int | None,
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
      newsletter subscribers import --undo 3
    """
    from dataclasses import replace

    from newsletter.audience.csv_import import check_files, import_csv
    from newsletter.audience.import_report import ImportOptions

    parts = _parts(folder)
    if undo is not None:
        n_undone = parts.imports.undo(undo)
        click.echo(f"Import {undo} is taken back: {n_undone:,} changes. What people did themselves since then stays.")
        return
    if not files or not list_name:
        raise click.UsageError("Name a file, and a list with --list NAME.")
    status = _status(active, consent)
    options = ImportOptions(
        list_name=list_name,
        status=status,
        consent=consent,
        columns=dict(_split(text, "--map") for text in maps),
        encoding=encoding,
        dry_run=dry_run,
    )
    readers = parts.readers
    is_new = readers.find_list(list_name) is None
    check_files(files, options)
    if not dry_run:
        options = replace(options, run=parts.imports.begin(list_name, [str(path) for path in files]))
    with _progress() as follow:
        report = import_csv(readers, files, options, follow)
    asked = ""
    if status is SubscriptionStatus.PENDING and not dry_run and report.added + report.unchanged + report.updated:
        asked = ask_to_confirm(parts, list_name, Asked.IMPORT, consent)
    if form == "json":
        shown = report_as_json(report, list_name, files=len(files), is_new=is_new, dry_run=dry_run)
        print_json({**shown, "import": options.run})
        return
    print_report(report, list_name, is_new=is_new, dry_run=dry_run)
    if options.run is not None:
        click.echo(
            f"This was import {options.run}. To take it back: newsletter subscribers import --undo {options.run}"
        )
    if asked:
        click.echo(asked)


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
    parts = _parts(folder)
    readers = parts.readers
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
    if status is SubscriptionStatus.PENDING and done != "unchanged":
        click.echo(ask_to_confirm(parts, list_name, Asked.ADD, consent))


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

    parts = _parts(folder)
    person, suppressed = parts.readers.find_subscriber(email), parts.readers.find_suppression(email)
    erased = parts.profiles.find_erasure(email)
    records = parts.consents.records_of(email, person.id if person else None)
    if person is None and suppressed is None and erased is None and not records:
        raise _nobody(email)
    tags = parts.segments.tags_of(person.id) if person else ()
    if form == "json":
        print_json(person_as_json(email, person, suppressed) | more_as_json(records, tags, erased))
    else:
        print_person(email, person, suppressed)
        print_more(records, tags, erased)


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


@lists.command("page")
@click.argument("name")
@click.option("--open/--closed", "is_open", default=None, help="Whether anybody may join it on the sign-up page.")
@click.option("--title", metavar="TEXT", help="What readers see instead of its name.")
@click.pass_obj
def page(folder: object, name: str, is_open: bool | None, title: str | None) -> None:
    """Say how readers meet a list. The first list is open; every further one is closed until you open it.

    \b
    Example:
      newsletter lists page weekly --open --title "The weekly letter"
    """
    if is_open is None and title is None:
        raise click.UsageError("Nothing to change: name --open, --closed or --title.")
    parts = _parts(folder)
    parts.profiles.set_page(name, title=title, is_open=is_open)
    found = next(one for one in parts.profiles.list_pages() if one.name == name)
    how = "open: anybody may join it" if found.is_open else "closed: only you put people on it"
    click.echo(f"{name} is shown as {found.title!r}, and is {how}.")


for _command in (ask, erase, tag):
    subscribers.add_command(_command)


def _parts(folder: object) -> Parts:
    """The newsletter in the folder of `-C`."""
    from newsletter.cli import Folder
    from newsletter.wiring import open_newsletter

    assert isinstance(folder, Folder)
    return open_newsletter(folder.directory)


def _readers(folder: object) -> Readers:
    """The readers of the newsletter in the folder of `-C`. Settings for sending are not looked at here."""
    return _parts(folder).readers


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
