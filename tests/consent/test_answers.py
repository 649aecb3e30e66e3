"""Which mail answers a request, case by case."""

from __future__ import annotations

import pytest

from newsletter.consent.letters.answers import AddressFacts, answer
from newsletter.words.consent import Asked, Mail
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

PENDING, ACTIVE, ENDED = SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE, SubscriptionStatus.ENDED
FORM, ADD, IMPORT, ADDRESS, AGAIN = Asked.FORM, Asked.ADD, Asked.IMPORT, Asked.ADDRESS, Asked.AGAIN
BOUNCE, UNSUBSCRIBE = SuppressionReason.HARD_BOUNCE, SuppressionReason.UNSUBSCRIBE


@pytest.mark.parametrize(
    ("asked", "facts", "expected"),
    [
        (FORM, {}, Mail.CONFIRM),
        (FORM, {"statuses": [ACTIVE, ACTIVE]}, Mail.ALREADY),
        (FORM, {"statuses": [ACTIVE, None]}, Mail.CONFIRM),
        (FORM, {"statuses": [ENDED]}, Mail.CONFIRM),
        (FORM, {"statuses": [ACTIVE], "suppressed": UNSUBSCRIBE}, Mail.CONFIRM),
        (FORM, {"suppressed": BOUNCE}, Mail.NONE),
        (ADD, {"statuses": [PENDING]}, Mail.CONFIRM),
        (ADD, {"statuses": [ACTIVE, PENDING]}, Mail.CONFIRM),
        (ADD, {"statuses": [ACTIVE]}, Mail.NONE),
        (IMPORT, {"statuses": [ENDED]}, Mail.NONE),
        (IMPORT, {"statuses": [PENDING], "suppressed": UNSUBSCRIBE}, Mail.NONE),
        (ADDRESS, {}, Mail.ADDRESS),
        (ADDRESS, {"suppressed": UNSUBSCRIBE}, Mail.ADDRESS),
        (ADDRESS, {"suppressed": BOUNCE}, Mail.NONE),
        (ADDRESS, {"is_known": True}, Mail.NONE),
        (AGAIN, {"is_mailable": True}, Mail.AGAIN),
        (AGAIN, {"is_mailable": False}, Mail.NONE),
        # An address that was mailed within the quiet hours: only what an owner asked for waits.
        (FORM, {"was_mailed": True}, Mail.NONE),
        (ADD, {"statuses": [PENDING], "was_mailed": True}, None),
        (IMPORT, {"statuses": [PENDING], "was_mailed": True}, None),
        (IMPORT, {"statuses": [ACTIVE], "was_mailed": True}, Mail.NONE),
        (AGAIN, {"is_mailable": True, "was_mailed": True}, Mail.NONE),
        # One that never answers is left alone, and nothing waits for that to end.
        (FORM, {"is_left_alone": True}, Mail.NONE),
        (ADD, {"statuses": [PENDING], "is_left_alone": True, "was_mailed": True}, Mail.NONE),
    ],
)
def test_a_request_is_answered_by_what_is_known(asked: Asked, facts: dict[str, object], expected: Mail | None) -> None:
    """The page says the same to everybody; the mail does not."""
    assert answer(asked, AddressFacts(**facts)) is expected  # type: ignore[arg-type]
