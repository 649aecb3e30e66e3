"""`schedule`: when the newsletter goes out by itself, and what will go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from getpass import getuser
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from newsletter.cli import Folder
from newsletter.cli.context import pass_parts
from newsletter.cli.options import format_option
from newsletter.cli.output import print_json
from newsletter.cli.schedule.cadence_options import DayType, Span, days_of, ways_of
from newsletter.cli.schedule.output import line_json, line_text, say_timetable, timetable_json
from newsletter.cli.send.when import say_outlook
from newsletter.config import read_config
from newsletter.wiring import Parts
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.moment import say_back
from newsletter.words.slot import Timetable, Ways
from newsletter.words.times.cadence_text import cadence_text, clock_note, parse_cadence, say_time, sentence
from newsletter.words.times.typed_time import parse_moment

if TYPE_CHECKING:
    from newsletter.schedule.desk import Desk

_LIST = click.option("--list", "list_name", help="The mailing list, where there is more than one.")


@click.group()
def schedule() -> None:
    """Say when the newsletter goes out by itself, hold it, and see what will go."""


@schedule.command()
@click.argument("cadence")
@click.option("--from", "first", type=DayType(), metavar="DAY", help="The first day to look at; today if left out.")
@click.option("--until", "last", type=DayType(), metavar="DAY", help="The last day; without it, ten times are listed.")
@format_option()
@click.pass_obj
def explain(folder: Folder, cadence: str, first: datetime | None, last: datetime | None, form: str) -> None:
    """Say in a sentence what CADENCE means, and list its times. Nothing is changed.

    \b
    Example:
      newsletter schedule explain "every thursday 09:00 Europe/Berlin"
      newsletter schedule explain "every 2 weeks on monday 09:00 from 2026-12-07" --until 2027-12-31 --format json
    """
    rule = parse_cadence(cadence, zone=_zone_of(folder))
    now = datetime.now(UTC)
    begin = first.date() if first else now.astimezone(ZoneInfo(rule.zone)).date()
    if last and last.date() < begin:
        raise click.UsageError("--until is before --from.")
    found = list(rule.between(begin, last.date())) if last else list(islice(rule.between(begin, _years_on(begin)), 11))
    if not first:
        found = [one for one in found if one.at > now]
    found = found if last else found[:10]
    said = sentence(rule, found)
    if form == "json":
        times = [
            {
                "local": one.local.isoformat(timespec="minutes"),
                "at": one.at.isoformat(),
                **({"note": note} if (note := clock_note(one)) else {}),
            }
            for one in found
        ]
        known = {"sentence": said, "cadence": cadence_text(rule), "zone": rule.zone, "occurrences": times}
        print_json(known)
        return
    click.echo(said)
    for one in found:
        note = clock_note(one)
        click.echo(f"  {say_time(one.local):<28} {one.at:%Y-%m-%d %H:%M} UTC{f'  {note}' if note else ''}")


@schedule.command(name="set")
@click.argument("cadence", required=False)
@_LIST
@click.option("--freeze", type=Span(), metavar="SPAN", help="The words are fixed this long before; 1h at first.")
@click.option("--late", type=Span(), metavar="SPAN", help="How late it may still go by itself; 3h at first.")
@click.option("--min-posts", type=click.IntRange(0, 500), help="With fewer posts the slot is skipped; 1 at first.")
@click.option("--approval/--no-approval", default=None, help="Nothing goes that nobody approved, in practice too.")
@click.option("--drafts/--no-drafts", default=None, help="Make a missing issue from unused posts; on at first.")
@click.option("--tell", multiple=True, metavar="EMAIL", help="Who hears of each slot. Can be given again.")
@click.option("--heartbeat", metavar="URL", help='An address to call every 5 minutes; "" for none.')
@click.option("--skip", "skip", multiple=True, type=DayType(), metavar="DAY", help="A day to leave out.")
@click.option("--skip-ics", type=click.Path(exists=True, dir_okay=False), help="A calendar file of days to leave out.")
@click.option("--unskip", multiple=True, type=DayType(), metavar="DAY", help="A day not to leave out after all.")
@pass_parts
def set_cadence(parts: Parts, /, cadence: str | None, list_name: str | None, **given: object) -> None:
    """Set when the newsletter goes to a list by itself. What is not named stays as it is.

    \b
    Example:
      newsletter schedule set "every thursday 09:00 Europe/Berlin" --list weekly --tell editor@example.com
      newsletter schedule set --skip 2026-12-24 --skip-ics holidays.ics
    """
    from newsletter.schedule.setting import set_timetable

    name = _list_name(parts, list_name)
    known = parts.schedule.timetables.find(name)
    days = days_of(given)
    ways = ways_of(known.ways if known else Ways(), given)
    rule = parse_cadence(cadence, zone=parts.config.newsletter.zone) if cadence else None
    timetable = set_timetable(parts.schedule.timetables, name, rule, ways, now=parts.clock.now())
    if days:
        parts.schedule.timetables.skip_days(timetable.id, days)
    if taken_back := [moment.date() for moment in given["unskip"]]:  # type: ignore[attr-defined]
        parts.schedule.timetables.unskip_days(timetable.id, taken_back)
    found = parts.schedule.timetables.find(name)
    assert found is not None
    say_timetable(parts, found)
    say_outlook(parts, of_slot=True, driven=False)


@schedule.command()
@click.option("--ahead", type=click.IntRange(0, 200), default=6, show_default=True, help="How many times to come.")
@click.option("--since", type=DayType(), metavar="DAY", help="The first day to show; four weeks back if left out.")
@format_option("ics")
@pass_parts
def show(parts: Parts, ahead: int, since: datetime | None, form: str) -> None:
    """Show the calendar: what went out, what did not and why, and what will go.

    \b
    Example:
      newsletter schedule show
      newsletter schedule show --format ics > newsletter.ics
    """
    from newsletter.schedule.calendar import calendar, entries
    from newsletter.schedule.ical import write_calendar

    now = parts.clock.now()
    begin = since.replace(tzinfo=UTC) if since else now - timedelta(days=28)
    lines = calendar(_desk(parts), since=begin, n_ahead=ahead)
    timetables = parts.schedule.timetables.list_all()
    name = parts.config.newsletter.name
    if form == "ics":
        click.echo(write_calendar(name, entries(lines, name), now=now), nl=False)
    elif form == "json":
        known = {
            "schedules": [timetable_json(timetable, now) for timetable in timetables],
            "entries": [line_json(line, now) for line in lines],
        }
        print_json(known)
    else:
        for timetable in timetables:
            say_timetable(parts, timetable)
        if not timetables:
            click.echo('Nothing goes out by itself. Set it: newsletter schedule set "every thursday 09:00" --list NAME')
        for line in lines:
            click.echo(line_text(line, now))
        if any(line.due_at for line in lines):
            say_outlook(parts, of_slot=True, driven=False)


@schedule.command()
@_LIST
@pass_parts
def hold(parts: Parts, list_name: str | None) -> None:
    """Let no slot send until `resume`. A slot whose time comes meanwhile is skipped, and the owner is told.

    \b
    Example:
      newsletter schedule hold
    """
    timetable = _timetable(parts, list_name)
    changed = parts.schedule.timetables.hold(timetable.id, parts.clock.now())
    click.echo(f"{timetable.list_name}: on hold{'' if changed else ' already'}. Go on: newsletter schedule resume")


@schedule.command()
@_LIST
@pass_parts
def resume(parts: Parts, list_name: str | None) -> None:
    """Let the slots go again, from the next one on.

    \b
    Example:
      newsletter schedule resume
    """
    timetable = _timetable(parts, list_name)
    if not parts.schedule.timetables.hold(timetable.id, None):
        raise Mistake(
            f"The schedule of {timetable.list_name!r} is not on hold.", fix="See it: newsletter schedule show"
        )
    following = next(timetable.cadence.after(parts.clock.now()), None)
    when = f" Next: {say_time(following.local)} {timetable.cadence.zone}." if following else ""
    click.echo(f"{timetable.list_name}: going on.{when}")


@schedule.command()
@click.argument("issue", type=int)
@click.option("--by", metavar="NAME", help="Who approves; your user name if left out.")
@click.option("--withdraw", is_flag=True, help="Take an approval back.")
@click.option("--despite-findings", is_flag=True, help="Approve it although `check` finds errors.")
@pass_parts
def approve(parts: Parts, issue: int, by: str | None, withdraw: bool, despite_findings: bool) -> None:
    """Pin ISSUE to the words that it has now: these go, whatever is edited afterwards.

    \b
    Example:
      newsletter schedule approve 42
    """
    from newsletter.schedule.choice import approve_issue, withdraw_approval

    if withdraw:
        if not withdraw_approval(_desk(parts), issue):
            raise Mistake(f"Issue {issue} is not approved.", fix="See the calendar: newsletter schedule show")
        click.echo(f"Issue {issue} is not approved any more.")
        return
    parts.farewells.check()
    approval = approve_issue(_desk(parts), issue, by=by or getuser(), despite_findings=despite_findings)
    click.echo(f"Issue {issue} is approved as it is now ({approval.digest[:12]}). Later edits do not go out.")


@schedule.command()
@_LIST
@click.option("--now", is_flag=True, help="Send it now.")
@click.option("--at", metavar="WHEN", help='Send it later: "thu 15:00", "2026-12-03T09:00+01:00".')
@click.option("--skip", is_flag=True, help="Skip it; what was ready goes in the next slot.")
@pass_parts
def decide(parts: Parts, list_name: str | None, now: bool, at: str | None, skip: bool) -> None:
    """Answer a slot that did not go and asks: send it now, at a time, or skip it.

    \b
    Example:
      newsletter schedule decide --now
      newsletter schedule decide --at "thu 15:00"
    """
    from newsletter.schedule.choice import find_asking, send_at, skip_slot

    if sum((now, bool(at), skip)) != 1:
        raise click.UsageError("Say one of --now, --at WHEN and --skip.")
    timetable = _timetable(parts, list_name)
    slot = find_asking(_desk(parts), timetable)
    if skip:
        skip_slot(_desk(parts), slot)
        click.echo("Skipped. What was ready goes in the next slot.")
        return
    moment = parts.clock.now()
    found = parse_moment(at, now=moment, zone=timetable.cadence.zone) if at else None
    send_at(_desk(parts), timetable, slot, found.at if found else moment)
    when = say_back(found, now=moment, zone=timetable.cadence.zone) if found else "at the next look."
    click.echo(f"It goes {when}")
    say_outlook(parts, of_slot=True)


def _desk(parts: Parts) -> Desk:
    from newsletter.wiring.clocks import desk_of

    return desk_of(parts)


def _zone_of(folder: Folder) -> str:
    """The newsletter's zone where there is a newsletter here; explaining needs none."""
    if (folder.directory / "newsletter.toml").is_file():
        return read_config(folder.directory).newsletter.zone
    return "UTC"


def _years_on(day: date) -> date:
    return day + timedelta(days=min(3_700, (date.max - day).days))


def _list_name(parts: Parts, name: str | None) -> str:
    if name:
        if parts.readers.find_list(name) is None:
            click.echo(f"Note: there is no list called {name!r} yet.", err=True)
        return name
    names = [timetable.list_name for timetable in parts.schedule.timetables.list_all()] or [
        one.name for one in parts.readers.list_lists()
    ]
    if len(names) != 1:
        there = f"There are: {', '.join(names)}." if names else "There is none yet: newsletter subscribers import"
        raise Missing("Name the list with --list.", fix=there)
    return names[0]


def _timetable(parts: Parts, list_name: str | None) -> Timetable:
    name = _list_name(parts, list_name)
    timetable = parts.schedule.timetables.find(name)
    if timetable is None:
        raise Missing(
            f"No schedule is set for {name!r}.",
            fix=f'Set one: newsletter schedule set "every thursday 09:00" --list {name}',
        )
    return timetable
