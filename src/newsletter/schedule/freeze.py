"""Freezing: which issue a slot takes, and with which words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from newsletter.compose.draft import draft, unused_posts
from newsletter.compose.press import Proof, press
from newsletter.preflight.check import check
from newsletter.schedule.approval import find_good_approval, needs_approval
from newsletter.schedule.desk import Desk
from newsletter.schedule.lock import lock_anew
from newsletter.words.finding import Finding, that_ask, that_stop
from newsletter.words.issue import Issue
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Mistake, NewsletterError, NotNow
from newsletter.words.slot import Approval, Plan, Slot, SlotStatus, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The words of an issue, kept in the database under their digest."""

    issue: int
    digest: str
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFrozen:
    """Why a slot has no words. `detail` is a sentence for people."""

    why: Why
    detail: str
    issue: int | None = None


class FindingsUnanswered(Mistake):
    """Nobody has answered what the findings about an issue ask, so nobody can approve it."""

    def __init__(self, number: int, questions: Sequence[Finding]) -> None:
        each = "\n".join(f"- {one.place}: {one.message} {one.fix}" for one in questions)
        n = "1 question is" if len(questions) == 1 else f"{len(questions)} questions are"
        super().__init__(f"Issue {number} was not approved: {n} not answered yet.", fix=each)


def freeze(desk: Desk, plan: Plan, slot: Slot) -> Frozen | NotFrozen:
    """Find or draft the issue of a slot and freeze its words: the approved ones, else those of the folder."""
    number = slot.issue
    try:
        number = number or choose(desk, plan)
        if number is None:
            drafted = _draft(desk, plan, slot)
            if isinstance(drafted, NotFrozen):
                return drafted
            number = drafted.number
        approval = find_good_approval(desk, number)
        if approval:
            return Frozen(issue=number, digest=approval.digest, segment=approval.segment)
        return _weighed(desk, plan, press(desk.shelf, desk.newsletter, number))
    except NewsletterError as error:
        return NotFrozen(why=Why.FINDINGS, detail=str(error), issue=number)


def choose(desk: Desk, plan: Plan) -> int | None:
    """The issue that goes next to a list: one that was asked to, else the first numbered after all that went.

    An old issue that was published elsewhere never goes by itself.
    """
    taken = _taken(desk, plan)
    sent = {row.issue: row.status for row, _ in desk.memory.list_sendings() if row.list_name == plan.list_name}
    asked = [one for one in desk.memory.next_issues() if sent.get(one) in (None, MailingStatus.CANCELLED)]
    issues = {issue.number: issue for issue in desk.shelf.issues.list_issues()}
    for number in asked:
        if number in issues and number not in taken and _is_meant(issues[number], plan.list_name):
            return number
    last = max(sent.keys() | taken, default=0)
    own = {n: issue for n, issue in sorted(issues.items()) if not issue.moved_in}
    return next((n for n, issue in own.items() if n > last and _is_meant(issue, plan.list_name)), None)


def approve(
    desk: Desk,
    number: int,
    *,
    by: str,
    is_next: bool = False,
    segment: str | None = None,
    despite_findings: bool = False,
    seen: str = "",
) -> Approval:
    """Pin an issue to the words that stand in the folder now. A sending of it that has not begun goes with them too.

    `seen` is the digest of the words that were read; "" is those of now. Raises NotNow where the folder has others by
    now, Mistake where `check` finds errors, and Unanswered where it asks what nobody has answered.
    """
    proof = press(desk.shelf, desk.newsletter, number)
    if seen not in ("", proof.rendered.edition.digest):
        raise NotNow(
            f"Issue {number} was changed since you looked, so it was not approved.", fix="Look once more, then approve."
        )
    found = check(proof, desk.around(proof))
    errors = that_stop(found, despite=despite_findings)
    if errors:
        raise Mistake(
            f"{errors[0].message} Issue {number} was not approved.",
            fix=errors[0].fix
            if errors[0].is_firm
            else f"{errors[0].fix} To approve it as it is, add --despite-findings.",
            place=errors[0].place,
        )
    if questions := that_ask(found):
        raise FindingsUnanswered(number, questions)
    words = proof.rendered.edition
    approval = desk.memory.approve(words, by=by, now=desk.clock.now(), is_next=is_next, segment=segment)
    desk.memory.reword(words)
    lock_anew(desk, approval)
    return approval


def errors_of(desk: Desk, proof: Proof) -> list[Finding]:
    """What `check` would refuse, without asking the web: a slow page must not hold up a slot."""
    return that_stop(check(proof, desk.around(proof)), despite=False)


def _weighed(desk: Desk, plan: Plan, proof: Proof) -> Frozen | NotFrozen:
    number = proof.issue.number
    n_posts = len(list(proof.issue.slugs()))
    if n_posts < plan.ways.min_posts:
        return _too_few(n_posts, plan, number)
    if needs_approval(desk, plan.ways, number):
        return NotFrozen(why=Why.UNAPPROVED, detail="", issue=number)
    errors = errors_of(desk, proof)
    if errors:
        more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
        return NotFrozen(why=Why.FINDINGS, detail=f"{errors[0].place}: {errors[0].message}{more}", issue=number)
    return Frozen(issue=number, digest=desk.memory.keep_edition(proof.rendered.edition))


def _draft(desk: Desk, plan: Plan, slot: Slot) -> Issue | NotFrozen:
    if not plan.ways.drafts:
        return NotFrozen(why=Why.NO_ISSUE, detail="There is no issue that has not gone yet.")
    posts, issues = desk.shelf.posts.list_posts(), desk.shelf.issues.list_issues()
    n_unused = len(unused_posts(posts, issues))
    if n_unused < max(plan.ways.min_posts, 1):
        return _too_few(n_unused, plan, None)
    numbers = [issue.number for issue in issues] + list(desk.ledger.accounts.list_issues_sent())
    number = max(numbers, default=0) + 1
    # Before the file: whoever dies between the two must not leave one that passes for a person's.
    desk.memory.note_self_drafted(number, now=desk.clock.now())
    return desk.shelf.issues.add_issue(draft(posts, issues, number=number, lists=(plan.list_name,), dated_on=slot.day))


def _too_few(n_posts: int, plan: Plan, number: int | None) -> NotFrozen:
    there = "There is no post" if n_posts == 0 else "There is 1 post" if n_posts == 1 else f"There are {n_posts} posts"
    detail = f"{there}, and an issue needs at least {max(plan.ways.min_posts, 1)}."
    return NotFrozen(why=Why.FEW_POSTS, detail=detail, issue=number)


def _taken(desk: Desk, plan: Plan) -> Collection[int]:
    has = (SlotStatus.FROZEN, SlotStatus.ASKING, SlotStatus.GOING, SlotStatus.GONE)
    return {slot.issue for slot in desk.memory.list_slots(plan.id) if slot.issue is not None and slot.status in has}


def _is_meant(issue: Issue, list_name: str) -> bool:
    return not issue.lists or list_name in issue.lists
