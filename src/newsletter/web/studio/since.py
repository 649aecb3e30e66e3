"""What changed in the words of an issue since they were approved, as a reader of the text would see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.sending.sample import sample
from newsletter.web.studio.history import Line, compared

if TYPE_CHECKING:
    from newsletter.web.studio.studio import Studio
    from newsletter.words.edition import Edition
    from newsletter.words.slot import Approval


def changed_since(studio: Studio, approval: Approval, now: Edition) -> list[Line]:
    """Empty where the text is the same: then it is the look or a merge tag that changed."""
    if approval.digest == now.digest:
        return []
    before = studio.parts.ledger.get_edition(approval.digest)
    return compared(_words(studio, before, approval), _words(studio, now, approval))


def count_changed(lines: list[Line]) -> int:
    """Lines that are new, or gone, whichever are more: one that was mended is both."""
    return max(sum(line.kind == kind for line in lines) for kind in "+-")


def _words(studio: Studio, edition: Edition, approval: Approval) -> str:
    parts = studio.parts
    mail = sample(edition, studio.newsletter, parts.key, None, list_id=0, date=approval.approved_at)
    return f"{mail.subject}\n\n{mail.text}"
