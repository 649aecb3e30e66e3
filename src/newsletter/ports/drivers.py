"""Who does by themselves what is due, as the database that they share knows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from newsletter.words.driver import Driver, DriverKind


class Drivers(Protocol):
    """Times are by the database's clock."""

    def beat(self, name: str, kind: DriverKind, about: str, *, every_seconds: float) -> None:
        """A sign of life of the process with this name, which gives the next one in so many seconds."""
        ...

    def call(self) -> None:
        """`tick` was called once. Twice within an hour or so means that something calls it again and again."""
        ...

    def end(self, name: str) -> None:
        """It drives no more."""
        ...

    def list_drivers(self) -> Sequence[Driver]:
        """Those of the last day, the newest sign of life first."""
        ...
