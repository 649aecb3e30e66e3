"""The options of `schedule set`, read: lengths of time, days to leave out, and how slots drive themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.words.slot import Ways


class Span(click.ParamType[timedelta]):
    """A length of time: "90m", "3h", "1d"."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        import re

        match = re.fullmatch(r"(\d{1,4})\s*(m|min|h|d)", str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no length of time. Write it like 90m, 3h or 1d.", param, ctx)
        unit = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}[match[2]]
        return timedelta(**{unit: int(match[1])})


def days_of(given: dict[str, object]) -> dict[date, str]:
    from pathlib import Path

    from newsletter.words.ical import read_days

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
    from dataclasses import replace

    names = {
        "freeze": "freeze_before",
        "late": "late",
        "min_posts": "min_posts",
        "approval": "needs_approval",
        "drafts": "drafts",
    }
    changes = {field: given[name] for name, field in names.items() if given[name] is not None}
    if given["tell"]:
        changes["tell"] = tuple(_address(str(one)) for one in given["tell"])  # type: ignore[attr-defined]
    if given["heartbeat"] is not None:
        url = str(given["heartbeat"])
        if url and not url.startswith(("https://", "http://")):
            raise Mistake(f"{url!r} is no web address.", fix="Write it like https://alive.example.com/abc.")
        changes["heartbeat_url"] = url or None
    return replace(before, **changes)  # type: ignore[arg-type]


def _address(text: str) -> str:
    from newsletter.audience.address import check_address

    return check_address(text)
