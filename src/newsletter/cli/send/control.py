"""`pause`, `resume`, `cancel` and `settle`: a person controls a sending."""

from __future__ import annotations

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import confirm, yes_option
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake


@click.command()
@click.argument("issue", type=int)
@pass_parts
def pause(parts: Parts, issue: int) -> None:
    """Hold the sending of ISSUE; batches in flight finish.

    \b
    Example:
      newsletter pause 42
    """
    if not parts.ledger.control.pause(issue, "paused by hand"):
        raise Mistake(f"Issue {issue} is not being sent.", fix=f"See where it stands: newsletter status {issue}")
    click.echo(f"Paused. Go on with: newsletter resume {issue}")


@click.command()
@click.argument("issue", type=int)
@pass_parts
def resume(parts: Parts, issue: int) -> None:
    """Go on with a paused sending of ISSUE, at the next `send`, `serve` or `tick`.

    \b
    Example:
      newsletter resume 42
    """
    if not parts.ledger.control.resume(issue):
        raise Mistake(f"Issue {issue} is not paused.", fix=f"See where it stands: newsletter status {issue}")
    click.echo(
        f"Issue {issue} may go on: run `newsletter send {issue} --list NAME`, or leave it to `newsletter serve`."
    )


@click.command()
@click.argument("issue", type=int)
@yes_option
@pass_parts
def cancel(parts: Parts, issue: int, yes: bool) -> None:
    """End the sending of ISSUE. Readers who have it keep it; the others will not be mailed.

    \b
    Example:
      newsletter cancel 42
    """
    confirm(f"End the sending of issue {issue} for good?", yes=yes)
    if not parts.ledger.control.cancel(issue):
        raise Mistake(f"Issue {issue} is not being sent.", fix=f"See where it stands: newsletter status {issue}")
    click.echo(f"Cancelled. See who has it: newsletter status {issue}")


@click.command()
@click.argument("issue", type=int)
@click.option(
    "--look", "choice", flag_value="look", default="look", help="Ask the provider what arrived (the default)."
)
@click.option("--resend", "choice", flag_value="resend", help="Send again: some may get it twice.")
@click.option("--leave", "choice", flag_value="leave", help="Leave it: some may miss it.")
@click.option("--reader", metavar="EMAIL", default="", help="Only this reader, also one who was left before.")
@click.option("--left", is_flag=True, help="With --resend: also those who were left before.")
@yes_option
@pass_parts
def settle(parts: Parts, issue: int, choice: str, reader: str, left: bool, yes: bool) -> None:
    """Deal with readers of ISSUE of whom we don't know yet whether they have it.

    \b
    Example:
      newsletter settle 42 --look
      newsletter settle 42 --resend
      newsletter settle 42 --resend --reader ana@example.com
    """
    from newsletter.ledger.settle import leave, look, send_again

    if left and choice != "resend":
        raise click.UsageError("--left goes with --resend.")
    if reader and choice == "look":
        raise click.UsageError("--reader goes with --resend or --leave.")
    parts.sweep()
    if not reader and not left and not parts.ledger.doubts.list_attempts(issue):
        click.echo(
            f"There is nobody in issue {issue} of whom we don't know. See where it stands: newsletter status {issue}"
        )
        return
    if choice == "look":
        settled = look(parts.looker, issue)
        click.echo(
            f"{settled.found:,} have it, {settled.absent:,} don't and are queued again, "
            f"{settled.uncertain:,} are still unknown."
        )
        if settled.uncertain and parts.looker.evidence is None:
            click.echo("This provider can't be asked here. Decide with --resend or --leave.")
        return
    asks = {"resend": "Send again? Some may get it twice.", "leave": "Leave it? Some may miss it."}
    confirm(asks[choice], yes=yes)
    if choice == "resend":
        n_readers = send_again(parts.looker, issue, left=left, email=reader)
        click.echo(f"{n_readers:,} queued again.")
    else:
        click.echo(f"{leave(parts.looker, issue, email=reader):,} left as they are.")
