"""Approval: whether an issue needs one, whether the one it has still counts, and which version goes."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.compose.press import Proof, press
from newsletter.schedule.desk import Desk
from newsletter.words.edition import Edition
from newsletter.words.mistake import NewsletterError
from newsletter.words.newsletter import NO_ADDRESS_YET, NO_HOST_YET, Newsletter
from newsletter.words.slot import Approval, Ways


def needs_approval(desk: Desk, ways: Ways, number: int | None = None) -> bool:
    """Whether a slot with these ways lets the issue go only once somebody approved it.

    For real readers it does, unless the owner has set otherwise. What the schedule drafted by itself always needs one.
    """
    if ways.needs_approval:
        return True
    if desk.is_practice:
        return False
    return not desk.unapproved_goes or (number is not None and number in desk.schedule.approvals.self_drafted())


def find_good_approval(desk: Desk, number: int) -> Approval | None:
    """The approval of an issue; None also where its words can't go any more: see `is_outdated`."""
    approval = desk.schedule.approvals.find(number)
    if approval is None or is_outdated(desk.ledger.mailings.get_edition(approval.digest), desk.newsletter):
        return None
    return approval


def is_outdated(words: Edition, newsletter: Newsletter) -> bool:
    """Whether words were frozen under another sender, or with a placeholder for an address that has been set since."""
    document, stands = words.to_json(), f"{newsletter.address} {newsletter.public_url}"
    has_stand_in = any(name in document and name not in stands for name in (NO_ADDRESS_YET, NO_HOST_YET))
    return words.sender != newsletter.sender or has_stand_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """`edition` goes. `approval` says who approved it, where somebody has.

    `proof` is what the folder would give now; where it can't be rendered any more it is None, and `problem` says why.
    """

    edition: Edition
    approval: Approval | None = None
    proof: Proof | None = None
    problem: NewsletterError | None = None

    @property
    def is_edited(self) -> bool:
        """Whether the folder holds other words than those that go."""
        return self.proof is None or self.proof.rendered.edition.digest != self.edition.digest


def version_that_goes(desk: Desk, number: int) -> Version:
    """What a sending of the issue would carry now. Raises NewsletterError where nobody approved it and it can't be made."""
    approval = find_good_approval(desk, number)
    if approval is None:
        proof = press(desk.shelf, desk.newsletter, number)
        return Version(edition=proof.rendered.edition, proof=proof)
    edition = desk.ledger.mailings.get_edition(approval.digest)
    try:
        return Version(edition=edition, approval=approval, proof=press(desk.shelf, desk.newsletter, number))
    except NewsletterError as problem:
        return Version(edition=edition, approval=approval, problem=problem)
