"""Admission: how an address may come onto a list, and what nobody but the reader can undo."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from newsletter.words.consent import Asked
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

_PENDING, _ACTIVE, _ENDED = SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE, SubscriptionStatus.ENDED


class Bar(StrEnum):
    """Why an address that somebody else brings is on no list afterwards."""

    ERASED = "erased"
    SUPPRESSED = "suppressed"
    MOVED = "moved"


class SubscriptionStep(StrEnum):
    """What becomes of one subscription."""

    ADD = "add"
    RAISE = "raise"
    END = "end"
    KEEP = "keep"


# By the subscription's status, None where there is none, and the status that a file, a form or a command asks for.
# Whatever they ask for, an ended subscription stays ended.
_BROUGHT: Mapping[SubscriptionStatus | None, Mapping[SubscriptionStatus, SubscriptionStep]] = {
    None: {_PENDING: SubscriptionStep.ADD, _ACTIVE: SubscriptionStep.ADD, _ENDED: SubscriptionStep.ADD},
    _PENDING: {_PENDING: SubscriptionStep.KEEP, _ACTIVE: SubscriptionStep.RAISE, _ENDED: SubscriptionStep.END},
    _ACTIVE: {_PENDING: SubscriptionStep.KEEP, _ACTIVE: SubscriptionStep.KEEP, _ENDED: SubscriptionStep.END},
    _ENDED: {_PENDING: SubscriptionStep.KEEP, _ACTIVE: SubscriptionStep.KEEP, _ENDED: SubscriptionStep.KEEP},
}
# By the subscription's status when its reader says yes.
_SAID_YES: Mapping[SubscriptionStatus | None, SubscriptionStep] = {
    None: SubscriptionStep.ADD,
    _PENDING: SubscriptionStep.RAISE,
    _ACTIVE: SubscriptionStep.KEEP,
    _ENDED: SubscriptionStep.RAISE,
}
# Readers asked for these themselves; the owner asked for the others.
OWN_WORD = frozenset({Asked.FORM, Asked.ADDRESS})


def bar_to_brought(*, is_erased: bool, suppressed: SuppressionReason | None, is_former: bool) -> Bar | None:
    """Why an address that somebody else brings stays off every list; `is_former`: its reader gave it up for another."""
    if is_erased:
        return Bar.ERASED
    if suppressed is not None:
        return Bar.SUPPRESSED
    return Bar.MOVED if is_former else None


def step_for_brought(before: SubscriptionStatus | None, wanted: SubscriptionStatus) -> SubscriptionStep:
    """What becomes of a reader's subscription that somebody else brings with a status."""
    return _BROUGHT[before][wanted]


def may_confirm(asked: Asked, *, suppressed: SuppressionReason | None, is_former: bool) -> bool:
    """Whether a reader's yes counts at this address.

    Their own sign-up lifts an earlier unsubscribe, never a bounce or a complaint. What the owner asked for lifts
    nothing, and does not count at an address that its reader gave up: they did not ask for it there.
    """
    if suppressed is not None:
        return asked in OWN_WORD and suppressed is SuppressionReason.UNSUBSCRIBE
    return not is_former or asked not in {Asked.ADD, Asked.IMPORT}


def step_for_yes(
    asked: Asked, before: SubscriptionStatus | None, *, ended_by_silence: bool = False
) -> SubscriptionStep | None:
    """What becomes of a subscription when its reader confirms; None where they are not on the list afterwards.

    Only their own sign-up brings a reader back who left. A late yes to being asked again lifts what silence had ended,
    and nothing else.
    """
    if asked is Asked.AGAIN:
        if before is _ACTIVE:
            return SubscriptionStep.KEEP
        return SubscriptionStep.RAISE if ended_by_silence else None
    if before is _ENDED and asked is not Asked.FORM:
        return None
    return _SAID_YES[before]
