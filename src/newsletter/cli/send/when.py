"""When a sending begins: a time in words, repeated in full before anything is planned, and changed until it begins."""

from __future__ import annotations

from datetime import datetime
from getpass import getuser

import click

from newsletter.cli.send.last_look import asks, last_look
from newsletter.ledger.rows import MailingRow
from newsletter.segments.audience import Audience
from newsletter.wiring import Parts
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.moment import say_back, say_moment
from newsletter.words.times.cadence import Occurrence
from newsletter.words.times.typed_time import parse_moment


def instant(at: str, parts: Parts) -> datetime:
    """The instant that `--at` means. Raises Mistake for what can't be read and for what has passed."""
    return parse_moment(at, now=parts.clock.now(), zone=parts.config.newsletter.zone).at


def said_back(parts: Parts, start_at: datetime | None) -> str:
    """The time as the wall shows it, with its zone and how long until then; empty for now."""
    if start_at is None:
        return ""
    local = start_at.replace(tzinfo=None)
    found = Occurrence(asked=local, local=local, at=start_at)
    return f"When: {say_back(found, now=parts.clock.now(), zone=parts.config.newsletter.zone)}"


def say_outlook(parts: Parts, *, of_slot: bool = False, driven: bool | None = None) -> None:
    """Say what will send it, or what has to be started first; with `driven` only if that is, or is not, running."""
    found = parts.outlook(of_slot=of_slot)
    if driven in (None, found.is_driven):
        click.echo(found.words, err=not found.is_driven)


def change_time(parts: Parts, mailing: MailingRow, start_at: datetime | None, *, yes: bool) -> bool:
    """Give a sending that has not begun another time, or let it begin now. False where it has begun already.

    Raises NotNow where a later time was asked for and it has begun.
    """
    waits = mailing.status in (MailingStatus.SCHEDULED, MailingStatus.PAUSED)
    if start_at and not waits:
        raise NotNow(
            f"Issue {mailing.issue} is on its way to {mailing.list_name!r} already; it can't be given another time.",
            fix=f"Hold it with: newsletter pause {mailing.issue}, or end it with: newsletter cancel {mailing.issue}",
        )
    if not waits:
        return False
    click.echo(f"Issue {mailing.issue} to {mailing.list_name!r} was planned before, with the words of then.")
    if start_at:
        click.echo(said_back(parts, start_at))
    if asks(parts, yes=yes):
        click.confirm("Change its time?" if start_at else "Send it now?", abort=True)
    if parts.schedule.sendings.move_start(mailing.id, start_at or parts.clock.now()):
        if not start_at:
            parts.ledger.control.start_due(parts.clock.now())
        return True
    if start_at:
        raise NotNow(
            f"Issue {mailing.issue} has begun to go out; it can't be given another time.",
            fix=f"See where it stands: newsletter status {mailing.issue}",
        )
    return False


def send_in_next_slot(
    parts: Parts, issue: int, list_name: str, *, segment: str, question: str, yes: bool, despite_findings: bool
) -> None:
    """Put the issue into the next slot of the list's schedule, as it was approved, else as it is now.

    The segment is evaluated when it goes.
    """
    from newsletter.schedule.choice import send_next
    from newsletter.wiring.clocks import desk_of

    timetable = parts.schedule.timetables.find(list_name)
    if timetable is None:
        raise Missing(
            f"No schedule is set for {list_name!r}, so it has no next slot.",
            fix=f'Set one: newsletter schedule set "every thursday 09:00" --list {list_name}',
        )
    following = next(timetable.cadence.after(parts.clock.now()), None)
    audience = Audience(lists=[list_name], issue=issue, segment=question, at=following.at if following else None)
    said = said_back(parts, following.at) if following else ""
    say_outlook(parts, of_slot=True, driven=False)
    agreed = last_look(parts, audience, segment=segment, said=said, yes=yes, despite_findings=despite_findings)
    slot = send_next(
        desk_of(parts), timetable, issue, by=getuser(), segment=question, despite_findings=True, seen=agreed.digest
    )
    when = say_moment(slot.due_at, timetable.cadence.zone)
    click.echo(f"It goes out {when} with these words.")
    say_outlook(parts, of_slot=True, driven=True)
    click.echo(f"Take it back with: newsletter schedule approve {issue} --withdraw")
