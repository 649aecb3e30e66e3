"""Where the steps of a sending service stand is the same on every page, whichever process looked."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, update

from newsletter.connect.looks_sql import KeptLook, KeptLooks
from newsletter.connect.records import SeenRecord
from newsletter.connect.tables import step_look
from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.ports.resolver import RecordType
from newsletter.providers.steps import DnsRecord, StepLook, StepState

RECORD = DnsRecord(name="s1._domainkey.example.com", kind=RecordType.CNAME, value="s1.example.net")
KEPT = KeptLook(
    look=StepLook(state=StepState.OPEN, words="Not live yet.", fix="Wait.", records=(RECORD,)),
    records=(SeenRecord(record=RECORD, is_live=None, words="not known"),),
)


@pytest.fixture
def processes(engine: Engine) -> tuple[KeptLooks, KeptLooks]:
    return KeptLooks(engine), KeptLooks(engine)


def test_one_looks_and_the_other_shows_it(processes: tuple[KeptLooks, KeptLooks]) -> None:
    """While it looks, and what it saw; of another service nothing."""
    one, other = processes
    assert one.begin("ses", ["domain", "use"])
    assert not other.begin("ses", ["domain"])
    assert other.begin("smtp", ["use"])
    one.keep("ses", "domain", KEPT)
    found = other.find("ses")
    assert (found.under_way, found.seen, found.waits) == ({"use"}, {"domain": KEPT}, False)
    one.end("ses")
    assert other.find("ses").under_way == frozenset()
    assert other.begin("ses", ["use"])
    other.forget("ses")
    assert one.find("ses").seen == {}


def test_a_process_that_dies_is_not_waited_for(engine: Engine, processes: tuple[KeptLooks, KeptLooks]) -> None:
    """Neither with its look nor with its waiting for records."""
    one, other = processes
    assert one.begin("ses", ["domain"]) and one.begin_to_wait("ses", ["domain"])
    assert not other.begin_to_wait("ses", ["domain"])
    with writing(engine) as connection:
        past = database_now(-1)
        connection.execute(update(step_look).values(looking_until=past, waiting_until=past))
    found = other.find("ses")
    assert (found.under_way, found.waits) == (frozenset(), False)
    assert other.begin("ses", ["domain"]) and other.begin_to_wait("ses", ["domain"])
    other.go_on_waiting("ses")
    assert one.find("ses").waits
    other.end("ses", waiting=True)
    assert not one.find("ses").waits and one.find("ses").under_way == {"domain"}


def test_what_another_version_saw_is_as_good_as_nothing(engine: Engine, processes: tuple[KeptLooks, KeptLooks]) -> None:
    """The page asks for another look instead of failing."""
    processes[0].keep("ses", "domain", KEPT)
    with writing(engine) as connection:
        connection.execute(update(step_look).values(seen='{"look": "fine"}'))
    assert processes[1].find("ses").seen == {}
