"""What consent lets in, case by case: no database, no mail."""

from __future__ import annotations

from itertools import product

import pytest

from newsletter.consent.admission import (
    Bar,
    SubscriptionStep,
    bar_to_brought,
    may_confirm,
    step_for_brought,
    step_for_yes,
)
from newsletter.words.consent import Asked
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

PENDING, ACTIVE, ENDED = SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE, SubscriptionStatus.ENDED
UNSUBSCRIBE = SuppressionReason.UNSUBSCRIBE
FORM, ADD, IMPORT, ADDRESS, AGAIN = Asked.FORM, Asked.ADD, Asked.IMPORT, Asked.ADDRESS, Asked.AGAIN


@pytest.mark.parametrize(
    ("is_erased", "suppressed", "is_former", "expected"),
    [
        (False, None, False, None),
        (False, None, True, Bar.MOVED),
        (False, UNSUBSCRIBE, False, Bar.SUPPRESSED),
        (False, SuppressionReason.HARD_BOUNCE, True, Bar.SUPPRESSED),
        (True, None, False, Bar.ERASED),
        (True, SuppressionReason.COMPLAINT, True, Bar.ERASED),
    ],
)
def test_an_import_brings_no_barred_address(
    is_erased: bool, suppressed: SuppressionReason | None, is_former: bool, expected: Bar | None
) -> None:
    """Any reason keeps it off; a person who asked to be forgotten is named before any other."""
    assert bar_to_brought(is_erased=is_erased, suppressed=suppressed, is_former=is_former) is expected


@pytest.mark.parametrize(
    ("before", "wanted", "expected"),
    [
        (None, PENDING, SubscriptionStep.ADD),
        (None, ACTIVE, SubscriptionStep.ADD),
        (None, ENDED, SubscriptionStep.ADD),
        (PENDING, PENDING, SubscriptionStep.KEEP),
        (PENDING, ACTIVE, SubscriptionStep.RAISE),
        (PENDING, ENDED, SubscriptionStep.END),
        (ACTIVE, PENDING, SubscriptionStep.KEEP),
        (ACTIVE, ACTIVE, SubscriptionStep.KEEP),
        (ACTIVE, ENDED, SubscriptionStep.END),
        (ENDED, PENDING, SubscriptionStep.KEEP),
        (ENDED, ACTIVE, SubscriptionStep.KEEP),
        (ENDED, ENDED, SubscriptionStep.KEEP),
    ],
)
def test_an_import_raises_and_ends_but_never_revives(
    before: SubscriptionStatus | None, wanted: SubscriptionStatus, expected: SubscriptionStep
) -> None:
    """A reader who left stays away whatever a file says of them; active never becomes pending."""
    assert step_for_brought(before, wanted) is expected


def test_a_yes_lifts_an_earlier_unsubscribe_by_the_readers_own_word_only() -> None:
    """A bounce or a complaint is never lifted; an address that was given up counts for what its reader asked there."""
    for asked, reason in product(Asked, SuppressionReason):
        lifts = asked in {FORM, ADDRESS} and reason is UNSUBSCRIBE
        assert may_confirm(asked, suppressed=reason, is_former=False) is lifts, (asked, reason)
    assert [asked for asked in Asked if may_confirm(asked, suppressed=None, is_former=False)] == list(Asked)
    assert [asked for asked in Asked if not may_confirm(asked, suppressed=None, is_former=True)] == [ADD, IMPORT]


@pytest.mark.parametrize(
    ("asked", "before", "expected"),
    [
        *[(asked, None, SubscriptionStep.ADD) for asked in (FORM, ADD, IMPORT)],
        *[(asked, PENDING, SubscriptionStep.RAISE) for asked in (FORM, ADD, IMPORT)],
        *[(asked, ACTIVE, SubscriptionStep.KEEP) for asked in (FORM, ADD, IMPORT, AGAIN)],
        (FORM, ENDED, SubscriptionStep.RAISE),
        (ADD, ENDED, None),
        (IMPORT, ENDED, None),
        (AGAIN, None, None),
        (AGAIN, PENDING, None),
        (AGAIN, ENDED, None),
    ],
)
def test_a_yes_puts_on_the_list_whoever_did_not_leave(
    asked: Asked, before: SubscriptionStatus | None, expected: SubscriptionStep | None
) -> None:
    """Their own sign-up brings a reader back who left; what the owner asked for does not."""
    assert step_for_yes(asked, before) is expected


def test_a_late_yes_lifts_what_silence_had_ended() -> None:
    """And only that: the other ways of asking take no notice of how a subscription ended."""
    assert step_for_yes(AGAIN, ENDED, ended_by_silence=True) is SubscriptionStep.RAISE
    assert step_for_yes(IMPORT, ENDED, ended_by_silence=True) is None
