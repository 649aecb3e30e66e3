"""When a mailing pauses by itself, how long calls wait, and why nothing goes out, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.ledger.pace.policy import (
    BISECTION_BUDGET,
    FAILURES_BEFORE_PAUSE,
    FIRST_BACK_OFF_SECONDS,
    WAITS_BEFORE_PAUSE,
    halt_of,
    parcel_wait_seconds,
    pause_for_failures,
    pause_for_parts,
    pause_for_refused_calls,
    pause_for_waits,
    provider_wait_seconds,
)
from newsletter.words.ledger import ParcelStatus

AT = datetime(2026, 12, 3, 8, tzinfo=UTC)
READY, SENDING, UNCERTAIN = ParcelStatus.READY, ParcelStatus.SENDING, ParcelStatus.UNCERTAIN


def test_a_mailing_pauses_at_the_limit_and_not_before() -> None:
    """The count at the limit pauses it, with the last answer in the reason; one less does not."""
    for pause, limit in (
        (pause_for_failures, FAILURES_BEFORE_PAUSE),
        (pause_for_waits, WAITS_BEFORE_PAUSE),
        (pause_for_refused_calls, BISECTION_BUDGET),
    ):
        assert pause(limit - 1, "451 later") is None
        assert (pause(limit, "451 later") or "").endswith("The last: 451 later")


def test_halves_that_are_refused_alike_pause_before_the_budget_is_used_up() -> None:
    """It is the letter then, not a reader."""
    assert pause_for_parts(2, "550 spam", halves_alike=False) is None
    assert pause_for_parts(2, "550 spam", halves_alike=True)
    assert pause_for_parts(BISECTION_BUDGET, "550 spam", halves_alike=False)


def test_every_wait_grows_to_its_longest() -> None:
    """In seconds: after failures, at a provider's word, and for a batch or one reader's mailbox."""
    assert [1, 2, 4, 32, 64] == [provider_wait_seconds(FIRST_BACK_OFF_SECONDS, n) for n in (1, 2, 3, 6, 7)]
    assert [5, 5, 8, 1800, 1800] == [provider_wait_seconds(5, n) for n in (1, 2, 4, 12, 90)]
    assert 7200 == provider_wait_seconds(7200, 90)
    assert [1, 2, 60, 60] == [parcel_wait_seconds(n, for_a_reader=False) for n in (1, 2, 7, 90)]
    assert [1, 2, 64, 1800] == [parcel_wait_seconds(n, for_a_reader=True) for n in (1, 2, 7, 90)]


@pytest.mark.parametrize(
    ("parcels", "may_go", "reasons", "reason"),
    [
        ({}, False, [], None),
        ({SENDING: 1}, False, [], None),
        ({UNCERTAIN: 1}, False, [], "Nobody is left to be handed over"),
        ({UNCERTAIN: 1, SENDING: 1}, False, [], None),
        ({READY: 2, SENDING: 1}, False, [], "The few who go first"),
        ({READY: 2}, True, [], None),
        ({READY: 2}, True, [(AT, "slow on purpose"), (AT + timedelta(hours=1), "421 later")], "421 later"),
    ],
)
def test_why_nothing_goes_out(
    parcels: dict[ParcelStatus, int], may_go: bool, reasons: list[tuple[datetime, str]], reason: str | None
) -> None:
    """Nothing left, doubt, the canary, or the reason that holds longest."""
    halt = halt_of(parcels, may_go=may_go, reasons=reasons)

    assert (reason is None) == (halt is None)
    assert halt is None or (halt.reason.startswith(reason or "") and (halt.until is not None) == bool(reasons))
