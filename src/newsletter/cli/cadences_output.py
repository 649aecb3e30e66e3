"""What `schedule` prints: a plan in sentences, and the calendar for scripts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from newsletter.schedule.calendar import Line
    from newsletter.wiring import Parts
    from newsletter.words.slot import Plan


def say_plan(parts: Parts, plan: Plan) -> None:
    from itertools import islice

    from newsletter.timekeeping import desk_of
    from newsletter.words.cadence_text import sentence
    from newsletter.words.moment import say_span

    now = parts.clock.now()
    click.echo(f"{plan.list_name}: {sentence(plan.cadence, islice(plan.cadence.after(now), 60))}")
    ways = plan.ways
    if plan.held_at:
        click.echo("  On hold: nothing goes by itself. Go on with: newsletter schedule resume")
    who = (
        "Only what was approved goes"
        if ways.needs_approval
        else "The words are those of then, or those approved before"
    )
    click.echo(
        f"  Frozen {say_span(ways.freeze_before)} before. {who}. Skipped with fewer than {max(ways.min_posts, 1)} posts."
    )
    drafts = "made from unused posts" if ways.drafts else "not made by itself: the slot asks you"
    click.echo(f"  A missing issue is {drafts}. Up to {say_span(ways.late)} late it still goes; later it asks you.")
    click.echo(f"  Told of each slot: {', '.join(desk_of(parts).tell(ways))}")


def plan_json(plan: Plan, now: datetime) -> dict[str, object]:
    from itertools import islice

    from newsletter.words.cadence_text import cadence_text, sentence

    return {
        "list": plan.list_name,
        "cadence": cadence_text(plan.cadence),
        "sentence": sentence(plan.cadence, islice(plan.cadence.after(now), 60)),
        "held": plan.held_at is not None,
        "freeze_before_minutes": int(plan.ways.freeze_before.total_seconds() // 60),
        "late_minutes": int(plan.ways.late.total_seconds() // 60),
        "min_posts": plan.ways.min_posts,
        "needs_approval": plan.ways.needs_approval,
        "drafts": plan.ways.drafts,
        "skipped": [str(day) for day in sorted(plan.cadence.skipped)],
    }


def line_json(line: Line) -> dict[str, object]:
    return {
        "kind": line.kind,
        "list": line.list_name,
        "at": line.at.isoformat(),
        "local": line.local.isoformat(timespec="minutes"),
        "zone": line.zone,
        "status": line.status,
        "issue": line.issue,
        "words": line.words,
    }
