"""What `schedule` prints: a timetable in sentences, and the calendar for scripts."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import click

from newsletter.wiring import Parts
from newsletter.words.moment import say_span
from newsletter.words.slot import Timetable
from newsletter.words.times.cadence_text import cadence_text, sentence

if TYPE_CHECKING:
    from newsletter.schedule.calendar import CalendarLine


def say_timetable(parts: Parts, timetable: Timetable) -> None:
    from newsletter.schedule.setting import say_ways
    from newsletter.wiring.clocks import desk_of

    now = parts.clock.now()
    click.echo(f"{timetable.list_name}: {sentence(timetable.cadence, islice(timetable.cadence.after(now), 60))}")
    if timetable.held_at:
        click.echo("  On hold: nothing goes by itself. Go on with: newsletter schedule resume")
    for line in say_ways(desk_of(parts), timetable.ways):
        click.echo(f"  {line}")


def timetable_json(timetable: Timetable, now: datetime) -> dict[str, object]:
    return {
        "list": timetable.list_name,
        "cadence": cadence_text(timetable.cadence),
        "sentence": sentence(timetable.cadence, islice(timetable.cadence.after(now), 60)),
        "held": timetable.held_at is not None,
        "freeze_before_minutes": int(timetable.ways.freeze_before.total_seconds() // 60),
        "late_minutes": int(timetable.ways.late.total_seconds() // 60),
        "min_posts": timetable.ways.min_posts,
        "needs_approval": timetable.ways.needs_approval,
        "drafts": timetable.ways.drafts,
        "skipped": [str(day) for day in sorted(timetable.cadence.skipped)],
    }


def line_text(line: CalendarLine, now: datetime) -> str:
    issue, late = f"issue {line.issue}" if line.issue else "-", line.lateness(now)
    overdue = f"overdue by {say_span(late)}: " if late is not None else ""
    return f"  {line.local:%a %-d %b %Y %H:%M}  {line.zone}  {line.list_name}  {issue:<9}  {overdue}{line.words}"


def line_json(line: CalendarLine, now: datetime) -> dict[str, object]:
    return {
        "kind": line.kind,
        "list": line.list_name,
        "at": line.at.isoformat(),
        "local": line.local.isoformat(timespec="minutes"),
        "zone": line.zone,
        "status": line.status,
        "issue": line.issue,
        "words": line.words,
        "overdue": line.lateness(now) is not None,
    }
