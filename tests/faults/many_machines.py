"""Many machines send one issue while everything befalls them: who did what when, how long nothing moved, and what came of it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg

from newsletter.words.mistake import NewsletterError
from tests.fakes.sendgrid_events import Telling, all_told, told
from tests.faults import house
from tests.faults.befall import Faults
from tests.faults.ground import Ground, Scale, ground
from tests.faults.judge import Evidence, judge, judge_events
from tests.schedule.world import SLOT

ISSUE = 1
_LOOK_EVERY_SECONDS = 0.1
# By then the last fault has begun: later ones would meet a sending that is over.
_LAST_FAULT_AT = 0.9
# Nobody waits longer than this for anything that has to come by itself, however busy the machine is.
_LONGEST_WAIT_SECONDS = 300.0
_STANDS = """
SELECT coalesce((SELECT status FROM mailing WHERE issue = 1), ''),
       coalesce((SELECT planned_to_subscriber FROM mailing WHERE issue = 1), 0),
       (SELECT count(*) FROM parcel WHERE status = 'ready'),
       (SELECT count(*) FROM parcel WHERE status = 'sending')
"""
# What may be told of those it took, without anybody being suppressed for it.
_TOLD = Telling(courses={"processed": 6, "delivered": 2, "deferred": 1, "late": 1})


@dataclass(kw_only=True)
class Report:
    """What came of it. `still` is the longest time in seconds in which nothing moved though something could."""

    seed: int
    timeline: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    n_paused: int = 0
    n_in_doubt: int = 0
    n_gave_up: int = 0
    still: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        return "\n".join(
            [
                f"seed {self.seed}, {self.seconds:.0f} s: {dict(self.states)}, nothing moved for {self.still:.1f} s at most",
                f"done to them: {dict(self.faults)}; paused {self.n_paused} times; ended by themselves: {self.n_gave_up}",
                f"the provider's answers: {dict(self.answers)}; in doubt before it told: {self.n_in_doubt}",
                *self.timeline,
                *self.wrong,
            ]
        )


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far it is: the mailing's status, the last reader planned, batches that wait and batches in a call."""

    status: str = ""
    planned_to: int = 0
    waiting: int = 0
    in_calls: int = 0

    @property
    def is_handed_over(self) -> bool:
        return self.status in {"sending", "finished"} and not self.waiting and not self.in_calls


def besiege(folder: Path, scale: Scale, seed: int) -> Report:
    """Send to everybody under faults that a seed draws, settle what is in doubt, and judge it."""
    draw = random.Random(seed)
    with ground(folder, scale, draw) as place:
        siege = _Siege(place, draw, seed)
        try:
            siege.begin()
            siege.go_on_until_handed_over()
            siege.settle()
            return siege.end()
        finally:
            siege.close()


class _Siege:
    def __init__(self, place: Ground, draw: random.Random, seed: int) -> None:
        self.report = Report(seed=seed)
        self._ground, self._draw = place, draw
        self._faults = Faults(place, draw, self._say)
        self._begun = self._moved_at = time.monotonic()
        self._moved: tuple[int, int] = (0, 0)
        self._n_taken = self._log_read = 0
        self._engine = house.connect(place.url)
        self._link: psycopg.Connection | None = None

    def begin(self) -> None:
        """All machines are up; then it strikes nine."""
        self._wait(lambda: all(one.works for one in self._ground.machines))
        self._begun = self._moved_at = time.monotonic()
        self._ground.hands.turn(SLOT)
        self._say("the slot's time has come")

    def go_on_until_handed_over(self) -> None:
        """One fault after the other, each when so many readers have it; until no batch waits, and none is in a call."""
        kinds = self._faults.plan(self._ground.scale.n_faults)
        for number, kind in enumerate(kinds):
            due_at = int(_LAST_FAULT_AT * self._ground.scale.n_readers * number / len(kinds))
            while self._n_taken < due_at and not self._look().is_handed_over:
                pass
            while not self._faults.do(kind):
                self._look()
            self._look()
        while not self._look().is_handed_over:
            pass
        self._say("everything was handed over once")
        self._faults.undo_what_is_over(everything=True)

    def settle(self) -> None:
        """The provider tells of those in doubt that it took; its owner sends to the others again."""
        self._ground.provider.plan()
        doubtful = self._in_doubt()
        self.report.n_in_doubt = len(doubtful)
        taken = [line for line in self._ground.taken() if line["delivery"] in doubtful]
        for body in told(taken, _TOLD):
            self._tell(body)
        self._say(f"told of {len(taken)} of {len(doubtful)} readers in doubt")
        self.report.wrong += judge_events(self._evidence(), all_told(taken, _TOLD))
        # The owner comes back when no call can be under way any more.
        house.end_leases(self._engine)
        house.send_again(self._engine, ISSUE)
        self._wait(lambda: self._look().status == "finished")
        self._say("finished")

    def end(self) -> Report:
        report = self.report
        for machine in self._ground.machines:
            machine.ask_to_end()
        codes = {one.name: one.end() for one in self._ground.machines}
        if any(codes.values()):
            report.wrong.append(f"asked to end, they ended with {codes}")
        verdict = judge(self._evidence())
        report.wrong += verdict.wrong
        report.states, report.faults = verdict.states, self._faults.done
        report.answers += Counter({name: n for name, n in self._ground.provider.state().items() if isinstance(n, int)})
        report.seconds = time.monotonic() - self._begun
        return report

    def close(self) -> None:
        self._engine.dispose()
        if self._link:
            self._link.close()

    def _look(self) -> Standing:
        """What the clock and the owner do meanwhile, and whether something moved. At most ten times a second."""
        time.sleep(_LOOK_EVERY_SECONDS)
        self._faults.undo_what_is_over()
        self._keep_up()
        standing = self._standing()
        self._count_taken()
        if standing.status == "paused" and self._ground.to_provider.is_whole:
            self.report.n_paused += 1
            self._say("it paused; the owner lets it go on")
            self._acting(lambda: house.resume(self._engine, ISSUE))
        self._note_movement(standing)
        return standing

    def _keep_up(self) -> None:
        for machine in self._ground.machines:
            if last_words := machine.keep_up():
                self.report.n_gave_up += 1
                self._say(f"{machine.name} ended by itself: {last_words}")

    def _standing(self) -> Standing:
        try:
            if self._link is None:
                self._link = psycopg.connect(self._ground.url, autocommit=True)
            row = self._link.execute(_STANDS).fetchone()
        except psycopg.OperationalError:  # the server was stopped meanwhile
            if self._link:
                self._link.close()
            self._link = None
            return self._standing()
        assert row
        return Standing(status=row[0], planned_to=row[1], waiting=row[2], in_calls=row[3])

    def _count_taken(self) -> None:
        with self._ground.provider.log.open("rb") as log:
            log.seek(self._log_read)
            lines = log.read().rpartition(b"\n")[0]
        self._log_read += len(lines)
        self._n_taken += lines.count(b'"email":"reader')

    def _note_movement(self, standing: Standing) -> None:
        now, moved = time.monotonic(), (self._n_taken, standing.planned_to)
        could = standing.status in {"", "planning"} or standing.waiting > 0
        is_whole = self._ground.to_provider.is_whole and self._ground.to_database.is_whole
        if moved != self._moved or not could or not is_whole:
            self._moved, self._moved_at = moved, now
        self.report.still = max(self.report.still, now - self._moved_at)
        assert now - self._moved_at < _LONGEST_WAIT_SECONDS, f"it stands still\n{self.report}"

    def _acting(self, act: Callable[[], object]) -> None:
        """As somebody at a terminal does; where the database does not answer they try again."""
        # Its connections may be from before a restart.
        self._engine.dispose()
        with suppress(NewsletterError):
            act()

    def _in_doubt(self) -> set[int]:
        # Later than any call of before arrives, over a wire that was silent.
        time.sleep(max(self._ground.scale.answers) + 0.5)
        with psycopg.connect(self._ground.url) as connection:
            return {row[0] for row in connection.execute("SELECT id FROM delivery WHERE handover = 'uncertain'")}

    def _tell(self, body: bytes) -> None:
        """Post it to one of the machines with pages, as often as it takes."""
        limit = time.monotonic() + _LONGEST_WAIT_SECONDS
        while True:
            self._look()
            pages = self._draw.choice([one for one in self._ground.machines if one.has_pages])
            # By the clock of the machines, which was turned.
            signed = self._ground.signer.headers(body, at=self._ground.hands.now().timestamp())
            headers = {"Content-Type": "application/json", **signed}
            try:
                with urlopen(Request(f"{pages.address}/webhooks/sendgrid", body, headers), timeout=30):
                    return
            except OSError:
                assert time.monotonic() < limit, f"nobody hears what the provider tells\n{self.report}"

    def _wait(self, condition: Callable[[], bool]) -> None:
        limit = time.monotonic() + _LONGEST_WAIT_SECONDS
        while not condition():
            self._keep_up()
            time.sleep(_LOOK_EVERY_SECONDS)
            assert time.monotonic() < limit, f"it never came\n{self.report}"

    def _evidence(self) -> Evidence:
        self._engine.dispose()
        return Evidence(
            url=self._ground.url,
            accepted=list(self._ground.taken()),
            bodies=self._ground.provider.bodies_folder,
            shown=house.shown(self._engine, ISSUE),
            tallied=house.tallied(self._engine, ISSUE),
        )

    def _say(self, what: str) -> None:
        share = self._n_taken / self._ground.scale.n_readers
        line = f"{time.monotonic() - self._begun:7.1f} s {share:5.0%}  {what}"
        self.report.timeline.append(line)
        with (self._ground.folder / "timeline").open("a") as file:
            print(line, file=file)
