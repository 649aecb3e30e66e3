"""The issue that finds are sorted into: its sections with their places, how full they are, and how long it takes to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.collect.triage.place import IssuePlace
from newsletter.compose.draft import begun, next_number
from newsletter.web.studio.issue.broken import ReadableFiles, readable
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.issue import Issue, SectionPlan
from newsletter.words.mistake import Mistake
from newsletter.words.plain import minutes_to_read
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceShown:
    """A section of the next issue. `key` is the number that one presses; `places` None where no number is set."""

    key: int
    title: str
    n_posts: int
    places: int | None

    @property
    def name(self) -> str:
        return self.title or "No heading"

    @property
    def filling(self) -> str:
        """ "3 of 6", or "3"."""
        return f"{self.n_posts} of {self.places}" if self.places else str(self.n_posts)

    @property
    def is_full(self) -> bool:
        return self.places is not None and self.n_posts >= self.places


@dataclass(frozen=True, slots=True, kw_only=True)
class NextIssue:
    """`is_there` is False while nobody began it: the first post that is put into it makes its file."""

    number: int
    is_there: bool
    places: tuple[PlaceShown, ...]
    n_posts: int
    minutes: int


def next_issue(studio: Studio, found: ReadableFiles) -> NextIssue:
    """The first issue after the last one that was sent, or the one that is still to be begun."""
    issue = find_next(studio, found.issues)
    plans = _plans(studio.parts.config.sections, issue, found.issues)
    n_posts = {section.title.casefold(): len(section.posts) for section in issue.sections} if issue else {}
    return NextIssue(
        number=issue.number if issue else next_number(found.issues),
        is_there=issue is not None,
        places=tuple(
            PlaceShown(key=key, title=plan.title, n_posts=n_posts.get(plan.title.casefold(), 0), places=plan.places)
            for key, plan in enumerate(plans, 1)
        ),
        n_posts=sum(n_posts.values()),
        minutes=_minutes(issue, found.posts) if issue else 0,
    )


def find_next(studio: Studio, issues: Sequence[Issue]) -> Issue | None:
    """None where the newest issue was sent."""
    last_sent = max(studio.parts.ledger.accounts.list_issues_sent(), default=0)
    left = [issue for issue in issues if issue.number > last_sent and not issue.moved_in]
    return min(left, key=lambda issue: issue.number, default=None)


def place_for(studio: Studio, visit: Visit, title: str) -> IssuePlace:
    """A section of the next issue, which is begun here where there is none."""
    found = readable(studio.parts)
    issue = find_next(studio, found.issues)
    if issue is None:
        titles = [plan.title for plan in _plans(studio.parts.config.sections, None, found.issues)]
        try:
            issue = studio.parts.issues.add_issue(begun(found.issues, titles))
            studio.sittings.note(visit.who, issue.file)
        except Mistake:
            # Somebody else began it in this very moment, or its file can't be read: then this says so.
            issue = studio.parts.issues.get_issue(next_number(found.issues))
    return IssuePlace(number=issue.number, section=title)


def _plans(planned: Sequence[SectionPlan], issue: Issue | None, issues: Sequence[Issue]) -> list[SectionPlan]:
    """The sections that are set, else those of the issue, else those of the last one; and what the issue has besides."""
    last = max(issues, key=lambda one: one.number, default=None)
    named = next((one for one in (issue, last) if one and any(section.title for section in one.sections)), None)
    plans = list(planned) or [SectionPlan(title=one.title) for one in (named.sections if named else ()) if one.title]
    known = {plan.title.casefold() for plan in plans}
    more = [one for one in (issue.sections if issue else ()) if one.posts and one.title.casefold() not in known]
    return [*plans, *(SectionPlan(title=one.title) for one in more)] or [SectionPlan(title="")]


def _minutes(issue: Issue, posts: Sequence[Post]) -> int:
    bodies = {post.slug: post.body for post in posts}
    words = [issue.intro, issue.outro, *(bodies.get(slug, "") for slug in issue.slugs())]
    return minutes_to_read("\n".join(words))
