"""`correct`: an issue that went gets other words, and those who have the old ones a mail."""

from __future__ import annotations

from getpass import getuser

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import confirm, yes_option
from newsletter.report.text import say_versions
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake
from newsletter.words.moment import say_moment


@click.command()
@click.argument("issue", type=int)
@click.option("--note", metavar="TEXT", default="", help="What was wrong, in one sentence for readers: corrects it.")
@click.option("--mail", is_flag=True, help="Send the correction to those who have the wrong words.")
@click.option("--despite-findings", is_flag=True, help="Correct it although `check` finds errors.")
@yes_option
@pass_parts
def correct(parts: Parts, issue: int, note: str, mail: bool, despite_findings: bool, yes: bool) -> None:
    """Correct ISSUE after it went. Without an option it says what is different now and who has which words.

    The archive's page and those who still wait get the words of the file as it is now; the version that went stays
    readable. A line about it is put into the next issue.

    \b
    Example:
      newsletter correct 42
      newsletter correct 42 --note "We wrote nine. The ferry leaves at eight."
      newsletter correct 42 --mail
    """
    if note and mail:
        raise click.UsageError("First --note, then look at it, then --mail.")
    if mail:
        _send(parts, issue, yes=yes)
    elif note:
        _correct(parts, issue, note, yes=yes, despite_findings=despite_findings)
    else:
        _say(parts, issue)


def _say(parts: Parts, issue: int) -> None:
    from newsletter.compose.press import press
    from newsletter.ledger.sample import changes

    ledger, newsletter = parts.ledger.corrections, parts.config.newsletter
    held = ledger.words_that_hold(issue)
    if held is None or not ledger.has_begun(issue):
        raise Mistake(f"Issue {issue} has gone to nobody yet.", fix="Change its file and approve it again.")
    for one in ledger.list_of(issue):
        click.echo(f"Corrected {say_moment(one.at, newsletter.zone)} by {one.by}: {one.note}")
    if versions := say_versions([one.accepted for one in ledger.count_versions(issue)]):
        click.echo(versions)
    _say_reach(parts, issue)
    before, now = parts.ledger.mailings.get_edition(held), press(parts.shelf, newsletter, issue).rendered.edition
    if now.digest == held:
        click.echo("The file says what went: nothing is different.")
        return
    click.echo(f'Different now (correct it with: newsletter correct {issue} --note "What was wrong."):')
    for line in changes(before, now, newsletter, parts.key, date=parts.clock.now()):
        click.echo(f"  {line.kind or ' '} {line.text}".rstrip())


def _say_reach(parts: Parts, issue: int) -> None:
    made = parts.ledger.corrections.list_of(issue)
    if not made:
        return
    reach = parts.ledger.corrections.count_reach(made[-1])
    doubt = f" ({reach.in_doubt:,} of them may have them)" if reach.in_doubt else ""
    click.echo(f"{reach.readers:,} have other words than the corrected ones{doubt}.")
    click.echo(f"The mail of the correction: {reach.have_it:,} have it, {reach.due:,} would get it now.")
    if reach.have_it:
        click.echo(f"Where that stands: newsletter status {made[-1].mail}")


def _correct(parts: Parts, issue: int, note: str, *, yes: bool, despite_findings: bool) -> None:
    from newsletter.schedule.corrections.correct import correct_issue, put_into_next
    from newsletter.wiring.clocks import desk_of
    from newsletter.wiring.collect import collect_desk

    confirm(f"Change the words of issue {issue} for the archive and for those who wait?", yes=yes)
    desk = desk_of(parts)
    done = correct_issue(desk, issue, note=note, by=getuser(), despite_findings=despite_findings)
    click.echo(f"Issue {issue} is corrected.")
    into = put_into_next(desk, collect_desk(parts), done, by=getuser())
    where = f"issue {into}" if into else "the unused posts: the next issue is approved already"
    click.echo(f"A line about it stands in {where}.")
    _say_reach(parts, issue)


def _send(parts: Parts, issue: int, *, yes: bool) -> None:
    import threading

    from newsletter.schedule.corrections.correct import newest, send_correction
    from newsletter.wiring.clocks import desk_of

    parts.check_may_send()
    parts.sweep()
    desk = desk_of(parts)
    of = newest(desk, issue)
    reach = parts.ledger.corrections.count_reach(of)
    confirm(f"Send the correction of issue {issue} to {reach.due:,} readers? {parts.provider.explain()}", yes=yes)
    for mailing in send_correction(desk, of, by=getuser()):
        parts.drain(threading.Event()).until_done(mailing, lambda settled, planned, waiting: None)
    parts.after_sending()
    _say_reach(parts, issue)
