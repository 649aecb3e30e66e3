"""kill -9 at every single step of a sending: each SQL statement, each commit, each call, each answer. Then start again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.accounts import account_of
from tests.fakes.running import SendGridServer
from tests.faults.campaign import SIDE_BY_SIDE, NewDatabase, servers
from tests.faults.house import connect
from tests.faults.judge import Evidence, Verdict, judge
from tests.faults.sender import Orders, end, start
from tests.world import add_readers

_N_READERS = 6
_MOST_SECONDS = 30.0
# In the second an answer is lost, a call is too large and another is refused: those roads have steps as well.
_PLANS = {"kind": ["accept"], "hostile": ["accept-close", "413", "400", "accept"]}


def _play(step: int | None, home: Path, url: str, server: SendGridServer, plan: Sequence[str]) -> tuple[Verdict, int]:
    """Kill one sender at a step, let two others finish one after the other, and judge. Also: how many steps there were."""
    home.mkdir(exist_ok=True)
    before, first = server.taken_bytes(), 1_000 * (step or 0)
    engine = connect(url)
    try:
        add_readers(engine, "weekly", range(first, first + _N_READERS))
        server.plan(*plan)
        orders = Orders(url=url, folder=home, provider_url=server.url, parcel_size=2, calls=1)
        ended = _finish(replace(orders, die_at=step))
        steps = int((home / "steps").read_text()) if step is None else 0
        ended = _finish(orders) and ended
        ended = _finish(orders) and ended
        account = account_of(engine)
        mine = {f"reader{first + number}@example.com" for number in range(_N_READERS)}
        evidence = Evidence(
            url=url,
            accepted=[line for line in server.accepted(since=before) if line["email"] in mine],
            bodies=server.bodies_folder,
            ended=ended,
            shown={state.value: n for state, n in account.handover.items()},
        )
        return judge(evidence), steps
    finally:
        engine.dispose()


def _finish(orders: Orders) -> bool:
    process = start(orders)
    process.join(_MOST_SECONDS)
    if not process.is_alive():
        return True
    end(process)
    return False


def _every_step(folder: Path, new_database: NewDatabase, plan: Sequence[str], lanes: int) -> None:
    """Play once to count the steps, then once for each, side by side."""
    begun = time.monotonic()
    with servers(folder, lanes) as free:

        def one(step: int | None) -> tuple[Verdict, int]:
            home = folder / f"step-{step or 0}"
            home.mkdir()
            server = free.get()
            try:
                return _play(step, home, new_database(step or 0, home), server, plan)
            finally:
                free.put(server)

        whole, n_steps = one(None)
        assert not whole.wrong and n_steps > 40, whole.wrong
        with ThreadPoolExecutor(lanes) as pool:
            verdicts = dict(enumerate(pool.map(one, range(1, n_steps + 1)), start=1))
    wrong = {step: verdict.wrong for step, (verdict, _) in verdicts.items() if verdict.wrong}
    states = sum((verdict.states for verdict, _ in verdicts.values()), Counter[str]())
    took = time.monotonic() - begun
    print(
        f"\n{n_steps} steps, killed at each: {len(wrong)} wrong; readers {dict(sorted(states.items()))}; {took:.0f} s"
    )
    assert not wrong, wrong
    assert states["accepted"], "nothing was sent at all"


@pytest.mark.faults
@pytest.mark.parametrize("plan", _PLANS)
def test_killed_at_every_step_on_sqlite(plan: str, tmp_path: Path, sqlite_files: NewDatabase) -> None:
    """Wherever it dies, the next sender finishes, nobody has two, and nobody is forgotten."""
    _every_step(tmp_path, sqlite_files, _PLANS[plan], SIDE_BY_SIDE)


@pytest.mark.faults
def test_killed_at_every_step_on_postgresql(tmp_path: Path, postgres_databases: NewDatabase) -> None:
    """The same where only the deadline tells that a sender is dead."""
    _every_step(tmp_path, postgres_databases, _PLANS["kind"], SIDE_BY_SIDE)
