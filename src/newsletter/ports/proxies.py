"""Proxies that pass requests on and that nobody has named, as the pages meet them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class UnnamedProxies(Protocol):
    def note(self, address: str, *, at: datetime) -> None:
        """A request came through it. A bounded number is kept."""
        ...

    def list_since(self, since: datetime) -> Sequence[str]:
        """Their addresses, the one that came last first."""
        ...
