"""SIGTERM in the middle of a large sending: it stops cleanly, and the next start finishes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.running import sendgrid_server
from tests.schedule.serving import Hands, serving, until
from tests.schedule.world import SLOT, World

N_READERS = 50_000


@pytest.mark.slow
def test_sigterm_in_the_middle_of_fifty_thousand(tmp_path: Path) -> None:
    """A slot to 50,000 through a provider that takes a moment for each call: stopped, started, everyone once, no doubt."""
    world = World(tmp_path / "weekly", now=SLOT - timedelta(days=2), n_readers=N_READERS)
    world.plan()
    hands = Hands(tmp_path / "offset")
    hands.turn(SLOT)
    with sendgrid_server(tmp_path / "sendgrid") as provider:
        provider.plan(then={"do": "accept", "seconds": 0.5})
        settings = {
            "NEWSLETTER_PROVIDER": "sendgrid",
            "SENDGRID_API_KEY": "SG.made-up-key-for-tests",
            "NEWSLETTER_SENDGRID_URL": provider.url,
        }
        with serving(world.folder, hands, tmp_path / "first.log", **settings) as server:
            until(lambda: provider.state().get("readers", 0) >= 10_000, 120)
            assert 0 == server.stop()
        account = world.parts.accounts.find_account(1)
        assert account is not None
        stopped = {state.value: n for state, n in account.handover.items()}
        assert 0 == stopped["uncertain"] == stopped["sending"]
        assert 0 < stopped["pending"] < N_READERS

        provider.plan()
        with serving(world.folder, hands, tmp_path / "second.log", **settings) as server:
            until(lambda: world.went() == [1], 120)
            until(lambda: world.memory.list_notices(waiting=False))
            assert 0 == server.stop()
        took = Counter(line["email"] for line in provider.accepted() if line["email"].startswith("reader"))

    account = world.parts.accounts.find_account(1)
    assert account is not None
    assert N_READERS == len(took) and {1} == set(took.values())
    assert {"accepted": N_READERS} == {state.value: n for state, n in account.handover.items() if n}
    (notice,) = world.memory.list_notices(waiting=False)
    assert notice.subject.endswith(f": {N_READERS:,} handed over, 0 skipped, 0 unknown")
    world.close()
