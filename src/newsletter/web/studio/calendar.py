"""The calendar: what went out and what will, as rows of a page, and as a file that calendar programs subscribe to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from newsletter.folder.secret_file import kept_secret
from newsletter.schedule.calendar import CalendarLine, calendar, entries
from newsletter.schedule.desk import Desk
from newsletter.schedule.ical import write_calendar
from newsletter.web.loopback import has_loopback_name
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.clocks import desk_of
from newsletter.words.mistake import Missing
from newsletter.words.moment import say_span

_KEY = "var/calendar.key"
_SHOWN_BACK, _SHOWN_AHEAD = timedelta(days=56), 6
_FILE_BACK, _FILE_AHEAD = timedelta(days=365), 26
# The address ends when its key does, not by time: a calendar program asks for years.
_FOR_EVER = datetime(2100, 1, 1, tzinfo=UTC)
_DOTS = {"gone": "good", "finished": "good", "asking": "bad", "paused": "bad", "going": "warn", "sending": "warn"}

_NOT_OVER = frozenset({"asking", "paused", "going", "sending", "planning"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """A line of the calendar; `dot` is "good", "warn", "bad" or "none". `overdue` says how long a sending is late."""

    line: CalendarLine
    dot: str
    is_past: bool
    overdue: str = ""


def days_of(studio: Studio, desk: Desk) -> list[CalendarDay]:
    """Eight weeks back and the next times of each list, by time."""
    now = studio.now()
    lines = calendar(desk, since=now - _SHOWN_BACK, n_ahead=_SHOWN_AHEAD)
    return [_day(line, now) for line in lines]


def _day(line: CalendarLine, now: datetime) -> CalendarDay:
    late = line.lateness(now)
    if late is not None:
        return CalendarDay(line=line, dot="bad", is_past=False, overdue=say_span(late))
    # A slot that asks, is paused or under way is not over, however long ago its time was.
    is_past = line.at <= now and line.due_at is None and line.status not in _NOT_OVER
    return CalendarDay(line=line, dot=_DOTS.get(line.status, "none"), is_past=is_past)


def address_of(studio: Studio, visit: Visit) -> str:
    """Where a calendar program finds it; "" while nobody has made an address."""
    if not (studio.parts.directory / _KEY).exists():
        return ""
    public = studio.newsletter.public_url
    base = public if studio.has_users() or not has_loopback_name(visit.request) else visit.base
    token = studio.sessions.signed_for(_purpose(studio), until=_FOR_EVER)
    return f"{base}/studio/calendar/{token}.ics"


def make(studio: Studio, visit: Visit) -> Response:
    """Make an address, replace it or remove it: the earlier one stops working."""
    key = studio.parts.directory / _KEY
    key.unlink(missing_ok=True)
    if visit.text("act") == "end":
        return visit.go("/schedule", said="The address of the calendar has ended.")
    kept_secret(key)
    return visit.go("/schedule", said="The calendar has a new address. One before it answers nobody any more.")


def give(studio: Studio, visit: Visit) -> Response:
    """The calendar as a file, for everybody who has the address."""
    told = str(visit.request.path_params["token"])
    has_key = (studio.parts.directory / _KEY).exists()
    said = studio.sessions.read_signed(told, now=studio.now()) if has_key else None
    if said is None or said != _purpose(studio):
        raise Missing("There is no calendar at this address any more.", fix="Ask for a new one.")
    now, name = studio.now(), studio.newsletter.name
    lines = calendar(desk_of(studio.parts), since=now - _FILE_BACK, n_ahead=_FILE_AHEAD)
    return Response(
        write_calendar(name, entries(lines, name), now=now),
        media_type="text/calendar",
        headers={"Cache-Control": "private, max-age=300"},
    )


def _purpose(studio: Studio) -> str:
    return f"calendar {kept_secret(studio.parts.directory / _KEY).decode()[:16]}"


PAGES = (
    Page(path="/schedule/address", change=make),
    Page(path="/calendar/{token}.ics", show=give, is_open=True, is_public=True),
)
