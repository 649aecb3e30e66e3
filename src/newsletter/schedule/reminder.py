"""Reminders: before the words are frozen, editors hear what is still missing from the next issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from newsletter.compose.draft import unused_posts
from newsletter.compose.press import press
from newsletter.preflight.check import check
from newsletter.schedule import letters
from newsletter.schedule.approval import find_good_approval, needs_approval
from newsletter.schedule.desk import Desk
from newsletter.schedule.freeze import choose
from newsletter.words.finding import that_ask, that_stop
from newsletter.words.mistake import NewsletterError
from newsletter.words.slot import Slot, Timetable, reminder_due


def remind(desk: Desk, timetable: Timetable, slot: Slot, now: datetime) -> None:
    """Look at a waiting slot once for each of its reminders; a mail only where something is open."""
    turn = reminder_due(timetable, slot, now)
    if turn is None:
        return
    number, open_points = points(desk, timetable, slot)
    named = replace(slot, issue=number)
    notice = letters.reminder(desk, timetable, named, turn, open_points) if open_points else None
    desk.schedule.slots.note(slot, notice=notice, n_reminders=turn)


def points(desk: Desk, timetable: Timetable, slot: Slot) -> tuple[int | None, list[str]]:
    """The issue that would go, and what is missing, as sentences: no draft, too few posts, not approved, findings."""
    number = slot.issue
    try:
        number = number or choose(desk, timetable)
        if number is None:
            return None, _without_issue(desk, timetable)
        return number, _about_issue(desk, timetable, number)
    except NewsletterError as error:
        return number, [" ".join(str(error).split())]


def _without_issue(desk: Desk, timetable: Timetable) -> list[str]:
    unused = len(unused_posts(desk.shelf.posts.list_posts(), desk.shelf.issues.list_issues()))
    if unused < max(timetable.ways.min_posts, 1):
        return [
            f"There are {unused} unused posts of the {max(timetable.ways.min_posts, 1)} it needs; with fewer it is skipped."
        ]
    if not timetable.ways.drafts:
        return ["There is no draft yet: newsletter draft"]
    if needs_approval(desk, timetable.ways) or not desk.is_practice:
        return ["There is no draft yet, so there is nothing to approve: newsletter draft"]
    return []


def _about_issue(desk: Desk, timetable: Timetable, number: int) -> list[str]:
    approval = find_good_approval(desk, number)
    proof = press(desk.shelf, desk.newsletter, number)
    found: list[str] = []
    if approval is None:
        if needs_approval(desk, timetable.ways, number):
            found.append(f"Issue {number} is not approved: newsletter schedule approve {number}")
        n_posts = len(list(proof.issue.slugs()))
        if n_posts < timetable.ways.min_posts:
            found.append(
                f"Issue {number} has {n_posts} posts of the {timetable.ways.min_posts} it needs; it is skipped as it is."
            )
        wanted = check(proof, desk.around(proof))
        stop = [
            *that_stop(wanted, despite=False),
            *(that_ask(wanted) if needs_approval(desk, timetable.ways, number) else []),
        ]
        found += [one.shown for one in stop]
    elif approval.digest != proof.rendered.edition.digest:
        found.append(f"Issue {number} was changed since it was approved. The approved words go.")
    return found
