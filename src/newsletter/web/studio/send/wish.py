"""What somebody wishes when they send: to whom, when, and how many first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from newsletter.ledger.rows import Tally
from newsletter.schedule.times.line import times_ahead
from newsletter.segments.audience import Audience, Forecast
from newsletter.web.number import read_number
from newsletter.web.studio.studio import Studio
from newsletter.wiring.clocks import desk_of
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.moment import say_moment
from newsletter.words.times.typed_time import parse_moment

_WHEN = ("now", "next", "at")
_MOST_FIRST = 1_000
# Long enough for the page to come back and find it.
_LAST_LOOK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class SendWish:
    """What the form asks for: `when` is "now", "next" or "at". `first` readers are the canary; 0 sends to all at once."""

    list_name: str
    segment: str
    when: str
    at: str
    first: int = 0

    @property
    def address(self) -> str:
        """The wish as the query of an address."""
        asked = {"list": self.list_name, "segment": self.segment, "when": self.when, "at": self.at}
        return urlencode({**asked, "first": self.first or ""})


@dataclass(frozen=True, slots=True)
class TypedWish:
    """The same as it was typed, for the form that gives it back."""

    list_name: str
    segment: str
    when: str
    at: str
    first: str

    def on_list(self, name: str) -> TypedWish:
        return replace(self, list_name=name)


def typed_wish(read: Callable[[str], str]) -> TypedWish:
    return TypedWish(read("list"), read("segment"), read("when") or "now", read("at"), read("first"))


def read_wish(read: Callable[[str], str]) -> SendWish:
    """Raises Mistake for what can't be meant."""
    when = read("when") or "now"
    if when not in _WHEN:
        raise Mistake("It can go now, in the next slot, or at a time.", fix="Load the page again, and choose one.")
    return SendWish(read("list"), read("segment"), when, read("at"), _first(read("first"), when))


def _first(text: str, when: str) -> int:
    if not text.strip():
        return 0
    number = read_number(text.strip())
    if number is None or not 0 < number <= _MOST_FIRST:
        raise Mistake(f"A few first are 1 to {_MOST_FIRST:,} readers.", fix="Type a number, or leave it empty.")
    if when == "next":
        raise Mistake(
            "A slot sends to everybody at once.", fix="Choose a time instead, or leave the few that go first empty."
        )
    return number


def moment_of(studio: Studio, wish: SendWish) -> datetime:
    return parse_moment(wish.at, now=studio.now(), zone=studio.newsletter.zone).at


def said_when(studio: Studio, wish: SendWish) -> str:
    if wish.when == "at":
        return say_moment(moment_of(studio, wish), studio.newsletter.zone)
    timetable = studio.parts.schedule.timetables.find(wish.list_name) if wish.when == "next" else None
    at = _next_slot(studio, wish)
    return say_moment(at, timetable.cadence.zone) if timetable and at else "now"


def _next_slot(studio: Studio, wish: SendWish) -> datetime | None:
    timetable = studio.parts.schedule.timetables.find(wish.list_name) if wish.when == "next" else None
    following = next(times_ahead(desk_of(studio.parts), timetable), None) if timetable else None
    return following.at if following else None


def audience_of(studio: Studio, number: int, wish: SendWish) -> Audience:
    """The readers that the form asks for. Raises Mistake for a list or a time that does not exist."""
    parts = studio.parts
    if parts.readers.find_list(wish.list_name) is None:
        raise Missing(f"There is no list called {wish.list_name!r}.", fix="Choose one of those there are.")
    question = parts.segments.get(wish.segment) if wish.segment else ""
    at = moment_of(studio, wish) if wish.when == "at" else _next_slot(studio, wish)
    return Audience(lists=(wish.list_name,), issue=number, segment=question, at=at)


def forecast_of(studio: Studio, number: int, audience: Audience, tally: Tally | None) -> Forecast | None:
    """The readers it would reach; None while they are being counted. An older count is not good enough for a last look."""
    [list_name] = audience.lists
    count = partial(studio.parts.ledger.forecasts.make, number, list_name, segment=audience.segment, at=audience.at)
    # Readers who were planned meanwhile change the question.
    key = ("forecast", audience, tally.planned if tally else 0)
    return studio.cache.ask(key, count, fresh_for=_LAST_LOOK_SECONDS, stale_for=0.0)
