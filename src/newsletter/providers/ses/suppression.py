"""The suppression list of an account at SES: what the webhook may have missed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from newsletter.ports.events import Unheard
from newsletter.providers.ses.client import SesClient
from newsletter.words.event import Event, EventKind
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SuppressionReason, address_key

_PAGE = 1_000
_MOST_PAGES = 200

_REASONS = {
    "BOUNCE": (EventKind.BOUNCED, SuppressionReason.HARD_BOUNCE),
    "COMPLAINT": (EventKind.COMPLAINED, SuppressionReason.COMPLAINT),
}


def pull_suppressed(client: SesClient, since_at: datetime) -> Sequence[Event]:
    """Everyone put on the list since then. Raises Unheard."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return [event for row in _rows(client, since_at) if (event := _event(row))]
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "an error")
        raise Unheard(f"SES answered {code}; it takes the permission ses:ListSuppressedDestinations") from None
    except BotoCoreError as error:
        raise Unheard(f"SES did not answer: {type(error).__name__}") from None
    except Mistake as mistake:
        raise Unheard(mistake.message) from None


def _rows(client: SesClient, since_at: datetime) -> Iterator[dict[str, Any]]:
    following: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = client.ask("list_suppressed_destinations", StartDate=since_at, PageSize=_PAGE, **following)
        yield from page.get("SuppressedDestinationSummaries") or ()
        if not page.get("NextToken"):
            return
        following = {"NextToken": page["NextToken"]}


def _event(row: dict[str, Any]) -> Event | None:
    email, at, reason = row.get("EmailAddress"), row.get("LastUpdateTime"), row.get("Reason")
    if not isinstance(email, str) or not 0 < len(email) <= 320 or "\x00" in email or not isinstance(at, datetime):
        return None
    if reason not in _REASONS:
        return None
    kind, suppresses = _REASONS[reason]
    at = at.astimezone(UTC)
    # The same row has the same id each time it is pulled; an address as such is not to stand in it.
    mark = hashlib.sha256(f"{reason}:{at.isoformat()}:{address_key(email)}".encode()).hexdigest()
    return Event(id=f"list:{mark}", kind=kind, at=at, email=email, suppresses=suppresses)
