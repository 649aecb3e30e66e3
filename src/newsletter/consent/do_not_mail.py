"""The do-not-mail list as people work on it: who is put on it by hand and why, and which reasons may be taken back."""

from __future__ import annotations

from newsletter.consent.membership_sql import Membership
from newsletter.readers.address import check_address, tidy_address
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.subscriber import SuppressionReason

REASONS = {
    SuppressionReason.HARD_BOUNCE: "mail to it bounced",
    SuppressionReason.COMPLAINT: "they reported a mail as spam",
    SuppressionReason.UNSUBSCRIBE: "they unsubscribed",
    SuppressionReason.INVALID: "it is not a working address",
    SuppressionReason.MANUAL: "blocked by hand",
}
# Reasons that a person may give. Only a mail server can say that mail bounced.
SAYABLE = (SuppressionReason.MANUAL, SuppressionReason.UNSUBSCRIBE, SuppressionReason.COMPLAINT)
# A reason from a machine or from us may be taken back; the reader's own wish may not.
LIFTABLE = (SuppressionReason.MANUAL, SuppressionReason.HARD_BOUNCE, SuppressionReason.INVALID)


def block(membership: Membership, email: str, reason: SuppressionReason) -> str:
    """Put an address on the list, known here or not. Returns the address as it was read.

    Raises Mistake where it is not an address, NotNow where its person was erased.
    """
    address = check_address(tidy_address(email)[0])
    if not membership.suppress(address, reason):
        raise NotNow("This person was erased, so nothing goes there, and the address is not written down again.")
    return address


def lift(membership: Membership, address: str) -> None:
    """Take an address off the list. Raises Missing where it is not there, NotNow where the reader wished it."""
    found = membership.lift(address, LIFTABLE)
    if found is None:
        raise Missing(f"{address} is not on the do-not-mail list.", fix="See who is: newsletter suppressions")
    if found not in LIFTABLE:
        raise NotNow(
            f"{address} stays on the do-not-mail list: {REASONS[found]}.",
            fix="That is the person's own word. Nobody else can take it back.",
        )
