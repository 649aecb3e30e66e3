"""Where outcomes wait when the database is away, and who may send on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from newsletter.words.mistake import NotNow
from newsletter.words.outcome import Outcome

Answers = Sequence[tuple[Sequence[int] | None, Outcome]]


class Spool(Protocol):
    def keep(self, token: str, answers: Answers) -> None:
        """Write what became of an attempt to disk, durably, before returning."""
        ...

    def replay(self, record: Callable[[str, Answers], bool]) -> int:
        """Record everything kept, oldest first, and forget it. Returns how many attempts that were.

        What `record` does not know (False) belongs to another database: it is put aside, unless it only said that
        nothing was handed over.
        """
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


class Live(Protocol):
    """Tells the live database from a copy or an old backup of it, which must not send."""

    def find_hold(self) -> NotNow | None:
        """Why nothing may be sent from this database, with what to do; None for the live one. Changes nothing."""
        ...

    def check(self) -> None:
        """Before a sending begins. Raises NotNow where this database is not known to be the live one."""
        ...

    def note(self, attempt_id: int) -> None:
        """Remember outside the database that there was this attempt, before its call.

        Raises NotNow where the database has forgotten the one before.
        """
        ...
