"""SIGTERM in the middle of a large sending: it stops cleanly, and the next start finishes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.schedule.choice import approve_issue
from tests.fakes.running import sendgrid_server
from tests.jobs.serving import Hands, serving, until
from tests.schedule.world import SLOT, World, through


@pytest.mark.parametrize(
    ("n_readers", "parcel_size"), [(2_500, 50), pytest.param(50_000, 1_000, marks=pytest.mark.faults)]
)
def test_sigterm_in_the_middle_of_fifty_calls(tmp_path: Path, n_readers: int, parcel_size: int) -> None:
    """A slot of 50 calls to a provider that takes a moment for each: stopped, started, everyone once, nobody in doubt."""
    hands = Hands(tmp_path / "offset")
    hands.turn(SLOT)
    with sendgrid_server(tmp_path / "sendgrid") as provider:
        provider.plan(then={"do": "accept", "seconds": 0.25})
        world = World(
            tmp_path / "weekly",
            now=SLOT - timedelta(days=2),
            n_readers=n_readers,
            **through(provider.url, parcel_size=parcel_size),
        )
        world.set_timetable()
        approve_issue(world.desk, 1, by="mara")
        with serving(world.folder, hands, tmp_path / "first.log") as server:
            until(lambda: provider.state().get("readers", 0) >= n_readers / 5, 120)
            assert 0 == server.stop()
        account = world.parts.ledger.accounts.find(1)
        assert account is not None
        stopped = {state.value: n for state, n in account.handover.items()}
        assert 0 == stopped["uncertain"] == stopped["sending"]
        assert 0 < stopped["pending"] < n_readers

        provider.plan()
        with serving(world.folder, hands, tmp_path / "second.log") as server:
            until(lambda: world.went() == [1], 120)
            until(lambda: len(world.notices.list_all(waiting=False)) == 2)
            assert 0 == server.stop()
        took = Counter(line["email"] for line in provider.accepted() if line["email"].startswith("reader"))

    account = world.parts.ledger.accounts.find(1)
    assert account is not None
    assert n_readers == len(took) and {1} == set(took.values())
    assert {"accepted": n_readers} == {state.value: n for state, n in account.handover.items() if n}
    shown, notice = world.notices.list_all(waiting=False)
    assert shown.shows
    assert notice.subject.endswith(f": {n_readers:,} handed over, 0 skipped, 0 unknown")
    world.close()
