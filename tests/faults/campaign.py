"""A campaign: many histories side by side, each with a database of its own, on a few providers that live on."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from tests.fakes.plan import BEHAVIOURS
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.faults.cutting import Cutter
from tests.faults.history import play
from tests.faults.judge import Verdict
from tests.faults.own_postgres import OwnPostgres
from tests.faults.restoring import FileShelf, ServerShelf, Shelf
from tests.faults.scene import Stage

# Histories mostly wait; more side by side than this, and short deadlines are missed for want of a processor.
SIDE_BY_SIDE = 6

NewDatabase = Callable[[int, Path], str]


@dataclass
class Tally:
    """What came of a campaign. `wrong` says for each seed what the judge found and what had been done."""

    histories: int = 0
    states: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: dict[int, tuple[list[str], list[str]]] = field(default_factory=dict)
    in_flight_after_leaving: int = 0
    seconds: dict[int, float] = field(default_factory=dict)

    def add(self, seed: int, verdict: Verdict, done: list[str]) -> None:
        self.histories += 1
        self.states += verdict.states
        self.actions.update(done)
        self.in_flight_after_leaving += verdict.in_flight_after_leaving
        if verdict.wrong:
            self.wrong[seed] = (verdict.wrong, done)

    @property
    def bad_answers(self) -> int:
        """How many calls were not simply taken and answered."""
        return sum(self.answers.values()) - self.answers["accept"]

    def letters(self) -> Counter[str]:
        """In how many histories each invariant was broken."""
        return Counter(letter for wrong, _ in self.wrong.values() for letter in {line[0] for line in wrong})

    def _with(self, letters: str) -> int:
        return sum(any(line[0] in letters for line in wrong) for wrong, _ in self.wrong.values())

    def __str__(self) -> str:
        doubled, lost = self._with("D"), self._with("LT")
        lines = [
            f"{self.histories} histories",
            f"with a doubled reader: {doubled}, with a lost one: {lost}, with anything wrong: {len(self.wrong)}",
            f"readers by state: {dict(sorted(self.states.items()))}",
            f"done to them: {dict(sorted(self.actions.items()))}",
            f"the provider's answers: {dict(sorted(self.answers.items()))}",
            f"left while their call was under way: {self.in_flight_after_leaving}",
        ]
        longest = max(self.seconds, key=lambda seed: self.seconds[seed])
        lines.append(f"the longest took {self.seconds[longest]:.0f} s (seed {longest})")
        lines += [f"seed {seed}: {done}\n    " + "\n    ".join(wrong[:4]) for seed, (wrong, done) in self.wrong.items()]
        return "\n".join(lines)


def run(
    seeds: Sequence[int],
    folder: Path,
    new_database: NewDatabase,
    *,
    mutant: str | None = None,
    without: frozenset[str] = frozenset(),
    cut: float = 0.0,
    server: OwnPostgres | None = None,
) -> Tally:
    """Play the histories of all seeds. `cut` is the chance of each COMMIT to be cut off; a `server` that dies is one's own."""
    tally = Tally()
    lanes = 1 if server else min(SIDE_BY_SIDE, len(seeds))
    with servers(folder, lanes) as free:

        def one(seed: int) -> None:
            provider = free.get()
            home = folder / f"history-{seed}"
            home.mkdir()
            url = new_database(seed, home)
            cutter = Cutter(url, seed, chance=cut) if cut else None
            try:
                stage = Stage(
                    url=url,
                    folder=home,
                    provider=provider,
                    shelf=_shelf(url),
                    mutant=mutant,
                    cutter=cutter,
                    server=server,
                    without=without,
                )
                begun = time.monotonic()
                verdict, done = play(stage, seed)
                tally.add(seed, verdict, done)
                tally.seconds[seed] = time.monotonic() - begun
            finally:
                if cutter:
                    cutter.close()
                free.put(provider)
            if not verdict.wrong:
                shutil.rmtree(home)

        with ThreadPoolExecutor(lanes) as pool:
            list(pool.map(one, seeds))
        for _ in range(lanes):
            told = free.get().state()
            tally.answers += Counter({name: n for name, n in told.items() if name in BEHAVIOURS or name.isdecimal()})
    return tally


def _shelf(url: str) -> Shelf:
    path = url.removeprefix("sqlite:///")
    return ServerShelf(url) if path == url else FileShelf(Path(path))


@contextmanager
def servers(folder: Path, n: int) -> Iterator[SimpleQueue[SendGridServer]]:
    with ExitStack() as stack:
        free: SimpleQueue[SendGridServer] = SimpleQueue()
        for number in range(n):
            free.put(stack.enter_context(sendgrid_server(folder / f"provider-{number}")))
        yield free
