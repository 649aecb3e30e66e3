"""An assumption about SendGrid that no document settles, and what was seen when it was tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.live.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Whether an assumption holds, and what was seen, in words."""

    holds: bool
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """`claim` is what we take for true, `rests` what of ours rests on it. `needs` may hold "mailbox" and "hook".

    `mails` are those that the check sends by itself; checks that look at the same mail count it once.
    """

    name: str
    claim: str
    rests: str
    check: Callable[[Account], Finding]
    mails: int = 0
    needs: frozenset[str] = field(default=frozenset())
