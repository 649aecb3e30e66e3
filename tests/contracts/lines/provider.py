"""Writes each mail as one line of JSON; a line that is whole was accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from newsletter.ports.clock import Clock
from newsletter.ports.provider import Limits
from newsletter.providers.messages import messages
from newsletter.words.consignment import Consignment
from newsletter.words.mistake import Mistake
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused

LIMITS = Limits(readers=100, deadline=timedelta(seconds=10))


class Lines:
    """One mail a reader, each with an outcome of its own."""

    name = "lines"
    whole_or_nothing = False
    limits = LIMITS

    def __init__(self, file: Path, *, clock: Clock) -> None:
        self._file, self._clock = file, clock

    def explain(self) -> str:
        return f"Every mail becomes a line in {self._file}."

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        waiting = list(consignment.deliveries)
        try:
            for delivery, message in messages(consignment, self._clock.now()):
                if self._clock.now() >= consignment.deadline_at:
                    yield waiting, Deferred("The time for this parcel was over.")
                    return
                outcome = self._written(consignment.attempt, delivery, message)
                waiting.remove(delivery)
                yield (delivery,), outcome
        except OSError as error:
            yield waiting, Deferred(f"The file could not be written: {error.strerror}.", backs_off=True)
        except Mistake as mistake:
            yield waiting, Deferred(f"This issue can't be written as a mail: {mistake.message}", pauses=True)

    def _written(self, attempt: str, delivery: int, message: bytes | str) -> Outcome:
        if isinstance(message, str):
            return Refused(message, named=frozenset({delivery}), is_ours=True)
        line = {"attempt": attempt, "delivery": delivery, "message": message.decode("ascii")}
        with self._file.open("a") as file:
            file.write(f"{json.dumps(line)}\n")
        return Accepted()
