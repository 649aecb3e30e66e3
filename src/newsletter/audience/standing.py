"""What a row says about the person's wish to be mailed: other systems export those who left beside those who stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.words.subscriber import STRONGEST_FIRST, SubscriptionStatus, SuppressionReason

Standing = SubscriptionStatus | SuppressionReason | None
"""A status that the row asks for, a reason never to mail the address, or nothing said."""


class UnknownStatus(ValueError):
    """A status column holds a word that might mean anything; the person is not put on a list on a guess."""


_WORDS: dict[str, Standing] = {
    word: standing
    for standing, words in (
        (SubscriptionStatus.ACTIVE, "active|subscribed|enabled|confirmed|regular|opted in|opt in|yes|1"),
        (SubscriptionStatus.PENDING, "pending|unconfirmed|unactivated|awaiting confirmation|not confirmed"),
        (SubscriptionStatus.ENDED, "ended"),
        (
            SuppressionReason.UNSUBSCRIBE,
            "unsubscribe|unsubscribed|cancelled|canceled|disabled|inactive|opted out|opt out|left|deleted|removed|no|0",
        ),
        (SuppressionReason.MANUAL, "manual|blocklisted|blacklisted|blocked|banned|suppressed|do not mail"),
        (
            SuppressionReason.HARD_BOUNCE,
            "hard bounce|hard bounced|bounce|bounced|cleaned|undeliverable|undeliverable address",
        ),
        (SuppressionReason.COMPLAINT, "complaint|complained|spam|spam report|spam complaint|abuse|marked as spam"),
        (SuppressionReason.INVALID, "invalid|invalid address"),
    )
    for word in words.split("|")
}
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


def standing(signals: Sequence[tuple[str, str]]) -> Standing:
    """What the columns say together, as (normalised header, cell). The most protective wins.

    Raises UnknownStatus where a status cannot be read and nothing else says that the person left.
    """
    said: set[Standing] = set()
    unknown = ""
    for header, cell in signals:
        word = " ".join(re.findall(r"[^\W_]+", cell.casefold()))
        if word:
            try:
                said.add(_read(header, word, cell.strip()))
            except UnknownStatus as error:
                unknown = str(error)
    for reason in STRONGEST_FIRST:
        if reason in said:
            return reason
    if SubscriptionStatus.ENDED in said:
        return SubscriptionStatus.ENDED
    if unknown:
        raise UnknownStatus(unknown)
    return next((status for status in (SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE) if status in said), None)


def _read(header: str, word: str, cell: str) -> Standing:
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
        found = _WORDS.get(word)
        return found if found in _LEAVING and word not in _FALSE else None
    if _PERMANENT.match(cell):
        return SuppressionReason.HARD_BOUNCE
    if word not in _WORDS:
        raise UnknownStatus(cell)
    return _WORDS[word]
