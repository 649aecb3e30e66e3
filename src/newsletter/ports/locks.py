"""Locks that one process of a newsletter holds at a time: to send, and to tick."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


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


class TickLock(Protocol):
    """One ticking process at a time; a second is harmless and does nothing."""

    def try_hold(self) -> AbstractContextManager[bool]: ...

    def is_mine(self) -> bool:
        """Whether it is still held. False where this process stood still for so long that another went on without it."""
        ...
