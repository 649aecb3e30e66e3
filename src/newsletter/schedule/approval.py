"""Approval: whether an issue needs one before its slot lets it go, and whether the one it has still counts."""

from __future__ import annotations

from newsletter.schedule.desk import Desk
from newsletter.words.edition import Edition
from newsletter.words.newsletter import NO_ADDRESS_YET, NO_HOST_YET, Newsletter
from newsletter.words.slot import Approval, Ways


def needs_approval(desk: Desk, ways: Ways, number: int | None = None) -> bool:
    """Whether a slot with these ways lets the issue go only once somebody approved it.

    For real readers it does, unless the owner has set otherwise; even then for what the schedule drafted by itself.
    """
    if ways.needs_approval:
        return True
    if desk.is_practice:
        return False
    return not desk.unapproved_goes or (number is not None and number in desk.memory.self_drafted())


def find_good_approval(desk: Desk, number: int) -> Approval | None:
    """The approval of an issue; None also where it is of words that can't go any more: see `is_outdated`."""
    approval = desk.memory.find_approval(number)
    if approval is None or is_outdated(desk.ledger.mailings.get_edition(approval.digest), desk.newsletter):
        return None
    return approval


def is_outdated(words: Edition, newsletter: Newsletter) -> bool:
    """Whether words were frozen under another sender, or with a stand-in for an address that is set by now."""
    document, stands = words.to_json(), f"{newsletter.address} {newsletter.public_url}"
    has_stand_in = any(name in document and name not in stands for name in (NO_ADDRESS_YET, NO_HOST_YET))
    return words.sender != newsletter.sender or has_stand_in
