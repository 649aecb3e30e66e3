"""The provider is asked about those in doubt a few at a time, and less and less often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select, update

from newsletter.db.engine import reading, writing
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.settle import look
from newsletter.ledger.tables import attempt
from newsletter.ports.provider import Trace
from tests.ledger.parts import Carrier, a_drain, states
from tests.ledger.test_ledger import planned, taken
from tests.world import add_readers


class Asked(Carrier):
    """A provider that can be asked, counts the questions, and answers what it is told to."""

    def __init__(self, answer: Trace = Trace.UNKNOWN) -> None:
        super().__init__()
        self.name = "test"
        self.asked: list[str] = []
        self.answer = answer

    def find(self, attempt: str, deliveries: Sequence[int]) -> dict[int, Trace]:
        self.asked.append(attempt)
        return dict.fromkeys(deliveries[:1], self.answer)


def in_doubt(engine: Engine, n_attempts: int) -> Ledger:
    """So many tries of two readers each, of which nobody saw the end."""
    add_readers(engine, "weekly", range(2 * n_attempts))
    ledger = open_ledger(engine)
    of = planned(ledger, size=2)
    for _ in range(n_attempts):
        taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    return ledger


def minutes_pass(engine: Engine, minutes: float) -> None:
    """The times at which they may be asked about again are that much nearer."""
    with writing(engine) as connection:
        for row in connection.execute(select(attempt.c.id, attempt.c.look_after)).all():
            if row.look_after is not None:
                nearer = {"look_after": row.look_after - timedelta(minutes=minutes)}
                connection.execute(update(attempt).where(attempt.c.id == row.id).values(**nearer))


def test_a_hundred_in_doubt_are_asked_about_a_few_at_a_time_and_then_ever_less(engine: Engine, tmp_path: Path) -> None:
    """Every try has its turn once, ten a tick; then none for half a minute, and each time twice as long."""
    in_doubt(engine, 25)
    provider = Asked()
    drain = a_drain(engine, tmp_path, provider)

    for n_asked in (10, 20, 25, 25, 25):
        drain.recover()
        assert n_asked == len(provider.asked) == len(set(provider.asked))
    minutes_pass(engine, 0.6)
    for _ in range(5):
        drain.recover()
    assert 50 == len(provider.asked)
    minutes_pass(engine, 0.6)
    drain.recover()
    assert 50 == len(provider.asked), "the second time they wait for a minute"
    with writing(engine) as connection:
        connection.execute(update(attempt).values(looks=40, look_after=None))
    drain.recover()
    with reading(engine) as connection:
        waits = connection.scalar(select(attempt.c.look_after).where(attempt.c.looks == 41).limit(1))
        now = connection.scalar(select(attempt.c.deadline_at).limit(1))
    assert waits is not None and now is not None and waits - now < timedelta(minutes=61), "an hour at the most"


def test_what_is_found_is_not_asked_about_again(engine: Engine, tmp_path: Path) -> None:
    """One reader of a call that is taken whole settles it, and the owner's own question is never put off."""
    ledger = in_doubt(engine, 3)
    provider = Asked()
    drain = a_drain(engine, tmp_path, provider)
    drain.recover()
    provider.answer = Trace.FOUND

    settled = look(drain.looker, 1)

    assert (6, 0, 0) == (settled.found, settled.absent, settled.uncertain)
    assert {"accepted": 6} == states(engine)
    assert [] == ledger.doubts.list_unasked(provider="test", most=10)


def test_no_provider_is_asked_about_the_tries_of_another(engine: Engine, tmp_path: Path) -> None:
    """Its log knows nothing of them: "absent" there would mail everybody twice."""
    in_doubt(engine, 3)
    provider = Asked(Trace.ABSENT)
    provider.name = "another"
    drain = a_drain(engine, tmp_path, provider)

    drain.recover()
    settled = look(drain.looker, 1)

    assert [] == provider.asked
    assert 6 == settled.uncertain
