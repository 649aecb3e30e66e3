"""The last look before `send`: which words go to which readers, confirmed at a terminal, again where they changed."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from newsletter.cli.issue.findings import refuse_errors
from newsletter.segments.audience import Audience, Forecast
from newsletter.wiring import Parts
from newsletter.words.edition import Edition
from newsletter.words.mistake import Missing
from newsletter.words.moment import say_moment

if TYPE_CHECKING:
    from newsletter.schedule.approval import Version


def asks(parts: Parts, *, yes: bool) -> bool:
    """Whether there is somebody to ask. Raises UsageError where real readers would be mailed and nobody can say yes."""
    if yes:
        return False
    if sys.stdin.isatty():
        return True
    if not parts.config.is_practice:
        raise click.UsageError(
            "There is no terminal to ask at. To send to real readers without being asked, add --yes."
        )
    return False


def last_look(
    parts: Parts, audience: Audience, *, segment: str, said: str, yes: bool, despite_findings: bool
) -> Edition:
    """Say which words go to which readers, when and by which provider, before anything is planned.

    The audience is of one list and of an issue; `segment` is the name of its question, if it has one. Returns what was agreed to, word for word. Raises Mistake where `check` finds errors in it.
    """
    from newsletter.schedule.approval import version_that_goes
    from newsletter.wiring.clocks import desk_of

    desk, somebody_is_there = desk_of(parts), asks(parts, yes=yes)
    issue = audience.issue
    assert issue is not None
    version = version_that_goes(desk, issue)
    _refuse_errors(parts, version, audience, despite=despite_findings)
    while True:
        _say(parts, version, audience, segment, said)
        if not somebody_is_there:
            return version.edition
        click.confirm("Send it?", abort=True)
        now = version_that_goes(desk, issue)
        if now.edition.digest == version.edition.digest:
            return version.edition
        click.echo("The words were changed while you looked. Nothing was sent. What is different now:")
        _say_changes(parts, version.edition, now.edition)
        version = now
        _refuse_errors(parts, version, audience, despite=despite_findings)


def words_for_the_missing(
    parts: Parts, issue: int, list_name: str, *, segment: str, at: datetime | None, said: str, yes: bool
) -> Edition | None:
    """The frozen words of the last sending to the list, when it was said who would get them; None where nobody would.

    `segment` is a question; "" is the whole list. `at` is when it would go; None is now. Raises Missing where the
    issue never went to the list.
    """
    latest = parts.ledger.mailings.find_latest(issue, list_name)
    if latest is None:
        raise Missing(
            f"Issue {issue} was never sent to {list_name!r}, so there is nobody who missed it.",
            fix=f"Send it: newsletter send {issue} --list {list_name}",
        )
    found = parts.ledger.forecasts.make(issue, list_name, segment=segment, at=at)
    if not found.goes:
        click.echo(f"Nobody on {list_name!r} who may be mailed is without issue {issue}. {found.has_it:,} hold it.")
        return None
    click.echo(
        f"{found.goes:,} on {list_name!r} do not have issue {issue}: who joined since, and who was skipped or refused. "
        f"They get it in the words in which the others got it. {parts.provider.explain()}"
    )
    say_left_out(found)
    if said:
        click.echo(said)
    if asks(parts, yes=yes):
        click.confirm("Send it?", abort=True)
    return parts.ledger.mailings.get_edition(latest.edition_digest)


def _refuse_errors(parts: Parts, version: Version, audience: Audience, *, despite: bool) -> None:
    """Only where the words in the folder are those that go."""
    if version.proof is not None and not version.is_edited:
        refuse_errors(parts, version.proof, audience=audience, despite=despite)


def say_left_out(found: Forecast) -> None:
    """Say which readers on the list would not get it, and why."""
    if found.left_out:
        click.echo(f"Not to: {'; '.join(f'{n:,} who {why}' for n, why in found.left_out)}.")


def _say(parts: Parts, version: Version, audience: Audience, segment: str, said: str) -> None:
    edition, [list_name] = version.edition, audience.lists
    found = parts.ledger.forecasts.make(edition.issue, list_name, segment=audience.segment, at=audience.at)
    subject = "".join(piece if isinstance(piece, str) else "…" for piece in edition.subject.pieces)
    whom = f"{found.goes:,} on {list_name!r}" + (f" who fit the segment {segment!r}" if segment else "")
    click.echo(f"Issue {edition.issue}, “{subject}”, to {whom}. {parts.provider.explain()}")
    if segment:
        click.echo(f"The segment {segment!r}: {audience.segment}")
    say_left_out(found)
    if version.approval:
        when = say_moment(version.approval.approved_at, parts.config.newsletter.zone)
        click.echo(f"The words go that {version.approval.approved_by} approved {when}.")
        if version.proof is None:
            click.echo("The issue in the folder can't be read any more; that does not matter for them.")
        elif version.is_edited:
            again = f"newsletter schedule approve {edition.issue}"
            click.echo(f"What was changed since does not go. To send it as well, approve it first: {again}")
            _say_changes(parts, edition, version.proof.rendered.edition)
    if said:
        click.echo(said)


def _say_changes(parts: Parts, before: Edition, now: Edition) -> None:
    from newsletter.ledger.sample import changes

    lines = changes(before, now, parts.config.newsletter, parts.key, date=parts.clock.now())
    for line in lines:
        click.echo(f"  {line.kind or ' '} {line.text}".rstrip())
    if not lines:
        click.echo("    The text is the same; what it looks like, or what a merge tag gives, is not.")
