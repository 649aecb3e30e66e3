"""Which mail answers a request, decided from what is known about its address when the mail is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.words.consent import Asked, Mail
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

# A reader who is put on a second list on the same day would otherwise stay pending there without ever being asked.
_CAN_WAIT = frozenset({Asked.ADD, Asked.IMPORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFacts:
    """What is known about the address of a request.

    `statuses` are its reader's on the lists asked for, None where they are not on one. `is_mailable`: on one of these
    lists, now. `is_left_alone`: it was asked too often and did not answer. `was_mailed`: within the quiet hours.
    """

    suppressed: SuppressionReason | None = None
    is_known: bool = False
    statuses: Sequence[SubscriptionStatus | None] = ()
    is_mailable: bool = False
    is_left_alone: bool = False
    was_mailed: bool = False


def answer(asked: Asked, facts: AddressFacts) -> Mail | None:
    """The mail, `Mail.NONE` where none may go, None where it has to wait: readers can ask again, an owner does not."""
    mail = _mail(asked, facts)
    if facts.is_left_alone:
        return Mail.NONE
    if facts.was_mailed:
        return None if mail is Mail.CONFIRM and asked in _CAN_WAIT else Mail.NONE
    return mail


def _mail(asked: Asked, facts: AddressFacts) -> Mail:
    # A reader who once unsubscribed may change their mind; an address that bounced or complained is left alone.
    is_closed = facts.suppressed not in {None, SuppressionReason.UNSUBSCRIBE}
    match asked:
        case Asked.ADDRESS:
            return Mail.NONE if is_closed or facts.is_known else Mail.ADDRESS
        case Asked.AGAIN:
            return Mail.AGAIN if facts.is_mailable else Mail.NONE
        case Asked.ADD | Asked.IMPORT:
            is_waiting = facts.suppressed is None and SubscriptionStatus.PENDING in facts.statuses
            return Mail.CONFIRM if is_waiting else Mail.NONE
        case Asked.FORM:
            if is_closed:
                return Mail.NONE
            is_on_all = bool(facts.statuses) and set(facts.statuses) == {SubscriptionStatus.ACTIVE}
            return Mail.ALREADY if is_on_all and facts.suppressed is None else Mail.CONFIRM


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A mail that answers a request. `subscriber` is 0 where the address is nobody's yet.

    `days` is how long the reader has to answer before silence ends their subscription; 0 where it does not.
    """

    request: int
    mail: Mail
    email: str
    language: str
    lists: tuple[str, ...]
    subscriber: int
    mailing_list: int
    days: int = 0
