"""Everything that is known of one reader's copy, in one sentence that can be forwarded."""

from __future__ import annotations

from datetime import datetime

from newsletter.providers.registry import KINDS
from newsletter.report.figures import Copy, Happening, Try
from newsletter.words.event import EventKind
from newsletter.words.ledger import Fate, HandOver
from newsletter.words.moment import say_moment

_SKIPPED = {
    "unsubscribed": "they were not active on the list any more when their batch was taken",
    "suppressed": "their address was on the do-not-mail list when their batch was taken",
    "erased": "they had been removed from our records by then",
    "resting": "they had asked for a break",
    "cancelled": "the sending was ended before their turn came",
}
_ACCEPTED = "accepted"


def sentence(copy: Copy, zone: str) -> str:
    """One sentence about one copy; times are those of the newsletter's zone."""
    name = f"issue {copy.issue}" if copy.corrects is None else f"the correction of issue {copy.corrects}"
    who = f"{f'Practice: {name}' if copy.is_practice else name[0].upper() + name[1:]} ({copy.list_name})"
    match copy.handover:
        case HandOver.ACCEPTED:
            return f"{who} was handed to {_handed(copy, zone)}{_heard(copy, zone)}{_doubled(copy)}{_late(copy, zone)}."
        case HandOver.SKIPPED:
            why = _SKIPPED.get(copy.reason, copy.reason or "no reason was kept")
            return f"{who} was not sent to {copy.email}: {why}."
        case HandOver.REFUSED:
            return f"{who} was not sent to {copy.email}: {copy.reason.rstrip('.') or 'the provider refused it'}."
        case HandOver.UNCERTAIN:
            return f"{who} may or may not have reached {copy.email}: {_tried(copy, zone)}, and no clear answer came."
        case HandOver.LEFT:
            return (
                f"{who} may or may not have reached {copy.email}: {_tried(copy, zone)}, no clear answer came, "
                "and it was decided not to send it again."
            )
        case HandOver.SENDING:
            return f"{who} is on its way to the provider for {copy.email}."
        case HandOver.PENDING:
            return f"{who} is planned for {copy.email} and was not handed over yet."


def _handed(copy: Copy, zone: str) -> str:
    taken = [one for one in copy.tries if one.outcome == _ACCEPTED or one.proved_at]
    if not taken:
        return f"the provider for {copy.email}"
    one = taken[0]
    name = KINDS[one.provider].title if one.provider in KINDS else one.provider
    call = f" (call {one.reference})" if one.reference else ""
    proof = "" if one.outcome == _ACCEPTED else ", as the provider told us later"
    return f"{name} for {copy.email} on {say_moment(_time_of(one), zone)}{call}{proof}"


def _time_of(one: Try) -> datetime:
    return one.ended_at if one.outcome == _ACCEPTED and one.ended_at else one.started_at


def _tried(copy: Copy, zone: str) -> str:
    if not copy.tries:
        return "a try began"
    return f"a try began on {say_moment(copy.tries[-1].started_at, zone)}"


def _heard(copy: Copy, zone: str) -> str:
    """The news that decided the fate, and whether they opened it."""
    deciding = _deciding(copy)
    reason = f" ({deciding.reason.rstrip('.')})" if deciding and deciding.reason else ""
    when = f" on {say_moment(deciding.happened_at, zone)}" if deciding else ""
    match copy.fate:
        case Fate.DELIVERED if deciding is None:
            return ", and they have it, as what they did with it shows"
        case Fate.DELIVERED:
            return f", and their mail server took it{when}{_opened(copy)}"
        case Fate.BOUNCED:
            return f", and their mail server sent it back{when}{reason}"
        case Fate.DEFERRED:
            return f", and their mail server asked to try again later{when}{reason}; the provider goes on trying"
        case Fate.DROPPED:
            return f", and the provider did not deliver it{reason}"
        case Fate.COMPLAINED:
            return f", and they reported it as spam{when}"
        case Fate.NONE:
            return ", and nothing has been heard of it since"


_DECIDES = {
    Fate.DELIVERED: EventKind.DELIVERED,
    Fate.BOUNCED: EventKind.BOUNCED,
    Fate.DEFERRED: EventKind.DEFERRED,
    Fate.DROPPED: EventKind.DROPPED,
    Fate.COMPLAINED: EventKind.COMPLAINED,
}


def _deciding(copy: Copy) -> Happening | None:
    kind = _DECIDES.get(copy.fate)
    return next((one for one in reversed(copy.happenings) if one.kind is kind), None)


def _opened(copy: Copy) -> str:
    seen = {EventKind.OPENED, EventKind.CLICKED}
    return "; it was opened" if any(one.kind in seen and not one.by_machine for one in copy.happenings) else ""


def _late(copy: Copy, zone: str) -> str:
    if copy.left_late_at is None:
        return ""
    return f"; they left on {say_moment(copy.left_late_at, zone)}, when it was on its way and could not be called back"


def _doubled(copy: Copy) -> str:
    return "; it was handed over twice, because the first try had looked lost" if copy.is_doubled else ""
