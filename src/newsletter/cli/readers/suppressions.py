"""`suppressions`: the addresses that get nothing, whatever a list says."""

from __future__ import annotations

import click

from newsletter.cli.context import parts_of, pass_parts
from newsletter.cli.options import format_option
from newsletter.cli.output import print_json
from newsletter.cli.readers.wrong_bounces import put_back, undo, undone
from newsletter.wiring import Parts
from newsletter.words.subscriber import SuppressionReason

_REASONS = ("manual", "unsubscribe", "complaint", "hard_bounce", "invalid")
_SAYABLE = _REASONS[:3]


@click.group(invoke_without_command=True)
@click.option("--beginning", metavar="TEXT", default="", help="Only addresses that begin with this.")
@click.option("--reason", type=click.Choice(_REASONS), help="Only those that are there for this reason.")
@click.option("--most", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many to show.")
@format_option()
@click.pass_context
def suppressions(context: click.Context, beginning: str, reason: str | None, most: int, form: str) -> None:
    """Show the do-not-mail list, the newest first: which addresses, since when, and why.

    \b
    Example:
      newsletter suppressions --reason hard_bounce
      newsletter suppressions add ana@example.com
      newsletter suppressions remove ana@example.com
      newsletter suppressions undo --issue 42 --dry-run
    """
    if context.invoked_subcommand is not None:
        return
    from newsletter.consent.do_not_mail import REASONS

    roster = parts_of(context.obj).roster
    wanted = SuppressionReason(reason) if reason else None
    blocked, more = roster.do_not_mail(beginning, reason=wanted, limit=most)
    if form == "json":
        rows = [
            {
                "email": one.address,
                "reason": one.reason.value,
                "since": one.since_at,
                "issue": one.issue,
            }
            for one in blocked
        ]
        print_json({"suppressions": rows, "in_all": roster.count_blocked()})
        return
    for one in blocked:
        of = f", issue {one.issue}" if one.issue is not None else ""
        click.echo(f"{one.since_at:%Y-%m-%d}  {one.address}: {REASONS[one.reason]}{of}")
    if not blocked:
        click.echo(
            "Nobody like that is on the do-not-mail list."
            if beginning or reason
            else "Nobody is on the do-not-mail list."
        )
    elif more:
        click.echo(f"... of {roster.count_blocked():,} in all. Look closer with --beginning, --reason or --most.")


@suppressions.command()
@click.argument("email")
@click.option(
    "--reason",
    type=click.Choice(_SAYABLE),
    default="manual",
    show_default=True,
    help="Why: by hand, or their own word.",
)
@pass_parts
def add(parts: Parts, email: str, reason: str) -> None:
    """Put an address on the do-not-mail list, whether anybody is known by it or not.

    What somebody said themselves (unsubscribe, complaint) can't be taken back by anybody else.

    \b
    Example:
      newsletter suppressions add ana@example.com --reason unsubscribe
    """
    from newsletter.consent.do_not_mail import block

    address = block(parts.consent.membership, email, SuppressionReason(reason))
    click.echo(f"Nothing goes to {address} any more.")


@suppressions.command()
@click.argument("email")
@pass_parts
def remove(parts: Parts, email: str) -> None:
    """Take an address off the do-not-mail list, unless it is there by the person's own word.

    \b
    Example:
      newsletter suppressions remove ana@example.com
    """
    from newsletter.consent.do_not_mail import lift

    lift(parts.consent.membership, email)
    click.echo(f"{email} may be mailed again, on the lists that it is on.")


for _command in (undo, put_back, undone):
    suppressions.add_command(_command)
