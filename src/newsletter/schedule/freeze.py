"""Freezing: which issue a slot takes, and with which words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from newsletter.compose.draft import draft, unused_posts
from newsletter.compose.press import Proof, press
from newsletter.preflight.check import check
from newsletter.schedule.approval import find_good_approval, needs_approval
from newsletter.schedule.desk import Desk
from newsletter.words.finding import Finding, that_stop
from newsletter.words.issue import Issue
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NewsletterError
from newsletter.words.slot import HOLDS_ISSUE, Slot, Timetable, Why


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


def freeze(desk: Desk, timetable: Timetable, slot: Slot) -> Frozen | NotFrozen:
    """Find or draft the issue of a slot and freeze its words: the approved ones, else those of the folder."""
    number = slot.issue
    try:
        number = number or choose(desk, timetable)
        if number is None:
            drafted = _draft(desk, timetable, slot)
            if isinstance(drafted, NotFrozen):
                return drafted
            number = drafted.number
        approval = find_good_approval(desk, number)
        if approval:
            return Frozen(issue=number, digest=approval.digest, segment=approval.segment)
        return _weighed(desk, timetable, press(desk.shelf, desk.newsletter, number))
    except NewsletterError as error:
        return NotFrozen(why=Why.FINDINGS, detail=error.message, issue=number)


def choose(desk: Desk, timetable: Timetable) -> int | None:
    """The issue that goes next to a list: the first of those in line."""
    return next(iter(in_line(desk, timetable)), None)


def in_line(desk: Desk, timetable: Timetable) -> list[int]:
    """The issues that wait for a list's next times: those that were asked to go, then those numbered after all that went.

    An old issue that was published elsewhere never goes by itself.
    """
    taken = _taken(desk, timetable)
    sent = {row.issue: row.status for row in desk.schedule.sendings.list_all() if row.list_name == timetable.list_name}
    asked = [one for one in desk.schedule.approvals.next_issues() if sent.get(one) in (None, MailingStatus.CANCELLED)]
    meant = {one.number: one for one in desk.shelf.issues.list_issues() if _is_meant(one, timetable.list_name)}
    first = [number for number in asked if number in meant and number not in taken]
    last = max(sent.keys() | taken, default=0)
    return [*first, *(n for n, one in sorted(meant.items()) if n > last and n not in first and not one.moved_in)]


def errors_of(desk: Desk, proof: Proof) -> list[Finding]:
    """What `check` would refuse, without asking the web: a slow page must not hold up a slot."""
    return that_stop(check(proof, desk.around(proof)), despite=False)


def _weighed(desk: Desk, timetable: Timetable, proof: Proof) -> Frozen | NotFrozen:
    number = proof.issue.number
    n_posts = len(list(proof.issue.slugs()))
    if n_posts < timetable.ways.min_posts:
        return _too_few(n_posts, timetable, number)
    if needs_approval(desk, timetable.ways, number):
        return NotFrozen(why=Why.UNAPPROVED, detail="", issue=number)
    errors = errors_of(desk, proof)
    if errors:
        more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
        return NotFrozen(why=Why.FINDINGS, detail=f"{errors[0].shown}{more}", issue=number)
    return Frozen(issue=number, digest=desk.schedule.approvals.keep_edition(proof.rendered.edition))


def _draft(desk: Desk, timetable: Timetable, slot: Slot) -> Issue | NotFrozen:
    if not timetable.ways.drafts:
        return NotFrozen(why=Why.NO_ISSUE, detail="There is no issue that has not gone yet.")
    posts, issues = desk.shelf.posts.list_posts(), desk.shelf.issues.list_issues()
    n_unused = len(unused_posts(posts, issues))
    if n_unused < max(timetable.ways.min_posts, 1):
        return _too_few(n_unused, timetable, None)
    numbers = [issue.number for issue in issues] + list(desk.ledger.accounts.list_issues_sent())
    number = max(numbers, default=0) + 1
    # Before the file: a process that dies between the two must not leave a draft that looks like a person's.
    desk.schedule.approvals.note_self_drafted(number, now=desk.clock.now())
    return desk.shelf.issues.add_issue(
        draft(posts, issues, number=number, lists=(timetable.list_name,), dated_on=slot.day)
    )


def _too_few(n_posts: int, timetable: Timetable, number: int | None) -> NotFrozen:
    there = "There is no post" if n_posts == 0 else "There is 1 post" if n_posts == 1 else f"There are {n_posts} posts"
    detail = f"{there}, and an issue needs at least {max(timetable.ways.min_posts, 1)}."
    return NotFrozen(why=Why.FEW_POSTS, detail=detail, issue=number)


def _taken(desk: Desk, timetable: Timetable) -> Collection[int]:
    slots = desk.schedule.slots.of(timetable.id)
    return {slot.issue for slot in slots if slot.issue is not None and slot.status in HOLDS_ISSUE}


def _is_meant(issue: Issue, list_name: str) -> bool:
    return not issue.lists or list_name in issue.lists
