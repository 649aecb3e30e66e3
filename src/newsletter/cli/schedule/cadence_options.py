"""The options of `schedule set`, read: lengths of time, days to leave out, and how slots drive themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import click

from newsletter.words.mistake import Mistake
from newsletter.words.moment import parse_span
from newsletter.words.slot import Ways


class DayType(click.ParamType[datetime]):
    """A day: "2026-12-24". Given as its first moment, without a zone."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return datetime.combine(date.fromisoformat(str(value).strip()), time())
        except ValueError:
            self.fail(f"{value!r} is no day. Write it like 2026-12-24.", param, ctx)


class Span(click.ParamType[timedelta]):
    """A length of time: "90m", "3h", "1d"."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        try:
            return parse_span(str(value))
        except Mistake as mistake:
            self.fail(f"{mistake.message} {mistake.fix}", param, ctx)


def days_of(given: dict[str, object]) -> dict[date, str]:
    from newsletter.schedule.ical import read_days

    days = {moment.date(): "" for moment in given["skip"]}  # type: ignore[attr-defined]
    if file := given["skip_ics"]:
        path: Path = Path(str(file))
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise Mistake(f"{path.name} can't be read as a calendar.", fix="Export it as .ics in UTF-8.") from error
        days |= read_days(text, file=path.name)
    return days


def ways_of(before: Ways, given: dict[str, object]) -> Ways:
    from newsletter.schedule.setting import check_heartbeat, check_tell

    names = {
        "freeze": "freeze_before",
        "late": "late",
        "min_posts": "min_posts",
        "approval": "needs_approval",
        "drafts": "drafts",
    }
    changes = {field: given[name] for name, field in names.items() if given[name] is not None}
    if given["tell"]:
        changes["tell"] = check_tell(str(one) for one in given["tell"])  # type: ignore[attr-defined]
    if given["heartbeat"] is not None:
        changes["heartbeat_url"] = check_heartbeat(str(given["heartbeat"]))
    return replace(before, **changes)  # type: ignore[arg-type]
