"""`status` and `report`: where every reader of an issue stands, why nothing moves, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import format_option
from newsletter.cli.send.when import say_outlook
from newsletter.ledger.rows import Account
from newsletter.wiring import Parts
from newsletter.words.alarm import IssueHealth, alarms
from newsletter.words.halt import Halt, say_halt
from newsletter.words.ledger import Fate, HandOver, MailingStatus
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.moment import say_moment, say_span


@click.command()
@click.argument("issue", type=int, required=False)
@format_option()
@pass_parts
def status(parts: Parts, issue: int | None, form: str) -> None:
    """Say where every reader of ISSUE stands, or list the issues that were sent.

    \b
    Example:
      newsletter status 42
      newsletter status 42 --format json
    """
    if issue is None:
        accounts = [parts.ledger.accounts.find(number) for number in parts.ledger.accounts.list_issues_sent()]
    else:
        accounts = [parts.ledger.accounts.find(issue)]
        if accounts == [None]:
            raise never_sent(parts, issue)
    known = [account for account in accounts if account]
    if form == "json":
        shown = [
            _as_json(account, _halts(parts, account)) | {"unconfirmed": _health(parts, account).unconfirmed}
            for account in known
        ]
        click.echo(json.dumps(shown[0] if issue is not None else shown, indent=2))
        return
    if not known:
        click.echo("Nothing was sent yet.")
    for account in known:
        print_account(account)
        _say_when_it_goes(parts, account)
        _print_halts(parts, account)
        said = {mailing.pause_reason for mailing in account.mailings}
        for alarm in alarms(_health(parts, account)):
            if alarm.message not in said:
                click.echo(f"  ! {alarm.message}")


@click.command()
@click.argument("issue", type=int)
@format_option("html")
@pass_parts
def report(parts: Parts, issue: int, form: str) -> None:
    """Say what came of ISSUE: handed over, delivered, bounced, complained, opened by people and by machines.

    \b
    Example:
      newsletter report 42
      newsletter report 42 --format html > issue-42.html
    """
    from newsletter.report.page import as_page
    from newsletter.report.text import as_document, as_text

    figures = parts.reports.find_figures(issue, parts.telling)
    if figures is None:
        raise never_sent(parts, issue)
    if form == "json":
        click.echo(json.dumps(as_document(figures), indent=2))
    else:
        tracking = parts.config.tracking
        click.echo(as_page(figures, tracking) if form == "html" else as_text(figures, tracking), nl=form == "text")


def never_sent(parts: Parts, number: int) -> NewsletterError:
    """The refusal for an issue that the ledger does not know."""
    old = next((one for one in parts.issues.list_moved_in() if one.number == number), None)
    if old:
        return Mistake(
            f"Issue {number} was not sent from here: it was published with {old.moved_from}, and who got it is not known."
        )
    try:
        parts.issues.get_issue(number)
    except Missing as missing:
        return missing
    except NewsletterError:  # it is there: what is wrong in it is not what was asked
        pass
    return Mistake(f"Issue {number} was never sent.", fix=f"Send it with: newsletter send {number} --list NAME")


def _health(parts: Parts, account: Account) -> IssueHealth:
    return parts.alarms.get_health(account.issue, parts.telling, practice=account.is_practice)


def _halts(parts: Parts, account: Account) -> list[Halt | None]:
    """The halt of each sending of the issue, in their order."""
    config = parts.config
    return [
        parts.ledger.halts.find(mailing.id, provider=config.provider, pace=config.pace) for mailing in account.mailings
    ]


def _print_halts(parts: Parts, account: Account) -> None:
    """Why sendings that are under way don't move. Pauses and times that have not come are printed elsewhere."""
    for mailing, halt in zip(account.mailings, _halts(parts, account), strict=True):
        if halt and mailing.status is MailingStatus.SENDING:
            click.echo(f"  {say_halt(halt, now=parts.clock.now(), zone=parts.config.newsletter.zone)}")


def _halt_as_json(halt: Halt | None) -> dict[str, object] | None:
    return {"reason": halt.reason, "until": halt.until.isoformat() if halt.until else None} if halt else None


def _as_json(account: Account, halts: Sequence[Halt | None]) -> dict[str, object]:
    counts = {state.value: n for state, n in account.handover.items()}
    return {
        "issue": account.issue,
        "status": account.mailings[-1].status.value,
        "practice": account.is_practice,
        "planned": account.planned,
        **counts,
        "doubled": account.doubled,
        "late": account.late,
        "fates": {fate.value: n for fate, n in account.fates.items()},
        "skipped_why": dict(account.skipped),
        "mailings": [
            {
                "list": mailing.list_name,
                "status": mailing.status.value,
                "planned": mailing.planned,
                "already_had_it": mailing.already_had_it,
                "start_at": mailing.start_at.isoformat(),
                "pause_reason": mailing.pause_reason,
                "waits": _halt_as_json(halt),
            }
            for mailing, halt in zip(account.mailings, halts, strict=True)
        ],
    }


ON_SCREEN = {
    HandOver.ACCEPTED: "handed over",
    HandOver.PENDING: "waiting",
    HandOver.SENDING: "on their way to the provider",
    HandOver.UNCERTAIN: "we don't know yet",
    HandOver.REFUSED: "refused",
    HandOver.SKIPPED: "skipped",
    HandOver.LEFT: "left as unknown",
}


def print_account(account: Account) -> None:
    if account.is_practice:
        click.echo("Practice: nothing of this left this machine, and it does not count when you send to real readers.")
    for mailing in account.mailings:
        why = f": {mailing.pause_reason}" if mailing.pause_reason else ""
        click.echo(f"Issue {account.issue} to {mailing.list_name!r}: {mailing.status.value}{why}")
    for state, words in ON_SCREEN.items():
        n_readers = account.handover[state]
        if n_readers or state is HandOver.ACCEPTED:
            why = f" ({', '.join(f'{n:,} {reason}' for reason, n in account.skipped.items())})"
            click.echo(f"  {n_readers:>9,}  {words}{why if state is HandOver.SKIPPED else ''}")
    click.echo(f"  {account.planned:>9,}  in all")
    heard = ", ".join(f"{n:,} {fate.value}" for fate, n in account.fates.items() if n and fate is not Fate.NONE)
    if heard:
        click.echo(f"  Heard since: {heard}")
    if account.doubled:
        click.echo(f"  {account.doubled:>9,}  of those got it twice: both tries turned out to have been taken")
    if account.late:
        click.echo(f"  {account.late:>9,}  left while their batch was on its way: too late to take them out of it")


def _say_when_it_goes(parts: Parts, account: Account) -> None:
    """For sendings that wait for their time: when that is, or how long they are overdue, and what sends them."""
    waiting = [mailing for mailing in account.mailings if mailing.status is MailingStatus.SCHEDULED]
    for mailing in waiting:
        late = parts.clock.now() - mailing.start_at
        when = say_moment(mailing.start_at, parts.config.newsletter.zone)
        overdue = f"  ! Overdue by {say_span(late)}: it was to go to {mailing.list_name!r} {when}."
        click.echo(overdue if late.total_seconds() > 0 else f"  To {mailing.list_name!r} it goes {when}.")
    if waiting:
        say_outlook(parts)
