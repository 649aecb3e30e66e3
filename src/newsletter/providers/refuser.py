"""A provider that takes nothing yet, because something is missing: everything but sending goes on with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from newsletter.ports.provider import Limits
from newsletter.words.consignment import Consignment
from newsletter.words.mistake import NewsletterError
from newsletter.words.outcome import Deferred, Outcome


class ClosedProvider:
    """Stands in for the provider of this name and these limits. `why` is what is missing, and what to do."""

    def __init__(self, name: str, why: NewsletterError, *, limits: Limits, whole_or_nothing: bool) -> None:
        self.name, self.limits, self.whole_or_nothing = name, limits, whole_or_nothing
        self._why = why

    def explain(self) -> str:
        return f"Nothing can be sent yet. {self._why.message}"

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        """Nothing is called: the readers in the parcel wait."""
        if len(consignment):
            yield consignment.deliveries, Deferred(self._why.message, pauses=True)
