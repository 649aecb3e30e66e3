"""A plan is made in slices: how large they are on a slow machine."""

from __future__ import annotations

from itertools import pairwise

from newsletter.db.engine import connect
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.plan import plan
from newsletter.wiring import SystemClock
from tests.world import add_readers, an_edition


class _Slow(SystemClock):
    """A second goes by between any two looks."""

    looked = 0

    def monotonic(self) -> float:
        self.looked += 1
        return float(self.looked)

    def sleep(self, seconds: float) -> None: ...


def test_slices_of_a_slow_machine_get_no_smaller_than_is_good(sqlite_url: str) -> None:
    """What a slice costs apart from its readers is paid once more for each."""
    engine = connect(sqlite_url)
    add_readers(engine, "weekly", range(9_500))
    told = [0]

    plan(open_ledger(engine), _Slow(), an_edition(), list_name="weekly", parcel_size=1_000, on_progress=told.append)

    assert [after - before for before, after in pairwise(told)] == [5_000, 2_000, 2_000, 500]
