"""The judge is alive: a sending that went well is spoilt in one way after the other, and each is called by its letter."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.running import sendgrid_server
from tests.fakes.sendgrid_events import Telling, all_told
from tests.faults.house import connect
from tests.faults.judge import Ack, Evidence, judge, judge_events
from tests.faults.sender import Orders, start
from tests.world import add_readers

_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Well:
    """What was left by a sending without faults: to two lists, of two batches each, with one reader on both."""

    path: Path
    bodies: Path
    accepted: list[dict[str, Any]]
    people: dict[int, str]


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Well:
    """A sending that went well; nothing is changed in it."""
    folder = tmp_path_factory.mktemp("well")
    path = folder / "newsletter.db"
    shutil.copy(sqlite_template, path)
    engine = connect(f"sqlite:///{path}")
    lists = {"weekly": range(4), "friends": range(3, 7)}
    people: dict[int, str] = {}
    for name, numbers in lists.items():
        ids = add_readers(engine, name, numbers)
        people |= dict(zip(ids, (f"reader{number}@example.com" for number in numbers), strict=True))
    engine.dispose()
    with sendgrid_server(folder / "sendgrid") as server:
        for name in lists:
            orders = Orders(url=f"sqlite:///{path}", folder=folder, provider_url=server.url, parcel_size=2, calls=1)
            process = start(replace(orders, list_name=name))
            process.join(60)
            assert 0 == process.exitcode
        with closing(sqlite3.connect(path)) as connection:
            # What is still in the log beside the file would not be copied with it.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Well(path=path, bodies=server.bodies_folder, accepted=server.accepted(), people=people)


@dataclass
class Spoilt:
    """A copy of it, to be spoilt: the database by `tell`, the rest by assigning to it."""

    path: Path
    evidence: Evidence

    def tell(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def acted(self, what: str, who: str = "", *, asked_at: datetime = _LONG_AGO, at: datetime = _LONG_AGO) -> None:
        ack = Ack(what=what, asked_at=asked_at, at=at, who=who, mailings=frozenset({1, 2}))
        self.evidence.acks = (*self.evidence.acks, ack)


def _twice(one: Spoilt) -> None:
    one.evidence.accepted = [*one.evidence.accepted, one.evidence.accepted[0]]


def _by_two_lists(one: Spoilt) -> None:
    first = one.evidence.accepted[0]
    others = [line for line in one.evidence.accepted if line["delivery"] != first["delivery"]]
    one.evidence.accepted = [first, *others[:-1], {**others[-1], "email": first["email"]}]


def _not_taken(one: Spoilt) -> None:
    one.evidence.accepted = one.evidence.accepted[1:]


def _taken_but(state: str) -> Callable[[Spoilt], None]:
    unheld = f"'{state}'" if state in {"refused", "skipped"} else "NULL"
    return lambda one: one.tell(f"UPDATE delivery SET handover = '{state}', unheld = {unheld} WHERE id = 1")


def _still_in_a_call(one: Spoilt) -> None:
    one.tell("UPDATE delivery SET handover = 'pending', accepted_by = NULL WHERE id = 1")
    one.tell("UPDATE parcel SET status = 'sending' WHERE id = (SELECT parcel_id FROM delivery WHERE id = 1)")


def _by_nobody(one: Spoilt) -> None:
    one.evidence.accepted = [{**one.evidence.accepted[0], "attempt": "unheard of"}, *one.evidence.accepted[1:]]


def _somebody_else(one: Spoilt) -> None:
    one.evidence.accepted = [{**one.evidence.accepted[0], "email": "passer-by@example.com"}, *one.evidence.accepted[1:]]


def _other_words(one: Spoilt) -> None:
    path = min(one.evidence.bodies.iterdir())
    body = json.loads(path.read_text())
    body["content"][1]["value"] = body["content"][1]["value"].replace("This is revision 1.", "This is revision 2.")
    path.write_text(json.dumps(body))


def _left_in_a_call(one: Spoilt) -> None:
    line = one.evidence.accepted[0]
    one.tell(
        "UPDATE attempt SET started_at = '2026-01-01 00:00:00.000'",
        "UPDATE mailing SET start_at = '2026-01-01 00:00:00.000'",
    )
    at = datetime.fromtimestamp(line["at"], UTC) - timedelta(milliseconds=1)
    one.acted("unsubscribe", line["email"], asked_at=at, at=at)


def _restored(one: Spoilt) -> None:
    _by_nobody(one)
    at = datetime.fromtimestamp(one.evidence.accepted[0]["at"], UTC)
    one.acted("restore", asked_at=at - _HOUR, at=at + _HOUR)


def _never_ended(one: Spoilt) -> None:
    one.evidence.ended = False


def _tallied_otherwise(one: Spoilt) -> None:
    one.evidence.tallied = {"accepted": 1}


def _shown_otherwise(one: Spoilt) -> None:
    one.evidence.shown = {"accepted": 8}


_WAYS: dict[str, tuple[str, Callable[[Spoilt], None]]] = {
    "somebody got it twice": ("D", _twice),
    "somebody got it by two lists": ("D", _by_two_lists),
    "somebody is still waiting": ("L", _taken_but("pending")),
    "somebody is still in a call": ("L", _still_in_a_call),
    "somebody was skipped without a cause": (
        "L",
        lambda one: one.tell(
            "UPDATE delivery SET handover = 'skipped', unheld = 'skipped', reason = 'unsubscribed' WHERE id = 1"
        ),
    ),
    "somebody is in no books": ("L", lambda one: one.tell("DELETE FROM delivery WHERE id = 1")),
    "one is in doubt in a finished sending": ("L", _taken_but("uncertain")),
    "the provider never took one": ("T", _not_taken),
    "one was taken and is called refused": ("T", _taken_but("refused")),
    "a call is in no books": ("T", _by_nobody),
    "what is shown is not what there is": ("T", _shown_otherwise),
    "the batches add up to something else": ("T", _tallied_otherwise),
    "one had left": ("U", lambda one: one.acted("unsubscribe", "reader0@example.com")),
    "one had been erased": ("U", lambda one: one.acted("erase", "reader0@example.com")),
    "one left during the call and is not counted": ("U", _left_in_a_call),
    "a passer-by was mailed": ("N", _somebody_else),
    "a call after a pause": ("N", lambda one: one.acted("pause")),
    "a call after a cancel": ("N", lambda one: one.acted("cancel")),
    "other words": ("C", _other_words),
    "it never ended": ("P", _never_ended),
    "called again at once after too fast": (
        "R",
        lambda one: one.tell(
            "UPDATE attempt SET outcome = 'deferred', reason = 'SendGrid answered 429.', "
            "ended_at = (SELECT strftime('%Y-%m-%d %H:%M:%f', started_at, '-0.1 seconds') FROM attempt WHERE id = 2) WHERE id = 1"
        ),
    ),
    "refused too often": ("R", lambda one: one.tell("UPDATE parcel SET refused_calls = 25 WHERE id = 1")),
    "before its time": (
        "S",
        lambda one: one.tell("UPDATE mailing SET start_at = '2099-01-01 00:00:00.000' WHERE id = 1"),
    ),
    "two sendings at a time": (
        "S",
        lambda one: one.tell("UPDATE mailing SET list_id = 1, created_at = '2026-01-01 00:00:00.000' WHERE id = 2"),
    ),
    "mailed from a restored copy": ("B", _restored),
}


@pytest.fixture
def spoilt(well: Well, tmp_path: Path) -> Spoilt:
    """A copy in which nothing is spoilt yet."""
    path, bodies = tmp_path / "newsletter.db", tmp_path / "bodies"
    shutil.copy(well.path, path)
    shutil.copytree(well.bodies, bodies)
    evidence = Evidence(
        url=f"sqlite:///{path}", accepted=well.accepted, bodies=bodies, people=well.people, shown={"accepted": 7}
    )
    return Spoilt(path=path, evidence=evidence)


def test_nothing_is_wrong_with_what_went_well(spoilt: Spoilt) -> None:
    """Seven readers on two lists, one of them on both: seven mails, and no letter."""
    assert [] == judge(spoilt.evidence).wrong
    assert 7 == len(spoilt.evidence.accepted)


@pytest.mark.parametrize("way", _WAYS)
def test_each_thing_that_must_not_be_is_called_by_its_letter(spoilt: Spoilt, way: str) -> None:
    """Spoilt in one way only, so that no other rule can have noticed it for this one."""
    letter, spoil = _WAYS[way]
    spoil(spoilt)

    assert letter in {line[0] for line in judge(spoilt.evidence).wrong}


@pytest.mark.parametrize("column", ["handover = 'uncertain'", "fate = 'bounced'"])
def test_what_was_heard_and_is_not_in_the_books_is_noticed(spoilt: Spoilt, column: str) -> None:
    """Nobody whose call arrived is in doubt, and each fate is that of its events."""
    events = all_told(list(spoilt.evidence.accepted), Telling(courses={"delivered": 1}))
    spoilt.tell("UPDATE delivery SET fate = 'delivered'")
    assert [] == judge_events(spoilt.evidence, events)

    spoilt.tell(f"UPDATE delivery SET {column} WHERE id = 1")

    assert ["W"] == [line[0] for line in judge_events(spoilt.evidence, events)]
