"""`subscribers duplicates`: who may be one person under two addresses."""

from __future__ import annotations

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import format_option
from newsletter.cli.output import print_json
from newsletter.cli.readers.options import no_such_list
from newsletter.wiring import Parts
from newsletter.words.subscriber import Subscriber

_SHOWN = 100


@click.command()
@click.option("--list", "list_name", metavar="NAME", help="Only where one of them is on this list.")
@format_option()
@pass_parts
def duplicates(parts: Parts, list_name: str | None, form: str) -> None:
    """Show addresses that probably reach one person, and what is on several lists. Nothing is changed.

    Compared are addresses without what follows a plus, and without dots where the host ignores them. Case never makes
    two subscribers. A reader on two lists under one address gets each issue once.

    \b
    Example:
      newsletter subscribers duplicates --list weekly
    """
    from newsletter.readers.duplicates import find_likely_same

    readers = parts.readers
    if list_name is not None and readers.find_list(list_name) is None:
        raise no_such_list(list_name)
    groups = list(find_likely_same(readers, list_name=list_name))
    shared = readers.count_on_several()
    if form == "json":
        shown = [{"mailbox": group.mailbox, "people": [_as_json(one) for one in group.people]} for group in groups]
        print_json({"duplicates": shown, "on_several_lists": shared})
        return
    for group in groups[:_SHOWN]:
        click.echo(group.mailbox)
        for person in group.people:
            click.echo(f"  {_line(person)}")
    if len(groups) > _SHOWN:
        click.echo(f"... and {len(groups) - _SHOWN:,} more. All of them: --format json")
    click.echo(
        f"{len(groups):,} mailboxes with more than one address. To take one off: newsletter subscribers remove EMAIL"
    )
    click.echo(f"{shared:,} people are on more than one list under one address; each issue reaches them once.")


def _line(person: Subscriber) -> str:
    name = f"{person.first_name} {person.last_name}".strip()
    lists = ", ".join(f"{one.list_name} {one.status.value}" for one in person.subscriptions) or "on no list"
    blocked = f"; do-not-mail: {person.suppressed.value.replace('_', ' ')}" if person.suppressed else ""
    return f"{person.email}{f' ({name})' if name else ''}: {lists}{blocked}"


def _as_json(person: Subscriber) -> dict[str, object]:
    return {
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "subscriptions": [{"list": one.list_name, "status": one.status.value} for one in person.subscriptions],
        "suppressed": person.suppressed.value if person.suppressed else None,
    }
