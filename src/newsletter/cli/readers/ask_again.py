"""`subscribers ask-again` and `reopen`: whether people still want it, and taking sign-ups again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import confirm, format_option, yes_option
from newsletter.cli.output import print_json
from newsletter.wiring import Parts

if TYPE_CHECKING:
    from newsletter.consent.ask_again_sql import AskingRun

_UNENGAGED = "not engaged"


@click.command("ask-again")
@click.option("--list", "list_name", metavar="NAME", help="The mailing list.")
@click.option("--segment", metavar="NAME", help="A saved segment; without it, those who are not engaged.")
@click.option(
    "--days",
    type=click.IntRange(7, 60),
    default=14,
    show_default=True,
    metavar="N",
    help="End the subscriptions of those who have not answered after so many days.",
)
@click.option("--dry-run", is_flag=True, help="Only count; ask nobody.")
@yes_option
@click.option("--undo", type=int, metavar="NUMBER", help="Take an asking back; its number was printed when it ran.")
@format_option()
@pass_parts
def ask_again(
    parts: Parts,
    list_name: str | None,
    segment: str | None,
    days: int,
    dry_run: bool,
    yes: bool,
    undo: int | None,
    form: str,
) -> None:
    """Ask readers of a list whether they still want it. Those who say yes stay; those who do not answer are taken off.

    Never before 12 issues have gone out to the list, and nobody twice in a year. Without --list, it shows who was
    asked and how that stands.

    \b
    Example:
      newsletter subscribers ask-again --list weekly --dry-run
      newsletter subscribers ask-again --list weekly --segment sleepers --days 21
      newsletter subscribers ask-again --undo 1
    """
    asking = parts.consent.asking_again
    if undo is not None:
        back = asking.undo(undo)
        click.echo(f"Asking {undo} is taken back: nobody else is asked or taken off for it, and {back:,} are on again.")
        return
    if list_name is None:
        _show(asking.list_runs(), form)
        return
    question = parts.segments.get(segment) if segment else _UNENGAGED
    n_readers = asking.count(list_name, question)
    if dry_run or not n_readers:
        click.echo(f"{n_readers:,} readers of {list_name} would be asked: {question}.")
        return
    parts.check_may_send()
    confirm(f"Ask {n_readers:,} readers of {list_name}, and take off who is silent for {days} days?", yes=yes)
    wording = f"Asked by mail whether they still want {list_name} ({question})."
    run = asking.ask(list_name, question, days=days, wording=wording)
    click.echo(_what_follows(parts, run, n_readers, days))


@click.command()
@click.argument("email", required=False)
@pass_parts
def reopen(parts: Parts, email: str | None) -> None:
    """Take sign-ups again, after far more of them than usual had closed the form; or those of one address.

    An address that was asked to confirm three times, and did not answer, is asked again after 90 days. With EMAIL it may be
    asked at once, and who is pending there gets one more mail.

    \b
    Example:
      newsletter subscribers reopen
      newsletter subscribers reopen ana@example.com
    """
    if email is not None:
        click.echo(_reopened(parts, email))
        return
    was_closed = parts.consent.budgets.close_breaker()
    click.echo("Sign-ups are taken again." if was_closed else "The form was open; nothing changed.")


def _reopened(parts: Parts, email: str) -> str:
    from newsletter.consent.ask import ask_once_more

    forgiven, is_asked = ask_once_more(parts.readers, parts.consent, parts.post_office, email)
    parts.after_sending()
    if is_asked:
        return f"{email} may be asked again, and a mail asks them once more."
    if not forgiven:
        return f"{email} has left no mail unanswered; nothing changed."
    return f"{email} may be asked again: the next sign-up with it is answered."


def _what_follows(parts: Parts, run: int, n_readers: int, days: int) -> str:
    from newsletter.consent.ask import AT_ONCE

    posted = parts.post_office.post_waiting(most=AT_ONCE)
    parts.after_sending()
    waiting = parts.consent.queue.count_unposted()
    rest = (
        " The other mails go out while `newsletter serve` runs, or with: newsletter subscribers ask" if waiting else ""
    )
    return (
        f"{n_readers:,} readers are asked whether they still want it; {posted:,} mails were handed over.{rest} While `serve` "
        f"runs, who has not said yes {days} days after their mail is taken off the list. This was asking {run}; to take it "
        f"back: newsletter subscribers ask-again --undo {run}"
    )


def _show(runs: Sequence[AskingRun], form: str) -> None:
    if form == "json":
        print_json({"askings": [asdict(run) for run in runs]})
        return
    if not runs:
        click.echo("Nobody was asked yet. Begin with: newsletter subscribers ask-again --list NAME --dry-run")
    for run in runs:
        state = f"taken back on {run.undone_at:%Y-%m-%d}" if run.undone_at else f"{run.waiting:,} have time left"
        click.echo(
            f"{run.id}: {run.list_name}, {run.segment}, asked on {run.asked_at:%Y-%m-%d}. Of {run.asked:,}, {run.stayed:,} "
            f"stay, {run.ended:,} are taken off, {state}."
        )
