"""How fast an account may send: asked of SES, and kept by all threads of this process together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

_ASK_AGAIN_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """`a_second` and `a_day` (any 24 hours) are the most that may be sent; None is no limit."""

    a_second: float | None
    a_day: int | None
    sent_today: int

    @property
    def left_today(self) -> int | None:
        return None if self.a_day is None else max(0, self.a_day - self.sent_today)


def quota(account: dict[str, Any]) -> Quota:
    """As GetAccount says it; -1 there is no limit."""
    told = account.get("SendQuota") or {}
    rate, day = float(told.get("MaxSendRate") or -1), int(told.get("Max24HourSend") or -1)
    return Quota(
        a_second=rate if rate > 0 else None,
        a_day=day if day >= 0 else None,
        sent_today=int(told.get("SentLast24Hours") or 0),
    )


class SendRate:
    """Gives each mail its moment. Other programs of the same account are not counted: to them SES says "too fast"."""

    def __init__(self, ask: Callable[[], Quota], monotonic: Callable[[], float]) -> None:
        self._ask, self._monotonic = ask, monotonic
        self._lock = threading.Lock()
        self._asked_at: float | None = None
        self._gap = self._next_at = 0.0

    def seconds_to_wait(self) -> float:
        """How long to wait before the next mail; its moment is taken by that."""
        with self._lock:
            now = self._monotonic()
            if self._asked_at is None or now - self._asked_at > _ASK_AGAIN_SECONDS:
                self._asked_at = now
                self._gap = self._asked_gap()
                now = self._monotonic()
            at = max(now, self._next_at)
            self._next_at = at + self._gap
            return at - now

    def _asked_gap(self) -> float:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            rate = self._ask().a_second
        except (BotoCoreError, ClientError) as error:
            # The key may not be allowed to ask. SES says "too fast" itself, and sending goes on after a wait.
            log.info("how fast this account may send is not known: %s", type(error).__name__)
            return self._gap
        return 1 / rate if rate else 0.0
