"""What one press on the main button of an issue does: approve these words for the next time of its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.compose.press import press
from newsletter.schedule.approval import find_good_approval
from newsletter.schedule.times.line import turn_of
from newsletter.segments.audience import Audience
from newsletter.web.studio.next_send import count_readers
from newsletter.web.studio.studio import Studio
from newsletter.wiring.clocks import desk_of
from newsletter.words.finding import Finding, Severity
from newsletter.words.mistake import NewsletterError
from newsletter.words.slot import Approval


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`words` is the digest of what would be approved. `n_readers` and `findings` are None while they are looked at.

    `is_good`: these very words are approved already.
    """

    at: datetime
    list_name: str
    words: str
    n_readers: int | None
    findings: tuple[Finding, ...] | None
    approval: Approval | None
    is_good: bool

    @property
    def n_errors(self) -> int:
        return sum(one.severity is Severity.ERROR for one in self.findings or ())

    @property
    def n_warnings(self) -> int:
        return len(self.findings or ()) - self.n_errors


def find_offer(studio: Studio, number: int) -> Offer | None:
    """None where no schedule takes the issue, its schedule is paused, or there is no mail of it yet."""
    desk = desk_of(studio.parts)
    turn = turn_of(desk, number)
    if turn is None or turn.timetable.held_at is not None:
        return None
    try:
        proof = press(studio.parts.shelf, studio.newsletter, number)
    except NewsletterError:
        return None
    approval = find_good_approval(desk, number)
    name = turn.timetable.list_name
    whom = Audience(lists=(name,), issue=number, segment=approval.segment if approval else "", at=turn.at)
    found = studio.findings(proof, whom)
    words = studio.looks.show(proof.rendered.edition)
    return Offer(
        at=turn.at,
        list_name=name,
        words=words,
        n_readers=count_readers(studio, name, whom),
        findings=None if found is None else tuple(found),
        approval=approval,
        is_good=approval is not None and approval.digest == words,
    )
