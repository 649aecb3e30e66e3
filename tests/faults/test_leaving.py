"""Who leaves before their batch is taken is not in the call; who leaves while it is under way is counted by the judge."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.accounts import account_of
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.faults.house import connect, leave, reading
from tests.faults.judge import Ack, Evidence, judge
from tests.faults.sender import Orders, start
from tests.world import add_readers

_EARLY, _LATE = "reader3@example.com", "reader0@example.com"


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SendGridServer]:
    """It takes the mail half a second after the call: time to leave in between."""
    with sendgrid_server(tmp_path / "sendgrid") as running:
        running.plan(then={"do": "accept", "seconds": 0.5})
        yield running


def test_leaving_in_a_call_is_too_late_and_counted_and_before_it_in_time(
    database_url: str, tmp_path: Path, provider: SendGridServer
) -> None:
    """One leaves while their call is under way, one while another's is: the first is mailed and counted, the second is not."""
    engine = connect(database_url)
    ids = add_readers(engine, "weekly", range(4))
    process = start(Orders(url=database_url, folder=tmp_path, provider_url=provider.url, parcel_size=2, calls=1))
    _wait_for_a_claim(engine)
    acks = [_leave(engine, who) for who in (_LATE, _EARLY)]
    process.join(20)

    evidence = Evidence(
        url=database_url,
        accepted=provider.accepted(),
        bodies=provider.bodies_folder,
        people={one: f"reader{number}@example.com" for number, one in enumerate(ids)},
        acks=acks,
    )
    verdict = judge(evidence)
    assert [] == verdict.wrong
    assert 1 == verdict.in_flight_after_leaving
    assert 1 == account_of(engine).late
    assert {"reader0@example.com", "reader1@example.com", "reader2@example.com"} == {
        line["email"] for line in provider.accepted()
    }

    # The judge is alive: had the first one left before the claim, it would have been wrong to mail them.
    long_ago = [replace(ack, at=datetime(2026, 1, 1, tzinfo=UTC)) for ack in acks]
    assert [f"U: {_LATE}"] == [line[: len(f"U: {_LATE}")] for line in judge(replace(evidence, acks=long_ago)).wrong]
    engine.dispose()


def _leave(engine: Engine, who: str) -> Ack:
    asked_at = datetime.now(UTC)
    leave(engine, who)
    return Ack(what="unsubscribe", asked_at=asked_at, at=datetime.now(UTC), who=who)


def _wait_for_a_claim(engine: Engine) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        with reading(engine) as connection:
            if connection.scalar(text("SELECT count(*) FROM attempt")):
                return
        time.sleep(0.005)
    raise AssertionError("no batch was ever taken")
