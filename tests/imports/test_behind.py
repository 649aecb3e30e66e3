"""Writing behind: what is next is made ready while one write is under way, and order and faults are those of writing at once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import connect
from newsletter.imports.behind import writing_behind
from newsletter.imports.report import ImportOptions
from newsletter.words.subscriber import SubscriptionStatus
from tests.importing import import_csv


def test_a_write_goes_on_while_the_next_is_made_ready() -> None:
    """It ends only because something was done after it was handed over; what came of it is heard where it is settled."""
    made_ready, heard = threading.Event(), list[bool]()
    with writing_behind(is_apart=True) as behind:
        behind.write(lambda: made_ready.wait(10), heard.append)
        assert heard == []
        made_ready.set()
        behind.settle()
        assert heard == [True]


def test_one_that_is_not_apart_is_written_at_once() -> None:
    """In the same thread."""
    heard: list[int] = []
    with writing_behind(is_apart=False) as behind:
        behind.write(threading.get_ident, heard.append)
        assert heard == [threading.get_ident()]


@pytest.mark.parametrize("is_apart", [True, False])
def test_what_a_write_raises_is_raised_and_nothing_is_under_way_afterwards(is_apart: bool) -> None:
    """Also where the reading breaks off: the block ends once the write has."""
    ended: list[str] = []

    def slowly() -> str:
        time.sleep(0.1)
        ended.append("slow")
        return "slow"

    def fail() -> str:
        raise OSError("the disk")

    with pytest.raises(KeyError), writing_behind(is_apart=is_apart) as behind:
        behind.write(slowly, lambda came: None)
        raise KeyError
    assert ended == ["slow"]
    with pytest.raises(OSError, match="the disk"), writing_behind(is_apart=is_apart) as behind:
        behind.write(fail, ended.append)
    assert ended == ["slow"]


def test_batches_are_written_in_order_and_one_at_a_time(database_url: str, tmp_path: Path) -> None:
    """Each begins after the commit of the one before, with what it says to whoever follows the import."""
    engine, told = connect(database_url), list[object]()
    path = tmp_path / "readers.csv"
    path.write_text("email\n" + "".join(f"r{number}@example.com\n" for number in range(5_000)))
    _follow(engine, told)

    options = ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE)
    report = import_csv(Membership(engine), [path], options, lambda done, _total: told.append(done))

    assert report.added == 5_000
    assert told == ["people", "commit", 2_001, "people", "commit", 4_001, "people", "commit", 5_001]
    engine.dispose()


def _follow(engine: Engine, told: list[object]) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO subscriber "):
            told.append("people")

    @event.listens_for(engine, "commit")
    def commit(_connection: object) -> None:
        if told and told[-1] == "people":
            told.append("commit")
