"""Fates are a pure function of the set of events: no order, no repetition changes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.event import Event, EventKind
from newsletter.words.fate import SOFT_BOUNCES_IN_A_ROW, bounces_for_good, fate_of
from newsletter.words.ledger import Fate

NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)


def an_event(kind: EventKind, *, is_soft: bool = False, minutes: int = 0) -> Event:
    """An event of a kind, so many minutes after noon."""
    return Event(id=f"{kind}{minutes}", kind=kind, at=NOON + timedelta(minutes=minutes), is_soft=is_soft)


EVENTS = st.lists(
    st.builds(an_event, st.sampled_from(EventKind), is_soft=st.booleans(), minutes=st.integers(0, 90)), max_size=8
)


@given(EVENTS, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(events: list[Event], random: object) -> None:
    """Any order of the events, each any number of times, comes to the same fate."""
    again = [event for event in events for _ in range(3)]
    random.shuffle(again)  # type: ignore[attr-defined]

    assert fate_of(again) == fate_of(events)


@given(EVENTS, EVENTS)
def test_more_news_never_makes_a_fate_lighter(events: list[Event], more: list[Event]) -> None:
    """A complaint stays one and a final bounce is outweighed by nothing but a complaint, whatever comes after."""
    before, after = fate_of(events), fate_of(events + more)

    if before is Fate.COMPLAINED:
        assert Fate.COMPLAINED is after
    if any(event.kind is EventKind.BOUNCED and not event.is_soft for event in events):
        assert after in {Fate.BOUNCED, Fate.COMPLAINED}
    if after is Fate.NONE:
        assert Fate.NONE is before


@pytest.mark.parametrize(
    ("kinds", "fate"),
    [
        ([], Fate.NONE),
        ([(EventKind.PROCESSED, False)], Fate.NONE),
        ([(EventKind.UNKNOWN, False)], Fate.NONE),
        ([(EventKind.DEFERRED, False), (EventKind.PROCESSED, False)], Fate.DEFERRED),
        ([(EventKind.DELIVERED, False), (EventKind.DEFERRED, False)], Fate.DELIVERED),
        ([(EventKind.OPENED, False)], Fate.DELIVERED),
        ([(EventKind.CLICKED, False)], Fate.DELIVERED),
        ([(EventKind.UNSUBSCRIBED, False)], Fate.DELIVERED),
        ([(EventKind.BOUNCED, False), (EventKind.DELIVERED, False)], Fate.BOUNCED),
        ([(EventKind.BOUNCED, True)], Fate.BOUNCED),
        ([(EventKind.BOUNCED, True), (EventKind.DELIVERED, False)], Fate.DELIVERED),
        ([(EventKind.DROPPED, False)], Fate.DROPPED),
        ([(EventKind.DROPPED, False), (EventKind.DELIVERED, False)], Fate.DELIVERED),
        ([(EventKind.COMPLAINED, False), (EventKind.BOUNCED, False)], Fate.COMPLAINED),
    ],
)
def test_what_outweighs_what(kinds: list[tuple[EventKind, bool]], fate: Fate) -> None:
    """The precedence, case by case."""
    assert fate is fate_of([an_event(kind, is_soft=is_soft) for kind, is_soft in kinds])


@given(st.lists(st.sampled_from(Fate), max_size=20))
def test_a_run_of_bounces_is_a_run(fates: list[Fate]) -> None:
    """Mailing ends for five bounces on end, and for no other pattern."""
    words = "".join("b" if fate is Fate.BOUNCED else "." for fate in fates)

    assert ("b" * SOFT_BOUNCES_IN_A_ROW in words) == bounces_for_good(fates)
