"""SendGrid's lists of addresses that it does not mail: what the webhook may have missed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from newsletter.ports.clock import Clock
from newsletter.ports.events import Unheard
from newsletter.providers.sendgrid.api import NoAnswer, SendGridApi
from newsletter.words.event import Event, EventKind
from newsletter.words.subscriber import SuppressionReason, address_key

_PAGE = 500
_MOST_PAGES = 200

# Blocks are for now only, so that list is not read.
_LISTS = {
    "bounces": (EventKind.BOUNCED, SuppressionReason.HARD_BOUNCE),
    "invalid_emails": (EventKind.DROPPED, SuppressionReason.INVALID),
    "spam_reports": (EventKind.COMPLAINED, SuppressionReason.COMPLAINT),
    "unsubscribes": (EventKind.UNSUBSCRIBED, SuppressionReason.UNSUBSCRIBE),
}


def pull_lists(asking: SendGridApi, clock: Clock, since_at: datetime) -> Sequence[Event]:
    """Everyone put on one of the lists since then. Raises Unheard.

    A list grows while it is read by pages, so a page may skip somebody: the caller asks again for a span that overlaps.
    """
    until_at = clock.now()
    try:
        return [event for name in _LISTS for event in _list(asking, name, since_at, until_at)]
    except NoAnswer as error:
        raise Unheard(str(error)) from None


def _list(asking: SendGridApi, name: str, since_at: datetime, until_at: datetime) -> Iterator[Event]:
    for page in range(_MOST_PAGES):
        rows = asking.get(
            f"/v3/suppression/{name}",
            start_time=int(since_at.timestamp()),
            end_time=int(until_at.timestamp()),
            limit=_PAGE,
            offset=page * _PAGE,
        )
        if not isinstance(rows, list):
            raise NoAnswer(f"the list {name} came back as something else")
        for row in rows:
            if isinstance(row, dict) and (event := _event(name, row)):
                yield event
        if len(rows) < _PAGE:
            return


def _event(name: str, row: dict[str, object]) -> Event | None:
    email, created = row.get("email"), row.get("created")
    if not isinstance(email, str) or not 0 < len(email) <= 320 or not isinstance(created, int) or "\x00" in email:
        return None
    kind, reason = _LISTS[name]
    said = row.get("reason")
    # The same row has the same id each time it is pulled; an address as such is not to stand in it.
    mark = hashlib.sha256(f"{name}:{created}:{address_key(email)}".encode()).hexdigest()
    return Event(
        id=f"list:{mark}",
        kind=kind,
        at=datetime.fromtimestamp(created, UTC),
        email=email,
        suppresses=reason,
        reason=said.replace("\x00", "")[:1_000] if isinstance(said, str) else "",
    )
