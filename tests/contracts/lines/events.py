"""What is told afterwards: a list of addresses that bounced, proved by a shared secret."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from newsletter.ports.clock import Clock
from newsletter.ports.events import Unreadable, Unverified
from newsletter.words.event import Event, EventKind
from newsletter.words.subscriber import SuppressionReason

SECRET = "x-lines-secret"


class LinesEvents:
    """A message is `[{"id": ..., "bounced": ADDRESS}]`."""

    name = "lines"
    whole_or_nothing = False
    asks_first = False
    has_more = False

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret, self._clock = secret, clock

    def verify_and_parse(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        if not self._secret or not hmac.compare_digest(headers.get(SECRET, ""), self._secret):
            raise Unverified("it does not know the secret")
        try:
            return [self._event(one["id"], one["bounced"]) for one in json.loads(body)]
        except (ValueError, LookupError, TypeError):
            raise Unreadable("it is no list of bounces") from None

    def pull(self, since_at: datetime) -> Sequence[Event]:
        return ()

    def taken(self) -> None: ...

    def _event(self, name: str, email: str) -> Event:
        return Event(
            id=name,
            kind=EventKind.BOUNCED,
            at=self._clock.now(),
            email=email,
            suppresses=SuppressionReason.HARD_BOUNCE,
        )
