"""SendGrid's own log as evidence: was a reader of a try that nobody saw the end of taken, or not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from newsletter.ports.provider import Trace, Tried
from newsletter.providers.sendgrid.api import NoAnswer, SendGridApi
from newsletter.providers.sendgrid.body import ATTEMPT, in_ascii

log = logging.getLogger(__name__)

# A call is taken whole or not at all, so one reader would be enough; more, because the log may miss one.
_PROBES = 3
_MESSAGES = 20
# Clocks differ, and the log's time is that of the provider.
_SLACK = timedelta(minutes=5)


class SendGridLogs:
    """Evidence from SendGrid's own log. `about` finds a try by its name; None where there is none."""

    def __init__(self, asking: SendGridApi, about: Callable[[str, Sequence[int]], Tried | None]) -> None:
        self._asking, self._about = asking, about

    def find(self, attempt: str, deliveries: Sequence[int]) -> dict[int, Trace]:
        """FOUND for a reader whose message carries the try's name. Never ABSENT: the log may lag behind, or forget."""
        tried = self._about(attempt, deliveries)
        if tried is None:
            return {}
        try:
            for delivery in _spread(sorted(tried.addresses)):
                if self._has(attempt, tried, tried.addresses[delivery]):
                    return {delivery: Trace.FOUND}
        except NoAnswer as error:
            log.warning("attempt %s could not be looked up: %s", attempt, error)
        return {}

    def _has(self, attempt: str, tried: Tried, address: str) -> bool:
        """Whether a message to this address, of about that time, carries the name of the try."""
        return any(self._is_of(attempt, message) for message in self._messages(tried, in_ascii(address)))

    def _messages(self, tried: Tried, address: str) -> Iterator[str]:
        if '"' in address or "\\" in address:
            return  # how the query would escape it is not documented
        after, before = tried.started_at - _SLACK, tried.deadline_at + _SLACK
        query = (
            f'to_email = "{address}" AND sg_message_id_created_at >= TIMESTAMP "{_stamp(after)}"'
            f' AND sg_message_id_created_at <= TIMESTAMP "{_stamp(before)}"'
        )
        found = self._asking.post("/v3/logs", {"query": query, "limit": _MESSAGES})
        messages = found.get("messages") if isinstance(found, dict) else None
        for message in messages if isinstance(messages, list) else ():
            if isinstance(message, dict) and isinstance(name := message.get("sg_message_id"), str):
                yield name

    def _is_of(self, attempt: str, message: str) -> bool:
        """Whether a message is of this try: its details hold our marks; other mail to the same reader has none."""
        try:
            details = self._asking.get(f"/v3/logs/{quote(message, safe='')}")
        except NoAnswer as error:
            if error.status == 404:
                return False
            raise
        if not isinstance(details, dict):
            return False
        events = details.get("events")
        places = [details, *(events if isinstance(events, list) else ())]
        return any(_marks(place).get(ATTEMPT) == attempt for place in places)


def _marks(place: object) -> Mapping[str, object]:
    found = place.get("custom_args") if isinstance(place, dict) else None
    return found if isinstance(found, dict) else {}


def _spread(deliveries: Sequence[int]) -> Sequence[int]:
    """The first, the last and one from the middle."""
    if len(deliveries) <= _PROBES:
        return deliveries
    return deliveries[0], deliveries[len(deliveries) // 2], deliveries[-1]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
