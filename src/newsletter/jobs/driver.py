"""A driver: a process that does by itself what is due. Whether one is there, and what that means for what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from newsletter.words.moment import say_span

# A beat may be missed: a machine that is busy is not gone.
_BEATS_MISSED = 4
_PATIENCE_SECONDS = 60.0
# A person who calls `tick` less often than this types it by hand.
LONGEST_SPAN_SECONDS = 3_900


class DriverKind(StrEnum):
    """The command that runs it. A worker sends and keeps no schedule; `tick` is called again and again, as by cron."""

    SERVE = "serve"
    STUDIO = "studio"
    WORKER = "worker"
    TICK = "tick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """`about` names the process for people, `name` for the program. `beat_seconds` passed since its last sign of life; it gives one every `every_seconds`.

    `every_seconds` is None where no further sign is promised: a single call of `tick`.
    """

    kind: DriverKind
    about: str
    beat_seconds: float
    every_seconds: float | None
    name: str = ""

    @property
    def is_alive(self) -> bool:
        if self.every_seconds is None:
            return False
        missed = 1 if self.kind is DriverKind.TICK else _BEATS_MISSED
        return self.beat_seconds <= missed * self.every_seconds + _PATIENCE_SECONDS

    def __str__(self) -> str:
        command = f"`newsletter {self.kind}`"
        if self.kind is DriverKind.TICK and self.every_seconds:
            return f"{command}, called about every {say_span(timedelta(seconds=self.every_seconds))}"
        return f"{command}, {self.about}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Whether what waits for its time will go. `words` say what sends it, or what has to be started first.

    `on_screen` says it to somebody who edits and starts nothing: without a command.
    """

    is_driven: bool
    words: str
    on_screen: str


START = "Keep the studio open (`newsletter studio`), or run `newsletter serve`."
_NOBODY = f"Nothing is running that would send it. {START}"
_NOBODY_ON_SCREEN = (
    "Nothing is running that would send it. Keep the studio open, or ask whoever runs it: Health says what is missing."
)


def outlook(drivers: Sequence[Driver], *, of_slot: bool = False) -> Outlook:
    """What becomes of a sending set to a time, or of a slot of a schedule, as things stand."""
    alive = {driver.kind: driver for driver in drivers if driver.is_alive}
    by_itself = "It goes by itself, whether the studio is open or not."
    if DriverKind.SERVE in alive:
        return Outlook(is_driven=True, words="`newsletter serve` is running and sends it.", on_screen=by_itself)
    if DriverKind.TICK in alive:
        every = say_span(timedelta(seconds=alive[DriverKind.TICK].every_seconds or 0))
        words = f"`newsletter tick` is called about every {every} and sends it."
        return Outlook(is_driven=True, words=words, on_screen=f"It goes by itself, at most {every} late.")
    if DriverKind.STUDIO in alive:
        words = "It goes while the studio is open: let `newsletter studio` run until then, or run `newsletter serve`."
        return Outlook(is_driven=True, words=words, on_screen="It goes while the studio is open: leave it running.")
    if DriverKind.WORKER in alive and not of_slot:
        return Outlook(is_driven=True, words="`newsletter worker` is running and sends it.", on_screen=by_itself)
    if DriverKind.WORKER in alive:
        words = f"A worker is running, but it keeps no schedule. {START}"
        return Outlook(is_driven=False, words=words, on_screen=_NOBODY_ON_SCREEN)
    return Outlook(is_driven=False, words=_NOBODY, on_screen=_NOBODY_ON_SCREEN)
