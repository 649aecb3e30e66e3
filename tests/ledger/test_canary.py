"""A few readers go first: the others wait for the answer, and for somebody who looks where that is wanted."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.rows import MailingRow
from newsletter.words.ledger import LOOK_FIRST, MailingStatus
from newsletter.words.outcome import Accepted
from tests.ledger.test_ledger import account, claim, taken
from tests.world import add_readers, an_edition


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind."""
    return open_ledger(engine)


def _opened(ledger: Ledger, name: str = "weekly", *, canary: int, looks: bool = False) -> MailingRow:
    of = ledger.planning.open_mailing(
        an_edition(), list_name=name, parcel_size=10, start_at=None, canary=canary, canary_waits=looks
    )
    while ledger.planning.plan_slice(of.id, n_readers=35):
        pass
    return of


def test_nobody_follows_before_the_canary_is_through(engine: Engine, ledger: Ledger) -> None:
    """A small first parcel; the others wait for its answer and go then."""
    add_readers(engine, "weekly", range(30))
    of = _opened(ledger, canary=3)
    first = taken(ledger, of)
    assert len(first.deliveries) == 3
    assert claim(ledger, of) is None

    ledger.attempts.record(first.attempt_id, [(None, Accepted())])

    assert [10, 10, 7] == [len(taken(ledger, of).deliveries) for _ in range(3)]
    assert account(ledger).planned == 30


def test_somebody_looks_at_the_canary_before_the_others_go(engine: Engine, ledger: Ledger) -> None:
    """When the first few are through it pauses; until somebody resumes nobody follows, then everybody does."""
    add_readers(engine, "weekly", range(30))
    of = _opened(ledger, canary=3, looks=True)
    first = taken(ledger, of)
    assert not ledger.control.finish_if_done(of.id)
    assert ledger.mailings.get(of.id).status == MailingStatus.SENDING
    ledger.attempts.record(first.attempt_id, [(None, Accepted())])
    assert claim(ledger, of) is None

    assert not ledger.control.finish_if_done(of.id)
    stands = ledger.mailings.get(of.id)
    assert (MailingStatus.PAUSED, LOOK_FIRST) == (stands.status, stands.pause_reason)

    ledger.control.resume(1)
    assert [10, 10, 7] == [len(taken(ledger, of).deliveries) for _ in range(3)]
    assert not ledger.control.finish_if_done(of.id)
    assert ledger.mailings.get(of.id).status == MailingStatus.SENDING


def test_a_canary_that_is_everybody_needs_no_look(engine: Engine, ledger: Ledger) -> None:
    """Where nobody is left to wait there is nothing to decide."""
    add_readers(engine, "weekly", range(3))
    of = _opened(ledger, canary=5, looks=True)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Accepted())])

    assert ledger.control.finish_if_done(of.id)
    assert ledger.mailings.get(of.id).status == MailingStatus.FINISHED


def test_the_canary_of_another_mailing_holds_nobody(engine: Engine, ledger: Ledger) -> None:
    """Each mailing waits for its own first parcel only."""
    add_readers(engine, "friends", range(100, 120))
    add_readers(engine, "weekly", range(30))
    opened = [_opened(ledger, name, canary=3) for name in ("friends", "weekly")]
    first = [taken(ledger, of) for of in opened]
    ledger.attempts.record(first[1].attempt_id, [(None, Accepted())])

    assert claim(ledger, opened[0]) is None
    assert len(taken(ledger, opened[1]).deliveries) == 10


def test_a_canary_in_doubt_pauses_until_somebody_looks(engine: Engine, ledger: Ledger) -> None:
    """No clear answer for the first few: a person decides whether the rest goes."""
    add_readers(engine, "weekly", range(30))
    of = _opened(ledger, canary=3)
    first = taken(ledger, of, seconds=-1)
    assert ledger.attempts.sweep() == 1
    stands = ledger.mailings.get(of.id)
    assert stands.status == MailingStatus.PAUSED
    assert "first batch" in (stands.pause_reason or "")
    assert claim(ledger, of) is None

    ledger.control.resume(1)

    following = taken(ledger, of)
    assert first.parcel_id != following.parcel_id
