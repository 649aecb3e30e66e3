"""`send` and `test`: an issue on its way to readers."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getuser
from typing import TYPE_CHECKING

import click

from newsletter.cli import Folder
from newsletter.cli.context import parts_of
from newsletter.cli.options import yes_option
from newsletter.cli.readers.options import no_such_list
from newsletter.cli.send.last_look import last_look, words_for_the_missing
from newsletter.cli.send.status import print_account
from newsletter.cli.send.when import change_time, instant, said_back, say_outlook, send_in_next_slot
from newsletter.ledger.rows import MailingRow
from newsletter.providers.registry import PRACTICE
from newsletter.segments.audience import Audience
from newsletter.wiring import Parts
from newsletter.words.edition import Edition
from newsletter.words.ledger import LOOK_FIRST, HandOver, MailingStatus
from newsletter.words.mistake import Mistake
from newsletter.words.moment import say_moment

if TYPE_CHECKING:
    from newsletter.ledger.drain import Follow


def _one_list(_ctx: click.Context, _option: click.Parameter, names: tuple[str, ...]) -> str:
    """Refuse two lists: the parser would silently take the last."""
    if len(set(names)) > 1:
        raise click.UsageError("One sending goes to one list. Run it once for each: nobody gets the issue twice.")
    return names[0]


@click.command()
@click.argument("issue", type=int)
@click.option(
    "--list", "list_name", required=True, multiple=True, callback=_one_list, help="The mailing list it goes to."
)
@click.option("--segment", metavar="NAME", help="Only to the readers of the list who fit this saved segment.")
@click.option("--now", is_flag=True, help="Send at once; this is the default.")
@click.option("--at", metavar="WHEN", help='Send later: "thu 09:00", "2026-12-03 09:00", "2026-12-03T09:00+01:00".')
@click.option("--next", "in_next", is_flag=True, help="Send it in the next slot of the list's schedule.")
@click.option(
    "--canary", type=click.IntRange(min=1), metavar="N", help="N readers first; the others when they are through."
)
@click.option("--missing", is_flag=True, help="To those who do not have it, in the words in which the others got it.")
@click.option("--look", is_flag=True, help="With --canary: pause after the N; the others go when you `resume`.")
@yes_option
@click.option("--despite-findings", is_flag=True, help="Send although `check` finds errors.")
@click.pass_obj
def send(
    folder: Folder,
    issue: int,
    list_name: str,
    segment: str | None,
    now: bool,
    at: str | None,
    in_next: bool,
    canary: int | None,
    look: bool,
    missing: bool,
    yes: bool,
    despite_findings: bool,
) -> None:
    """Send ISSUE to everyone on a list, once.

    A send that was interrupted goes on where it stopped: run the same command again. Nobody gets it twice. One that
    waits for its time can be given another with --at, can be sent with --now, and ended with `cancel`.

    \b
    Example:
      newsletter send 42 --list weekly
      newsletter send 42 --list weekly --segment berlin
      newsletter send 42 --list weekly --at "thu 09:00"
      newsletter send 42 --list weekly --at 2026-12-03T09:00+01:00 --yes
      newsletter send 42 --list weekly --next --segment berlin
      newsletter send 42 --list weekly --missing
    """
    from newsletter.ledger.plan import plan

    _check_options(now=now, at=at, in_next=in_next, canary=canary, look=look, missing=missing)
    parts = parts_of(folder, makes_mail=True, sends=True)
    question = parts.segments.get(segment) if segment else ""
    if in_next:
        send_in_next_slot(
            parts,
            issue,
            list_name,
            segment=segment or "",
            question=question,
            yes=yes,
            despite_findings=despite_findings,
        )
        return
    start_at = instant(at, parts) if at else None
    if start_at:
        say_outlook(parts, driven=False)
    unfinished = parts.ledger.mailings.find_unfinished(issue, list_name)
    if unfinished and (at or now) and change_time(parts, unfinished, start_at, yes=yes) and start_at:
        return
    if unfinished:
        edition = parts.ledger.mailings.get_edition(unfinished.edition_digest)
    else:
        audience = Audience(lists=[list_name], issue=issue, segment=question, at=start_at)
        agreed = _agreed(
            parts, issue, audience, segment=segment or "", missing=missing, yes=yes, despite_findings=despite_findings
        )
        if agreed is None:
            return
        edition = agreed
    mailing, resumed = plan(
        parts.ledger,
        parts.clock,
        edition,
        list_name=list_name,
        parcel_size=parts.parcel_size,
        start_at=start_at,
        segment=question,
        canary=canary or 0,
        canary_waits=look,
    )
    _say_plan(mailing, resumed)
    if parts.config.pace.is_limited:
        click.echo(f"The pace that is set: {parts.config.pace}.")
    if mailing.status is MailingStatus.SCHEDULED:
        when = say_moment(mailing.start_at, parts.config.newsletter.zone)
        click.echo(f"It goes out {when}.")
        say_outlook(parts, driven=True)
        return
    with _stoppable() as stop, _progress(mailing.planned) as follow:
        parts.drain(stop).until_done(mailing, follow)
    parts.after_sending()
    _say_end(parts, issue, list_name)


def _check_options(*, now: bool, at: str | None, in_next: bool, canary: int | None, look: bool, missing: bool) -> None:
    """Raises UsageError for options that contradict each other."""
    if sum((now, bool(at), in_next)) > 1:
        raise click.UsageError("--now, --at and --next say different times.")
    if canary and in_next:
        raise click.UsageError("--next sends to everybody at once; name a time with --at for --canary.")
    if missing and in_next:
        raise click.UsageError("--next sends the issue as it is now; name a time with --at for --missing.")
    if look and not canary:
        raise click.UsageError("--look goes with --canary: it is the few that go first that you look at.")


def _agreed(
    parts: Parts, issue: int, audience: Audience, *, segment: str, missing: bool, yes: bool, despite_findings: bool
) -> Edition | None:
    """The words to send, when it was said who gets them and somebody agreed; None where nobody would get them.

    Not called for a sending that is resumed: loading what makes a mail takes longer than sending to a thousand readers.
    """
    said, [list_name] = said_back(parts, audience.at), audience.lists
    if missing:
        return words_for_the_missing(
            parts, issue, list_name, segment=audience.segment, at=audience.at, said=said, yes=yes
        )
    if parts.readers.find_list(list_name) is None:
        parts.issues.get_issue(issue)
        raise no_such_list(list_name)
    return last_look(parts, audience, segment=segment, said=said, yes=yes, despite_findings=despite_findings)


def _say_plan(mailing: MailingRow, resumed: bool) -> None:
    if resumed:
        click.echo("Going on with the sending that was under way, with the words it began with.")
    if mailing.already_had_it:
        click.echo(f"{mailing.already_had_it:,} already have this issue and are left out.")


def _say_end(parts: Parts, issue: int, list_name: str) -> None:
    account = parts.ledger.accounts.find(issue)
    assert account is not None
    print_account(account)
    if any(m.pause_reason == LOOK_FIRST for m in account.mailings if m.list_name == list_name):
        click.echo(f"{LOOK_FIRST}\nThen: newsletter resume {issue}, and newsletter send {issue} --list {list_name}")
        return
    waiting = [m for m in account.mailings if m.list_name == list_name and m.status is MailingStatus.PAUSED]
    if waiting:
        raise Mistake(
            f"Paused: {waiting[0].pause_reason}",
            fix=f"When that is mended: newsletter resume {issue}, then newsletter send {issue} --list {list_name}",
        )
    if n_uncertain := account.handover[HandOver.UNCERTAIN]:
        ask = "--look" if parts.looker.evidence else "--resend or --leave"
        raise Mistake(
            f"{n_uncertain:,} may or may not have it: the call ended before the answer came.",
            fix=f"See docs/sending.md, then: newsletter settle {issue} {ask}",
        )
    if n_pending := account.handover[HandOver.PENDING]:
        click.echo(
            f"{n_pending:,} wait for their turn: they get it while `newsletter serve`, the studio or a cron "
            "`tick` runs, or when you run this command again."
        )
    if account.is_practice:
        click.echo(f"Every mail is a file; to look through them: {PRACTICE.page(parts.directory)}")
    else:
        click.echo(parts.provider.explain())


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM stop between two batches, so that nothing is left in doubt; a second one is not waited for."""
    stop = threading.Event()

    def ask(_signal: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        click.echo("Stopping after the batches in flight.", err=True)
        stop.set()

    before = {name: signal.signal(name, ask) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextmanager
def _progress(planned: int) -> Iterator[Follow]:
    """A bar on standard error; without a terminal there, only a line that says what it waits for."""
    if not sys.stderr.isatty():
        yield _Lines().follow
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Handed over"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.description}"), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=planned)

        def follow(settled: int, planned: int, waiting: str) -> None:
            bar.update(task, completed=settled, total=planned, description=waiting)

        yield follow


@dataclass
class _Lines:
    """Lines for a log: loading a progress bar would take longer than sending to a thousand readers."""

    said: str = ""

    def follow(self, settled: int, planned: int, waiting: str) -> None:
        if waiting and waiting != self.said:
            click.echo(f"{settled:,} of {planned:,}: {waiting}", err=True)
        self.said = waiting


@click.command()
@click.argument("issue", type=int)
@click.option("--to", "address", metavar="EMAIL", default="", help="Where the test mail goes.")
@click.option(
    "--us", is_flag=True, help="To everybody who makes the newsletter: users, and `editors` of newsletter.toml."
)
@click.pass_obj
def test(folder: Folder, issue: int, address: str, us: bool) -> None:
    """Send ISSUE to one address, or to all of us, to look at it in a real mail client. It says on top that it is a test.

    \b
    Example:
      newsletter test 42 --to me@example.com
      newsletter test 42 --us
    """
    from newsletter.compose.press import press
    from newsletter.consent.trial_address import addresses_of_us, whom_to_test

    if bool(address) == us:
        raise click.UsageError("Name an address with --to, or say --us.")
    parts = parts_of(folder, makes_mail=True, sends=True)
    newsletter = parts.config.newsletter
    edition = press(parts.shelf, newsletter, issue).rendered.edition
    users = [account.user for account in parts.users.list_users()]
    ours = addresses_of_us(users, more=parts.config.editors, otherwise=(newsletter.reply_to, newsletter.sender))
    # The person at the machine is the owner.
    to = [whom_to_test(parts.readers, one, people=None) for one in (ours if us else [address])]
    went = issue in parts.ledger.tallies.list_went([issue])
    tested = parts.tester.send(edition, to, by=getuser(), went=went)
    click.echo(f"Test {tested.number} of issue {issue}. {tested.said} {parts.provider.explain()}")
