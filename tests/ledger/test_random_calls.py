"""Random calls against the ledger: whatever is answered, late, twice or never, what it says of each reader stays true."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, text, update

from newsletter.db.engine import reading, writing
from newsletter.ledger.account.tally_sql import Tallies
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.record_sql import Answers
from newsletter.ledger.rows import Claim
from newsletter.ledger.tables import attempt, delivery, parcel
from newsletter.words.ledger import HandOver, ParcelStatus
from newsletter.words.mistake import NotNow
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain
from tests.accounts import account_of
from tests.ledger.test_giving_up import LATER
from tests.ledger.test_ledger import claim, planned
from tests.world import add_readers

_READERS, _STEPS = 24, 40
_MAY_HAVE_IT = {HandOver.ACCEPTED, HandOver.UNCERTAIN, HandOver.LEFT}
_NOT_TAKEN: tuple[Callable[[list[int]], Outcome], ...] = (
    lambda _: LATER,
    lambda _: Deferred("no turn"),
    lambda _: Deferred("too fast", retry_after=timedelta(seconds=1)),
    lambda _: Deferred("too large", halve=True),
    lambda _: Deferred("not allowed", pauses=True),
    lambda _: Refused("no"),
    lambda ids: Refused("no such mailbox", named=frozenset(ids[:1])),
)


@dataclass(slots=True)
class Call:
    """A call with the truth about it: whom the provider took. `waiting` have no answer yet, `said` is what was written down."""

    of: Claim
    took: frozenset[int]
    waiting: list[int]
    said: list[tuple[list[int] | None, Outcome]] = field(default_factory=list)


class Play:
    """One random history. The answers are true, and that is all that is promised of them."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine, self.ledger, self.chance = engine, open_ledger(engine), random.Random(seed)
        add_readers(engine, "weekly", range(_READERS))
        self.mailing = planned(self.ledger, size=6)
        self.open: list[Call] = []
        self.over: list[Call] = []
        self.taken: set[int] = set()
        self.doubled: set[int] = set()
        # The owner had them sent again without knowing.
        self.risked: set[int] = set()

    def step(self) -> None:
        self.chance.choice(
            [self.begin] * 5
            + [self.answer] * 6
            + [self.end] * 4
            + [self.repeat, self.sweep, self.look, self.prove, self.leave, self.resume, self.resume, self.send_again]
        )()
        self.hold()

    def begin(self) -> None:
        with writing(self.engine) as connection:
            connection.execute(update(parcel).values(not_before=None))
            connection.execute(text("DELETE FROM provider_state"))
        one = claim(self.ledger, self.mailing, seconds=self.chance.choice([-1, 30]))
        if one is None or not one.deliveries:
            return
        share = self.chance.choice([0.0, 0.5, 1.0])
        took = frozenset(each for each in one.deliveries if self.chance.random() < share)
        self.doubled |= took & self.taken
        self.taken |= took
        self.open.append(Call(one, took, list(one.deliveries)))

    def answer(self, *, last: bool = False) -> None:
        """An answer about some of a call, as providers give them on the way."""
        if not self.open:
            return
        call = self.chance.choice(self.open)
        some = self.chance.sample(call.waiting, self.chance.randint(0, len(call.waiting)))
        self._write(call, self._about(call, some), last=last)

    def end(self) -> None:
        """The end of a call, which may leave out readers, or say the same of all."""
        if not self.open:
            return
        call = self.chance.choice(self.open)
        kind = self.chance.choice(["all", "some", "silence", "whole"])
        if kind == "whole" and len(call.waiting) == len(call.of.deliveries):
            whole = Accepted() if call.took == set(call.waiting) else Uncertain("lost")
            answers: Answers = [(None, whole if call.took else self._no(call.waiting))]
        elif kind == "silence":
            answers = []
        else:
            rest = call.waiting if kind == "all" else call.waiting[: len(call.waiting) // 2]
            answers = self._about(call, rest)
        self._write(call, answers, last=True)
        self.open.remove(call)
        self.over.append(call)

    def _about(self, call: Call, ids: list[int]) -> list[tuple[list[int], Outcome]]:
        took = [one for one in ids if one in call.took]
        rest = [one for one in ids if one not in call.took]
        here = self.chance.randint(0, len(rest))
        parts = [part for part in (rest[:here], rest[here:]) if part]
        told: list[tuple[list[int], Outcome]] = [(part, self._no(part)) for part in parts]
        if took:
            told.insert(self.chance.randint(0, len(told)), (took, Accepted()))
        return told

    def _no(self, ids: list[int]) -> Outcome:
        return self.chance.choice(_NOT_TAKEN)(ids)

    def _write(self, call: Call, answers: Answers, *, last: bool) -> None:
        self.ledger.attempts.record(call.of.attempt_id, answers, last=last)
        call.said += [(list(ids) if ids else None, outcome) for ids, outcome in answers]
        covered = {one for ids, _ in answers for one in (call.of.deliveries if ids is None else ids)}
        call.waiting = [one for one in call.waiting if one not in covered]

    def repeat(self) -> None:
        """What was written down is written once more: the commit was not confirmed."""
        if self.over:
            call = self.chance.choice(self.over)
            self.ledger.attempts.record(call.of.attempt_id, call.said)

    def sweep(self) -> None:
        self.ledger.attempts.sweep()

    def look(self) -> None:
        """The provider is asked about calls in doubt: those it did not take are queued again."""
        for one in self.ledger.doubts.list_attempts(1):
            took = self._truth(one.id).took
            gone = [each for each in one.deliveries if each not in took]
            if gone:
                self.ledger.doubts.requeue(one.id, gone)

    def prove(self) -> None:
        for call in self.chance.sample(self.over + self.open, min(2, len(self.over + self.open))):
            if call.took:
                self.ledger.doubts.prove(call.of.attempt_id, sorted(call.took)[: self.chance.randint(1, 6)])

    def leave(self) -> None:
        for one in self.ledger.doubts.list_attempts(1)[:1]:
            self.ledger.doubts.leave(one.id, one.deliveries[:2])

    def send_again(self) -> None:
        """The owner takes the risk: from here on some may have it twice."""
        for one in self.ledger.doubts.list_attempts(1, left=True)[:1]:
            try:
                self.ledger.doubts.requeue(one.id, one.deliveries, by_owner=True)
            except NotNow:
                continue
            self.risked |= set(one.deliveries)

    def resume(self) -> None:
        self.ledger.control.resume(1)

    def _truth(self, attempt_id: int) -> Call:
        return next(call for call in self.over + self.open if call.of.attempt_id == attempt_id)

    def finish(self) -> None:
        """Everything comes to its end: nobody is left who waits."""
        for _ in range(400):
            self.resume()
            while self.open:
                self.end()
            self.look()
            self.begin()
            if not self.open and not self._n_waiting():
                break
            for call in self.open:
                # By now the provider takes everybody, or the test would wait for chance.
                self.doubled |= set(call.of.deliveries) & self.taken - call.took
                call.took = frozenset(call.of.deliveries)
                self.taken |= call.took
                self._write(
                    call, [(None, Accepted())] if len(call.waiting) == len(call.of.deliveries) else [], last=True
                )
            self.over += self.open
            self.open = []
            self.hold()
        assert not self._n_waiting()

    def _n_waiting(self) -> int:
        of = account_of(self.engine).handover
        return of[HandOver.PENDING] + of[HandOver.SENDING]

    def hold(self) -> None:
        """What must be so after every step."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(delivery.c.id, delivery.c.handover, delivery.c.parcel_id, parcel.c.status).join(
                    parcel, parcel.c.id == delivery.c.parcel_id
                )
            ).all()
            tries = connection.execute(select(attempt).order_by(attempt.c.id)).all()
            sizes = dict(connection.execute(select(parcel.c.id, parcel.c.n_readers)).all())
            counted = dict(
                connection.execute(select(delivery.c.parcel_id, func.count()).group_by(delivery.c.parcel_id)).all()
            )
        last = {one.parcel_id: one for one in tries}
        for row in rows:
            if row.handover == HandOver.PENDING and row.status == ParcelStatus.SENDING:
                of = last[row.parcel_id]
                assert row.id in of.carried, f"{row.id} is on its way in a call that does not carry it"
                assert of.outcome is None, f"{row.id} is on its way in a call that is over"
            elif row.handover == HandOver.PENDING:
                assert row.status == ParcelStatus.READY, f"{row.id} waits in a parcel that is {row.status}"
            if row.id in self.taken and row.id not in self.risked:
                on_its_way = row.status == ParcelStatus.SENDING and row.handover == HandOver.PENDING
                assert on_its_way or HandOver(row.handover) in _MAY_HAVE_IT, f"{row.id} has it, and is {row.handover}"
            if row.handover == HandOver.ACCEPTED:
                assert row.id in self.taken, f"{row.id} is said to have it"
        assert not self.doubled - self.risked, "somebody was handed over twice"
        assert sizes == {one: counted.get(one, 0) for one in sizes}
        tally, account = Tallies(self.engine).find(1), account_of(self.engine)
        assert tally is not None
        assert tally.handover == account.handover


def _play(engine: Engine, first: int, usual: int) -> None:
    """LEDGER_SEED=7 begins at another seed, LEDGER_SEEDS=500 plays so many of them."""
    begin = int(os.environ.get("LEDGER_SEED", first))
    for seed in range(begin, begin + int(os.environ.get("LEDGER_SEEDS", usual))):
        _clear(engine)
        play = Play(engine, seed)
        try:
            for _ in range(_STEPS):
                play.step()
            play.finish()
        except BaseException as error:
            error.add_note(f"LEDGER_SEED={seed} LEDGER_SEEDS=1")
            raise


def test_random_calls(engine: Engine) -> None:
    """One history for every day."""
    _play(engine, 7, 1)


@pytest.mark.faults
def test_40_histories_of_random_calls(engine: Engine) -> None:
    """Every answer that there is, in every order, late and twice, with sweeps and decisions in between."""
    _play(engine, 1, 40)


def _clear(engine: Engine) -> None:
    with writing(engine) as connection:
        for table in ("attempt", "fresh_refusal", "delivery", "parcel", "mailing", "subscription", "subscriber"):
            connection.execute(text(f"DELETE FROM {table}"))
