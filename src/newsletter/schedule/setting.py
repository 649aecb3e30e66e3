"""Setting: a list's cadence and the ways of its slots, checked, kept, and said in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from newsletter.readers.address import check_address
from newsletter.schedule.approval import needs_approval
from newsletter.schedule.desk import Desk
from newsletter.schedule.timetables_sql import Timetables
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.moment import say_span
from newsletter.words.slot import Timetable, Ways
from newsletter.words.times.cadence import Cadence


def set_timetable(
    timetables: Timetables, list_name: str, cadence: Cadence | None, ways: Ways, *, now: datetime
) -> Timetable:
    """Save a cadence and its ways; with None the cadence stays as it is. Slots that have passed are not made up for.

    Raises Missing where none is set and none is named.
    """
    known = timetables.find(list_name)
    if cadence is not None:
        return timetables.save(list_name, cadence, ways, now=now)
    if known is None:
        raise Missing(
            f"No schedule is set for {list_name!r} yet.",
            fix=f'Set one: newsletter schedule set "every thursday 09:00 Europe/Berlin" --list {list_name}',
        )
    return timetables.save(list_name, known.cadence, ways, now=known.since_at)


def check_tell(addresses: Iterable[str]) -> tuple[str, ...]:
    """The addresses that are told of each slot. Raises Mistake for anything that is not an address."""
    return tuple(check_address(address) for address in addresses)


def check_heartbeat(url: str) -> str | None:
    """An address to call while the schedule is alive; None for "".

    Raises Mistake for anything that is not a web address.
    """
    if url and not url.startswith(("https://", "http://")):
        raise Mistake(f"{url!r} is no web address.", fix="Write it like https://alive.example.com/abc.")
    return url or None


def say_ways(desk: Desk, ways: Ways) -> list[str]:
    """How slots drive themselves, a line for each part of it."""
    who = _say_approval(desk, ways)
    few = f"with fewer than {ways.min_posts} posts" if ways.min_posts > 1 else "without a post"
    drafts = "made from unused posts" if ways.drafts else "not made by itself: the slot asks you"
    return [
        f"Frozen {say_span(ways.freeze_before)} before. {who}. Skipped {few}.",
        f"A missing issue is {drafts}. Up to {say_span(ways.late)} late it still goes; later it asks you.",
        f"Told of each slot: {', '.join(desk.tell(ways))}.",
    ]


def _say_approval(desk: Desk, ways: Ways) -> str:
    if needs_approval(desk, ways):
        return "Only what was approved goes"
    as_it_is = "The words are those of then, or those approved before"
    if desk.is_practice:
        return f"{as_it_is}; to real readers only what was approved goes" if not desk.unapproved_goes else as_it_is
    drafted = "; only an issue that was made by itself waits for an approval" if ways.drafts else ""
    return f"It goes even if nobody has read it. {as_it_is}{drafted}"
