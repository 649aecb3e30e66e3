"""Outcomes on disk: they come back as they were, once, and never to the wrong database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.on_disk.spool import Answers, Spool
from newsletter.words.ledger import HandOver
from newsletter.words.outcome import Accepted, Deferred, Refused, Uncertain
from tests.ledger.test_ledger import account, planned, taken
from tests.world import add_readers


def test_every_outcome_comes_back_as_it_was(tmp_path: Path) -> None:
    """What is replayed equals what was kept, and is forgotten afterwards."""
    spool, answers = (
        Spool(tmp_path),
        [
            (None, Accepted("ref")),
            ([1, 2], Refused("no", named=frozenset({2}))),
            ([3], Deferred("later", retry_after=timedelta(seconds=2.5), backs_off=True)),
            ([4], Uncertain("lost")),
        ],
    )
    spool.keep("one", answers)
    seen: list[tuple[str, Answers]] = []

    def record(token: str, kept: Answers) -> bool:
        seen.append((token, kept))
        return True

    assert spool.replay(record) == 1
    assert spool.replay(record) == 0
    assert seen == [("one", answers)]


def test_an_outcome_of_another_database_is_put_aside(engine: Engine, tmp_path: Path) -> None:
    """It does not stop the sender from starting, is not lost, and is never taken for one of this database's tries."""
    add_readers(engine, "weekly", range(10))
    ledger, spool = open_ledger(engine), Spool(tmp_path / "spool")
    one = taken(ledger, planned(ledger))
    spool.keep("of-another-database", [(None, Accepted())])
    spool.keep("never-committed", [(None, Deferred("the batch was taken, but the database did not confirm it"))])
    (tmp_path / "spool" / "broken.json").write_text("{")
    spool.keep(one.token, [(None, Accepted())])

    assert spool.replay(ledger.attempts.record_by_token) == 1

    assert account(ledger).handover[HandOver.ACCEPTED] == 10
    assert sorted(path.name for path in (tmp_path / "spool").iterdir()) == [
        "broken.unknown",
        "of-another-database.unknown",
    ]
