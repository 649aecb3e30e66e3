"""Asks somebody to approve an issue: a mail with the issue as readers get it, and what changed since they last looked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from newsletter.compose.press import press
from newsletter.ledger.sample import changes, sample
from newsletter.notices.notice import Notice
from newsletter.review.looks_sql import LastLooks, SeenVersion
from newsletter.schedule.approval import find_good_approval
from newsletter.schedule.desk import Desk
from newsletter.words.difference import DiffLine
from newsletter.words.edition import Edition
from newsletter.words.moment import say_moment
from newsletter.words.plain import shortened
from newsletter.words.user import User

_MOST_LINES, _LONGEST_LINE = 40, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalWish:
    """`by` asks `person` to approve the issue; `words` are what they say to it, `link` leads to the page where it is approved."""

    issue: int
    by: str
    person: User
    words: str
    link: str


def ask_to_approve(desk: Desk, looks: LastLooks, wish: ApprovalWish) -> bool:
    """Write the mail. False where this person was asked about these very words before.

    Raises NewsletterError where the issue can't be made.
    """
    edition = press(desk.shelf, desk.newsletter, wish.issue).rendered.edition
    digest, now = desk.schedule.approvals.keep_edition(edition), desk.clock.now()
    body = [f"{wish.by} asks you to approve this issue. Approve it: {wish.link}"]
    said = [line.strip() for line in wish.words.splitlines() if line.strip()]
    body += [f"{wish.by}: {said[0]}", *said[1:]] if said else []
    body += _since(desk, _last(desk, looks, wish), edition)
    subject = sample(edition, desk.newsletter, desk.key, None, list_id=0, date=now).subject
    person = hashlib.sha256(wish.person.email.encode()).hexdigest()[:16]
    is_new = desk.notices.add(
        Notice(
            about=f"approve:{wish.issue}:{person}",
            kind=digest[:20],
            tell=(wish.person.email,),
            subject=f"To approve: {subject}",
            body="\n".join(body),
            made_at=now,
            shows=digest,
        )
    )
    looks.note(wish.issue, wish.person.email, SeenVersion(digest=digest, at=now))
    return is_new


def _last(desk: Desk, looks: LastLooks, wish: ApprovalWish) -> SeenVersion | None:
    """The version that the person was mailed, or approved, last."""
    mailed = looks.find(wish.issue, wish.person.email)
    approval = find_good_approval(desk, wish.issue)
    if approval is None or approval.approved_by != wish.person.name:
        return mailed
    approved = SeenVersion(digest=approval.digest, at=approval.approved_at)
    return approved if mailed is None or mailed.at < approved.at else mailed


def _since(desk: Desk, last: SeenVersion | None, edition: Edition) -> Sequence[str]:
    """What changed since a look, in lines."""
    if last is None:
        return ["You have not seen it before."]
    when = say_moment(last.at, desk.newsletter.zone)
    if last.digest == edition.digest:
        return [f"Nothing has changed since you looked, {when}."]
    before = desk.ledger.mailings.get_edition(last.digest)
    lines = changes(before, edition, desk.newsletter, desk.key, date=desk.clock.now())
    if not lines:
        return [f"Since you looked, {when}, only the look has changed."]
    said = [line for line in lines if line.kind and line.text.strip()]
    more = len(said) - _MOST_LINES
    return [
        f"Changed since you looked, {when}:",
        *map(_line, islice(said, _MOST_LINES)),
        *([f"… and {more} lines more"] if more > 0 else []),
    ]


def _line(line: DiffLine) -> str:
    return f"{'+' if line.kind == '+' else '−'} {shortened(line.text.strip(), _LONGEST_LINE)}"
