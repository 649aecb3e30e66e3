"""What the name of a column says about who left, before any of its cells is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from newsletter.imports.columns import header_words as speak
from newsletter.imports.columns.spelling import spaced
from newsletter.imports.status_columns import ColumnKind
from newsletter.words.subscriber import SuppressionReason


class Surety(StrEnum):
    """How far a name is to be believed.

    SURE: it says who left, and a word in it that is not known is asked about. SOFT: only if its cells bear it out.
    PLACE: the same, and it may be a region of a country, too. ASKED: nobody can say without being told.
    KEPT: somebody named it a field. The people who left according to it stay off; its other words mean nothing here.
    """

    SURE = "sure"
    SOFT = "soft"
    PLACE = "place"
    ASKED = "asked"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """How a column may be read."""

    kind: ColumnKind
    reason: SuppressionReason = SuppressionReason.UNSUBSCRIBE
    surety: Surety = Surety.SURE


MENTION = Guess(kind=ColumnKind.MENTION)


def guess_kept(header: str) -> Guess:
    """How a column of this name that somebody made a field says who left all the same."""
    found = guess(header)
    return replace(found, surety=Surety.KEPT) if found is not None and found.surety is Surety.SURE else MENTION


def guess(header: str) -> Guess | None:
    """How a column of this name says who left; None where it says nothing of mail, whatever stands in it."""
    name = spaced(header)
    if speak.OTHER_CHANNEL.search(name) and not speak.OF_MAIL.search(name):
        return None
    if speak.SOFT.search(name):
        return MENTION
    reason, rest = speak.reason_in(name, " ")
    if reason is not None:
        return _of_leaving(name, rest, reason)
    return _of_staying(name)


def _of_leaving(name: str, rest: str, reason: SuppressionReason) -> Guess:
    if speak.STATUS.search(rest):
        return Guess(kind=ColumnKind.STATUS)
    if speak.LINK.search(rest) and not speak.DETAIL.search(rest):
        return Guess(kind=ColumnKind.LEFT_TRUE, reason=reason, surety=Surety.SOFT)
    is_strong = _says(name, speak.COMPLAINED, speak.BOUNCED, speak.BLOCKED, speak.LEFT)
    if not is_strong and speak.OTHER_THING.search(rest):
        return MENTION
    if speak.COUNT.search(rest) and reason is SuppressionReason.HARD_BOUNCE and not speak.HARD.search(rest):
        return MENTION
    is_filled = speak.DATE.search(rest) or speak.DETAIL.search(rest)
    return Guess(kind=ColumnKind.LEFT_FILLED if is_filled else ColumnKind.LEFT_TRUE, reason=reason)


def _of_staying(name: str) -> Guess:
    if speak.PENDING.search(name) and not speak.STATUS.search(name):
        return MENTION if speak.DATE.search(name) else Guess(kind=ColumnKind.PENDING_TRUE)
    if speak.STATUS.search(name):
        is_other = speak.LINK.search(name) or speak.OTHER_THING.search(name) or speak.DATE.search(name)
        return MENTION if is_other or speak.DETAIL.search(name) else Guess(kind=ColumnKind.STATUS)
    if speak.CONSENT.search(name):
        is_beside = _says(name, speak.DATE, speak.LINK, speak.DETAIL, speak.OTHER_THING)
        return MENTION if is_beside else Guess(kind=ColumnKind.CONSENT)
    if speak.CONFIRMED.search(name):
        is_beside = _says(name, speak.DATE, speak.DETAIL, speak.OTHER_THING)
        return MENTION if is_beside else Guess(kind=ColumnKind.CONFIRMED)
    if speak.VALID.search(name):
        return Guess(kind=ColumnKind.JOINED_TRUE, reason=SuppressionReason.INVALID, surety=Surety.SOFT)
    if not speak.ENDED.search(name) and (speak.JOINED.search(name) or speak.WEAK_JOINED.search(name)):
        return _of_joining(name)
    if speak.ENDED.search(name) and not speak.OTHER_THING.search(name) and not speak.COUNT.search(name):
        return Guess(kind=ColumnKind.LEFT_FILLED, surety=Surety.ASKED)
    if speak.SOFT_STATUS.search(name) and not speak.OTHER_THING.search(name):
        return Guess(kind=ColumnKind.STATUS, surety=Surety.PLACE)
    if speak.KIND.search(name):
        return Guess(kind=ColumnKind.STATUS, surety=Surety.SOFT)
    return MENTION


def _of_joining(name: str) -> Guess:
    if speak.NEGATION.search(name):
        return Guess(kind=ColumnKind.LEFT_TRUE)
    if _says(name, speak.LINK, speak.DATE, speak.DETAIL, speak.ABOUT_JOINED, speak.OTHER_THING):
        return MENTION
    is_soft = not speak.JOINED.search(name)
    return Guess(kind=ColumnKind.JOINED_TRUE, surety=Surety.SOFT if is_soft else Surety.SURE)


def _says(name: str, *patterns: re.Pattern[str]) -> bool:
    return any(pattern.search(name) for pattern in patterns)
