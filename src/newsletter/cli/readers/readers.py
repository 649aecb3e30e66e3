"""`subscribers` and `lists`: who gets the newsletter."""

from __future__ import annotations

from dataclasses import asdict

import click

from newsletter.cli.context import parts_of, pass_parts
from newsletter.cli.options import format_option
from newsletter.cli.output import print_json
from newsletter.cli.readers.ask_again import ask_again, reopen
from newsletter.cli.readers.consent import ask, ask_to_confirm, erase, tag
from newsletter.cli.readers.duplicates import duplicates
from newsletter.cli.readers.export import export
from newsletter.cli.readers.imports import import_, imports
from newsletter.cli.readers.one_reader import find_known, known_as_json, print_known, print_quiet
from newsletter.cli.readers.options import (
    active_option,
    consent_option,
    list_option,
    no_such_list,
    split_pair,
    status_asked,
)
from newsletter.cli.readers.output import print_lists
from newsletter.readers.pages import FormerAddress
from newsletter.wiring import Parts
from newsletter.words.consent import Asked
from newsletter.words.mistake import Missing
from newsletter.words.subscriber import SubscriptionStatus


@click.group()
def subscribers() -> None:
    """Import, export, add, remove and show subscribers."""


@subscribers.command()
@click.argument("email")
@list_option
@click.option("--first-name", metavar="NAME")
@click.option("--last-name", metavar="NAME")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="A custom field, for merge tags.")
@active_option
@consent_option
@pass_parts
def add(
    parts: Parts,
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
    from newsletter.imports.one_reader import add_reader

    parts.farewells.check()
    status = status_asked(active, consent)
    readers = parts.readers
    is_new = readers.find_list(list_name) is None
    done = add_reader(
        parts.consent.membership,
        email,
        list_name=list_name,
        first_name=first_name,
        last_name=last_name,
        fields=dict(split_pair(text, "--field", at_first=True) for text in fields),
        status=status,
        consent=consent,
    )
    if is_new:
        click.echo(f"The list {list_name} is new.")
    sentences = {"added": "added to", "updated": "updated on", "unchanged": "on it already, unchanged:"}
    click.echo(f"{email.strip()}: {sentences[done]} {list_name}.")
    if status is SubscriptionStatus.PENDING and done != "unchanged":
        click.echo(ask_to_confirm(parts, list_name, Asked.ADD, consent))
        print_quiet(email, parts.consent.unanswered.find(email), parts.clock.now())


@subscribers.command()
@click.argument("email")
@click.option("--list", "list_name", metavar="NAME", help="Only from this list.")
@pass_parts
def remove(parts: Parts, email: str, list_name: str | None) -> None:
    """Take a person off one list, or off all of them and every one to come. No later import brings them back.

    \b
    Example:
      newsletter subscribers remove ana@example.com
      newsletter subscribers remove ana@example.com --list weekly
    """
    readers = parts.readers
    if list_name is not None and readers.find_list(list_name) is None:
        raise no_such_list(list_name)
    if readers.find_subscriber(email) is None:
        former = parts.readers.find_former(email)
        raise _moved(email, former) if former else _nobody(email)
    if list_name is None:
        n_ended = parts.consent.membership.take_off(email) or 0
        off = {0: "was on no list; nothing changed there", 1: "is off the list"}.get(n_ended, f"is off {n_ended} lists")
        click.echo(f"{email} {off}. It stays off every other: only their own sign-up brings them back.")
    elif parts.consent.membership.leave(email, list_name=list_name):
        click.echo(f"{email} is off {list_name}.")
    else:
        click.echo(f"{email} was on no list {list_name}; nothing changed.")


@subscribers.command()
@click.argument("email")
@format_option()
@pass_parts
def show(parts: Parts, email: str, form: str) -> None:
    """Show a person: names, fields, lists, and whether they may be mailed.

    \b
    Example:
      newsletter subscribers show ana@example.com --format json
    """
    found = find_known(parts, email)
    if found is None:
        raise _nobody(email)
    if form == "json":
        print_json(known_as_json(found))
    else:
        print_known(found, parts.clock.now())


@click.group(invoke_without_command=True)
@format_option()
@click.pass_context
def lists(context: click.Context, form: str) -> None:
    """Show the lists: who is mailed (active), has not confirmed (pending), takes a break, left, or must not be mailed.

    \b
    Example:
      newsletter lists
      newsletter lists --format json
      newsletter lists add weekly
    """
    if context.invoked_subcommand is not None:
        return
    rows = parts_of(context.obj).readers.list_lists()
    if form == "json":
        print_json({"lists": [asdict(row) for row in rows]})
    else:
        print_lists(rows)


@lists.command("add")
@click.argument("name")
@pass_parts
def add_list(parts: Parts, name: str) -> None:
    """Make a list.

    \b
    Example:
      newsletter lists add weekly
    """
    is_new = parts.readers.find_list(name) is None
    parts.consent.membership.add_list(name)
    click.echo(f"The list {name} is {'new' if is_new else 'there already'}.")


@lists.command("page")
@click.argument("name")
@click.option("--open/--closed", "is_open", default=None, help="Whether anybody may join it on the sign-up page.")
@click.option("--title", metavar="TEXT", help="What readers see instead of its name.")
@pass_parts
def page(parts: Parts, name: str, is_open: bool | None, title: str | None) -> None:
    """Say how readers meet a list. The first list is open; every further one is closed until you open it.

    \b
    Example:
      newsletter lists page weekly --open --title "The weekly letter"
    """
    if is_open is None and title is None:
        raise click.UsageError("Nothing to change: name --open, --closed or --title.")
    parts.consent.profiles.set_page(name, title=title, is_open=is_open)
    found = next(one for one in parts.readers.list_pages() if one.name == name)
    how = "open: anybody may join it" if found.is_open else "closed: only you put people on it"
    click.echo(f"{name} is shown as {found.title!r}, and is {how}.")


for _command in (import_, imports, export, duplicates, ask, ask_again, reopen, erase, tag):
    subscribers.add_command(_command)


def _moved(email: str, former: FormerAddress) -> Missing:
    where = f"Name them by the one they have: {former.present}" if former.present else ""
    return Missing(f"The reader who had {email} gave it up on {former.moved_at:%Y-%m-%d}. It stays off.", fix=where)


def _nobody(email: str) -> Missing:
    return Missing(f"Nobody here has the address {email!r}.", fix="Check the spelling.")
