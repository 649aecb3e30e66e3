"""Who can't be in a call is written down before it begins: evidence about the whole call never counts them as mailed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine, select

from newsletter.db.engine import connect, reading
from newsletter.ledger.attempts_sql import Attempts
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.tables import delivery
from newsletter.readers.tables import subscriber
from newsletter.words.consignment import Consignment
from newsletter.words.outcome import Accepted, Outcome, Refused
from tests.ledger.parts import Carrier, a_drain, send, states
from tests.running import environment
from tests.world import add_readers

_ROOT = Path(__file__).parents[2]


class Choosy(Carrier):
    """Takes a call whole or not at all, without the first reader, whom it refuses before anything goes out."""

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        first, *others = consignment.deliveries
        yield (first,), Refused("an address that it does not take", named=frozenset({first}))
        self.handed.append(list(consignment.addresses[1:]))
        self.after_the_call()
        yield others, Accepted()

    def after_the_call(self) -> None:
        """The bytes are out, the answer has not come."""


class Killed(Choosy):
    """The process dies when the provider has everything and has not answered."""

    def after_the_call(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class Away(Attempts):
    """A database that can't be written to when the first outcome comes."""

    failures = 1

    def record_by_token(self, *arguments: object, **more: object) -> bool:
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        return super().record_by_token(*arguments, **more)  # type: ignore[arg-type]


def refused(engine: Engine) -> list[str]:
    """Who is refused."""
    with reading(engine) as connection:
        return list(
            connection.scalars(
                select(subscriber.c.email)
                .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
                .where(delivery.c.handover == "refused")
            )
        )


def test_a_killed_call_that_is_proved_whole_does_not_count_who_was_refused_before_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    """kill -9 between the bytes and the answer; then one reader's event proves the call for the other four."""
    engine = connect(sqlite_url)
    add_readers(engine, "weekly", range(5))
    work = (
        "import sys; from pathlib import Path; from newsletter.db.engine import connect;"
        "from tests.ledger.parts import a_drain, send; from tests.ledger.test_refused_before import Killed;"
        "send(a_drain(connect(sys.argv[1]), Path(sys.argv[2]), Killed()))"
    )
    path = {"PYTHONPATH": f"{_ROOT}:{_ROOT / 'src'}"}
    died = subprocess.run([sys.executable, "-c", work, sqlite_url, tmp_path], env=environment(**path), check=False)

    assert -signal.SIGKILL == died.returncode
    ledger = open_ledger(engine)
    ledger.attempts.sweep(alive="whoever comes next")
    assert {"refused": 1, "uncertain": 4} == states(engine)
    (doubtful,) = ledger.doubts.list_attempts(1)
    ledger.doubts.prove(doubtful.id, doubtful.deliveries)
    assert {"refused": 1, "accepted": 4} == states(engine)
    assert ["reader0@example.com"] == refused(engine)
    engine.dispose()


def test_there_is_no_call_while_it_can_not_be_written_down_who_is_not_in_it(engine: Engine, tmp_path: Path) -> None:
    """The database is away for a moment: nothing goes out before it is back and knows who was refused."""
    add_readers(engine, "weekly", range(5))
    carrier, ledger = Choosy(), replace(open_ledger(engine), attempts=Away(engine))

    drain = a_drain(engine, tmp_path, carrier, ledger=ledger)
    send(drain)

    assert [[f"reader{n}@example.com" for n in (2, 3, 4)]] == carrier.handed, "one call, and not the first"
    assert {"refused": 2, "accepted": 3} == states(engine)
    assert ["reader0@example.com", "reader1@example.com"] == sorted(refused(engine))
