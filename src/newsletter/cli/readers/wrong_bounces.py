"""`suppressions undo`, `put-back` and `undone`: bounces that were wrong, many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import confirm, format_option, yes_option
from newsletter.cli.output import print_json
from newsletter.providers.kind import ProviderKind
from newsletter.wiring import Parts
from newsletter.words.mistake import Missing
from newsletter.words.moment import say_moment

if TYPE_CHECKING:
    from newsletter.feedback.wrong_bounces import Looked


@click.command()
@click.option("--issue", metavar="NUMBER", default="", help="Of this issue.")
@click.option("--since", metavar="TIME", default="", help="That happened from then on, such as 2026-11-29 10:00.")
@click.option("--until", metavar="TIME", default="", help="That happened before then. A day alone is meant whole.")
@click.option("--domain", metavar="NAME", default="", help="Of addresses there, without the domains below it.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@yes_option
@format_option()
@pass_parts
def undo(parts: Parts, issue: str, since: str, until: str, domain: str, dry_run: bool, yes: bool, form: str) -> None:
    """Take back what wrong bounces did, as when a provider broke down or its block list had your server on it.

    Name an issue, a time, a domain, or several: all of it has to hold. Addresses come off the do-not-mail list that are there
    because of such a bounce and for no other reason. Subscriptions that ended because of it are as they were. Readers
    who unsubscribed, complained or were blocked by hand stay off. A bounce that is told again later changes nothing.

    \b
    Example:
      newsletter suppressions undo --issue 42 --domain example.org --dry-run
      newsletter suppressions undo --since "2026-11-29 10:00" --until "2026-11-29 14:00"
    """
    from newsletter.feedback.wrong_bounces import read_which

    zone = parts.config.newsletter.zone
    which = read_which(issue=issue, since=since, until=until, domain=domain, zone=zone)
    found = parts.wrong_bounces.look(which)
    if form == "text":
        _show(found, f"Bounces {which.in_words(zone)}.", zone, kind=parts.config.kind)
    if not dry_run and not found.is_nothing:
        confirm("Take this back?", yes=yes, err=form == "json")
    done = None if dry_run else parts.wrong_bounces.undo(which)
    if form == "json":
        print_json({**_as_json(found), "undo": done.number if done else None})
    elif dry_run:
        click.echo("Nothing was changed.")
    elif done:
        click.echo(
            f"Done: {done.n_addresses:,} addresses may be mailed again, {done.n_subscriptions:,} subscriptions are as they "
            f"were. Put them back with: newsletter suppressions put-back {done.number}"
        )


@click.command(name="put-back")
@click.argument("number", type=int)
@pass_parts
def put_back(parts: Parts, number: int) -> None:
    """Put the addresses of an undo on the do-not-mail list again. NUMBER is in `suppressions undone`.

    \b
    Example:
      newsletter suppressions put-back 3
    """
    n_addresses = parts.wrong_bounces.put_back(number)
    if n_addresses is None:
        raise Missing(
            f"There is no undo {number} that could be put back.",
            fix="See what there is: newsletter suppressions undone",
        )
    click.echo(f"{n_addresses:,} addresses are on the do-not-mail list again.")


@click.command()
@pass_parts
def undone(parts: Parts) -> None:
    """Show which bounces were taken back, the last first.

    \b
    Example:
      newsletter suppressions undone
    """
    zone = parts.config.newsletter.zone
    found = parts.wrong_bounces.list_undone(most=50)
    for one in found:
        put_back = ", put back since" if one.put_back_at else ""
        click.echo(
            f"{one.number}  {say_moment(one.undone_at, zone)}: {one.n_addresses:,} addresses and "
            f"{one.n_subscriptions:,} subscriptions, bounces {one.which.in_words(zone)}{put_back}"
        )
    if not found:
        click.echo("No bounces were taken back.")


def _show(found: Looked, heading: str, zone: str, *, kind: ProviderKind) -> None:
    click.echo(heading)
    if found.is_nothing:
        stay = f" {found.n_stay:,} addresses stay off for another reason." if found.n_stay else ""
        click.echo(f"Nobody is off because of such a bounce alone.{stay}")
        return
    when = ""
    if found.first_at and found.last_at:
        when = f", bounced from {say_moment(found.first_at, zone)} to {say_moment(found.last_at, zone)}"
    click.echo(f"  {found.n_addresses:,} addresses would come off the do-not-mail list{when}")
    for name, number in found.domains:
        click.echo(f"    {number:,} at {name}")
    for words, number in found.said:
        click.echo(f"    {number:,} with the words: {words[:120]}")
    click.echo(f"  {found.n_subscriptions:,} subscriptions that ended because mail kept bouncing would be as they were")
    click.echo(f"  {found.n_stay:,} addresses stay off for another reason")
    click.echo("They get the next issue. What bounced is not sent to them again.")
    if kind.keeps_lists:
        click.echo(f"{kind.title} keeps lists of its own: take them off there too, or it drops what goes to them.")


def _as_json(found: Looked) -> dict[str, object]:
    return {
        "addresses": found.n_addresses,
        "stay": found.n_stay,
        "subscriptions": found.n_subscriptions,
        "first_at": found.first_at,
        "last_at": found.last_at,
        "domains": [{"name": name, "addresses": number} for name, number in found.domains],
        "said": [{"words": words, "addresses": number} for words, number in found.said],
    }
