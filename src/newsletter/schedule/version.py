"""Which version of an issue goes: the approved one from the approval on, and before it the one in the folder."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.compose.press import Proof, press
from newsletter.schedule.approval import find_good_approval
from newsletter.schedule.desk import Desk
from newsletter.words.edition import Edition
from newsletter.words.mistake import NewsletterError
from newsletter.words.slot import Approval


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
        """Whether the folder says something else than what goes."""
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
