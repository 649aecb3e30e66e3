"""What a row says about the person's wish to be mailed: other systems export those who left beside those who stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from newsletter.words.subscriber import STRONGEST_FIRST, SubscriptionStatus, SuppressionReason

Standing = SubscriptionStatus | SuppressionReason | None
"""A status that the row asks for, a reason never to mail the address, or nothing said."""


class UnknownStatus(ValueError):
    """A status column holds a word that might mean anything; the person is not put on a list on a guess."""


def words(said: Mapping[Standing, str]) -> dict[str, Standing]:
    """A table of status words from lines of them, `|` between two words."""
    return {word: standing for standing, line in said.items() for word in line.split("|")}


_WORDS = words(
    {
        SubscriptionStatus.ACTIVE: "active|subscribed|enabled|confirmed|regular|opted in|opt in|yes|1",
        SubscriptionStatus.PENDING: "pending|unconfirmed|unactivated|awaiting confirmation|not confirmed",
        SubscriptionStatus.ENDED: "ended",
        SuppressionReason.UNSUBSCRIBE: "unsubscribe|unsubscribed|cancelled|canceled|disabled|inactive|opted out|opt out"
        "|left|deleted|removed|no|0",
        SuppressionReason.MANUAL: "manual|blocklisted|blacklisted|blocked|banned|suppressed|do not mail",
        SuppressionReason.HARD_BOUNCE: "hard bounce|hard bounced|bounce|bounced|cleaned|undeliverable"
        "|undeliverable address",
        SuppressionReason.COMPLAINT: "complaint|complained|spam|spam report|spam complaint|abuse|marked as spam",
        SuppressionReason.INVALID: "invalid|invalid address",
    }
)
# A column that is filled in only for those who left.
_FILLED_MEANS = {
    "unsub time": SuppressionReason.UNSUBSCRIBE,
    "unsubscribed at": SuppressionReason.UNSUBSCRIBE,
    "unsubscribe time": SuppressionReason.UNSUBSCRIBE,
    "deleted at": SuppressionReason.UNSUBSCRIBE,
    "clean time": SuppressionReason.HARD_BOUNCE,
    "bounced at": SuppressionReason.HARD_BOUNCE,
    "complained at": SuppressionReason.COMPLAINT,
}
_TRUE = frozenset({"true", "1", "yes", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "f", "n"})
# Columns of which only a word for leaving is believed: "state" may be a region, "type" a price.
_ONLY_LEAVING = frozenset({"state", "type"})
_LEAVING = (SuppressionReason.UNSUBSCRIBE, SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT)
_YES_OR_NO = frozenset({"email disabled", "subscribed to emails", "unsubscribed", "unsub reason"})
# RFC 3463: a mail server's permanent refusal.
_PERMANENT = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")


def is_standing_header(header: str) -> bool:
    """Whether a column of this normalised name says nothing but who left. "state" and "type" may say more."""
    return header == "status" or header in _FILLED_MEANS or header in _YES_OR_NO


def may_say_leaving(header: str) -> bool:
    return header in _ONLY_LEAVING


class Standings:
    """Reads what columns say together. `own` are the status words of the system that the file came from."""

    def __init__(self, own: Mapping[str, Standing] | None = None) -> None:
        self._words = {**_WORDS, **(own or {})}
        # A status column has a handful of different cells, however many rows.
        self._known = lru_cache(maxsize=4096)(self._together)

    def of(self, signals: tuple[tuple[str, str], ...]) -> Standing:
        """What the columns say together, as (normalised header, cell). The most protective wins.

        Raises UnknownStatus where a status cannot be read and nothing else says that the person left.
        """
        said, unknown = self._known(signals)
        if unknown:
            raise UnknownStatus(unknown)
        return said

    def _together(self, signals: tuple[tuple[str, str], ...]) -> tuple[Standing, str]:
        """The strongest that is said, or the cell that nobody can read."""
        said: set[Standing] = set()
        unknown = ""
        for header, cell in signals:
            try:
                said.add(self._read_cell(header, cell))
            except UnknownStatus as word:
                unknown = str(word)
        for reason in (*STRONGEST_FIRST, SubscriptionStatus.ENDED):
            if reason in said:
                return reason, ""
        ours = (SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE)
        return next((status for status in ours if status in said), None), unknown

    def _read_cell(self, header: str, cell: str) -> Standing:
        """What one cell says. Raises UnknownStatus with the cell where nobody knows."""
        word = " ".join(re.findall(r"[^\W_]+", cell.casefold()))
        if not word:
            return None
        if header in _FILLED_MEANS:
            return _FILLED_MEANS[header]
        if header == "unsub reason":
            return SuppressionReason.COMPLAINT if word in {"spam", "abuse"} else SuppressionReason.UNSUBSCRIBE
        if header in {"email disabled", "unsubscribed"}:
            # Anything but a clear no is taken for a yes: a date, an x.
            return None if word in _FALSE else SuppressionReason.UNSUBSCRIBE
        if header == "subscribed to emails":
            return None if word in _TRUE else SuppressionReason.UNSUBSCRIBE
        if header in _ONLY_LEAVING:
            found = self._words.get(word)
            return found if found in _LEAVING and word not in _FALSE else None
        if _PERMANENT.match(cell.strip()):
            return SuppressionReason.HARD_BOUNCE
        if word not in self._words:
            raise UnknownStatus(cell.strip())
        return self._words[word]
