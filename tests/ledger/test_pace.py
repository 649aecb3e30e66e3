"""Several senders at one pace: together they are no faster than one."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import select

from newsletter.db.engine import connect, reading
from newsletter.ledger.tables import attempt
from newsletter.words.pace import Pace
from tests.ledger.parts import Carrier, a_drain, send, states
from tests.world import add_readers


def test_two_senders_and_four_calls_at_once_keep_one_pace(postgres_url: str, tmp_path: Path) -> None:
    """Twenty readers at twenty a second, two in a call: two machines do not halve the time, and nobody is skipped."""
    engine = connect(postgres_url)
    add_readers(engine, "weekly", range(20))
    pace = Pace(per_hour=72_000)
    drains = [a_drain(engine, tmp_path / name, Carrier(calls=4), pace=pace) for name in ("one", "two")]
    senders = [threading.Thread(target=send, args=(drain,), kwargs={"size": 2}) for drain in drains]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert {"accepted": 20} == states(engine)
    with reading(engine) as connection:
        begun = list(connection.scalars(select(attempt.c.started_at).order_by(attempt.c.started_at)))
    assert 10 == len(begun)
    took = (begun[-1] - begun[0]).total_seconds()
    assert took > 0.8, "nine gaps of a tenth of a second, less what the first call was late for"
    engine.dispose()
