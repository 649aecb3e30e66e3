"""Which number each old issue gets: the oldest the first, and none that is taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from newsletter.move_in.export import Export, MoveInOptions, OldIssue
from newsletter.move_in.issue_text import day_of, mark_of, subject_of
from newsletter.words.issue import Issue


def by_age(issues: Sequence[OldIssue]) -> list[OldIssue]:
    """The oldest first. One that an export has twice is one."""
    by_name = {old.name: old for old in issues}
    return sorted(by_name.values(), key=lambda old: (old.sent_at.replace(tzinfo=None), old.name))


def known_here(export: Export, asked: MoveInOptions, issues: Sequence[Issue]) -> dict[str, Issue]:
    """The issues that are here already, by the names of the old ones.

    An owner who took the mark out of a file, to send the issue again, does not get it a second time: it is known by
    its subject and day.
    """
    by_mark = {issue.moved_in: issue for issue in issues if issue.moved_in}
    by_subject = {(issue.subject, issue.dated_on): issue for issue in issues if issue.dated_on}
    known = {}
    for old in export.issues:
        found = by_mark.get(mark_of(old, export)) or by_subject.get((subject_of(old), day_of(old, asked)))
        if found:
            known[old.name] = found
    return known


def numbers_for(
    new: Sequence[OldIssue], among: Sequence[OldIssue], known: dict[str, Issue], *, taken: Collection[int], first: int
) -> dict[str, int]:
    """The numbers of the `new` ones by their names: `among` has all by age, so that what is newer comes after what is here."""
    names, numbers, following = {old.name for old in new}, {}, first
    for old in among:
        if old.name in known:
            following = max(following, known[old.name].number + 1)
        elif old.name in names:
            while following in taken:
                following += 1
            numbers[old.name] = following
            following += 1
    return numbers
