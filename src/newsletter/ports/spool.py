"""Where outcomes wait when the database is away, and who may send on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from newsletter.words.outcome import Outcome

Answers = Sequence[tuple[Sequence[int] | None, Outcome]]


class Spool(Protocol):
    def keep(self, attempt_id: int, answers: Answers) -> None:
        """Write to disk, durably, before returning."""
        ...

    def replay(self, record: Callable[[int, Answers], None]) -> int:
        """Record everything kept, oldest first, and forget it. Returns how many attempts that were."""
        ...


class SenderLock(Protocol):
    def try_hold(self) -> AbstractContextManager[bool]:
        """Hold the right to send until the block ends; False where another process holds it.

        Where senders coordinate through the database, everybody always gets it.
        """
        ...

    @property
    def is_exclusive(self) -> bool:
        """Whether holding it proves that no other sender is alive."""
        ...
