"""How much is learnt of what readers do with a mail: nothing, how many did it, or who did it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from enum import StrEnum

from newsletter.words.event import Event, EventKind

ACTS = frozenset({EventKind.OPENED, EventKind.CLICKED})


# Said beside a question about readers that can't be answered.
NOT_KNOWN_OF_READERS = (
    'Opens and clicks are not known of any reader: that takes `tracking = "readers"` in newsletter.toml, before an issue '
    "goes out."
)


class Tracking(StrEnum):
    """What is asked of the provider, and what is kept of what it tells. The order is from less to more."""

    NONE = "none"
    TOTALS = "totals"
    READERS = "readers"

    @property
    def is_on(self) -> bool:
        return self is not Tracking.NONE


_ORDER = tuple(Tracking)


def heed(event: Event, now: Tracking) -> Event | None:
    """What may be kept of an event; None where it is an act of a reader that nothing is kept of.

    A mail's own setting travelled with it: what its reader was promised holds, whatever is set since. What is set now
    holds too. Everything that is no open and no click passes unchanged, but for words that might tell of one.
    """
    if event.kind is EventKind.UNKNOWN and now is not Tracking.READERS:
        # A kind that has no word here may be an act: what the provider said of it is not kept.
        return replace(event, raw=None)
    if event.kind not in ACTS:
        return event
    allowed = min(now, event.promised or now, key=_ORDER.index)
    if allowed is Tracking.NONE:
        return None
    return event if allowed is Tracking.READERS else _counted_only(event)


def _counted_only(event: Event) -> Event:
    """The act without the reader: at the full hour, and under a name from which nobody gets back to the mail.

    The attempt stays on it only so that the issue can be looked up; `is_counted_only` forbids to keep it.
    """
    return replace(
        event,
        id=f"counted-{hashlib.sha256(event.id.encode()).hexdigest()}",
        at=event.at.replace(minute=0, second=0, microsecond=0),
        email="",
        delivery=None,
        reference=None,
        reason="",
        is_counted_only=True,
    )
