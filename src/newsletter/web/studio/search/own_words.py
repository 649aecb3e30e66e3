"""Looks through our own posts and issues: which have the words, which passage, and when they ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from newsletter.compose.closed_stretches import quote_stretches
from newsletter.web.studio.search.text_memory import TextMemory
from newsletter.wiring import Parts
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post
from newsletter.words.prose.question import SoughtWords, fold

Passage = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """A post or an issue that has what is looked for. `path` is below /studio.

    `ran_in` is the newest issue that has it, None for none; `sent_at` when that went out, None where it did not or only
    to a closed list; `link` is the Markdown of a link to it in the archive, "" where nobody can read it there.
    """

    title: Passage
    passage: Passage
    is_quoted: bool
    path: str
    ran_in: int | None
    sent_at: datetime | None
    link: str


class OwnLibrary:
    """The posts and issues of the folder, ready to be looked through. Shared by all requests."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._posts = TextMemory(parts.directory, "posts", fold)
        self._issues = TextMemory(parts.directory, "issues", fold)

    def posts(self, question: SoughtWords, *, limit: int) -> list[OwnWords]:
        """Those of the newest issues first, then those of none, the newest file first."""
        slugs = self._posts.fitting(question.fits)
        if not slugs:
            return []
        issues, dates = self._readable_issues(), self._parts.archive.list_dates()
        used = {slug: issue for issue in issues for slug in issue.slugs()}
        slugs.sort(key=lambda slug: used[slug].number if slug in used else 0, reverse=True)
        found = (self._post(slug, question, used.get(slug), dates) for slug in slugs)
        return list(islice((one for one in found if one), limit))

    def issues(self, question: SoughtWords, *, limit: int) -> list[OwnWords]:
        """The highest numbers first."""
        names = set(self._issues.fitting(question.fits))
        if not names:
            return []
        dates = self._parts.archive.list_dates()
        found = [issue for issue in reversed(self._readable_issues()) if issue.file[7:-3] in names]
        return [self._issue(issue, question, dates) for issue in found[:limit]]

    def _readable_issues(self) -> Sequence[Issue]:
        return self._parts.issues.list_readable()[0]

    def _post(
        self, slug: str, question: SoughtWords, issue: Issue | None, dates: Mapping[int, datetime]
    ) -> OwnWords | None:
        try:
            post = self._parts.posts.get_post(slug)
        except NewsletterError:
            return None
        passage, is_quoted = _passage(post, question)
        return OwnWords(
            title=question.marked(post.title),
            passage=passage,
            is_quoted=is_quoted,
            path=f"/issues/{issue.number}?part=post:{slug}" if issue else "/finds?show=kept",
            ran_in=issue.number if issue else None,
            sent_at=dates.get(issue.number) if issue else None,
            link=self._link(post.title, issue, dates) if issue else "",
        )

    def _issue(self, issue: Issue, question: SoughtWords, dates: Mapping[int, datetime]) -> OwnWords:
        words = "\n\n".join(text for text in (issue.preheader, issue.intro, issue.outro) if text)
        return OwnWords(
            title=question.marked(f"Issue {issue.number}: {issue.subject}"),
            passage=question.passage(words),
            is_quoted=False,
            path=f"/issues/{issue.number}",
            ran_in=issue.number,
            sent_at=dates.get(issue.number),
            link=self._link(f"Issue {issue.number}", issue, dates),
        )

    def _link(self, words: str, issue: Issue, dates: Mapping[int, datetime]) -> str:
        if issue.number not in dates and not issue.moved_in:
            return ""
        address = f"{self._parts.config.newsletter.public_url.rstrip('/')}/issues/{issue.number}"
        return f"[{words.translate(_NO_BRACKETS)}]({address})"


_NO_BRACKETS = str.maketrans({"[": "(", "]": ")"})


def _passage(post: Post, question: SoughtWords) -> tuple[Passage, bool]:
    """The passage of a post, and whether it is in a quote."""
    quotes = "\n\n".join(post.body[start:end] for start, end in quote_stretches(post.body))
    ours = post.body
    for start, end in reversed(quote_stretches(post.body)):
        ours = ours[:start] + ours[end:]
    n_ours, n_theirs = (sum(stem in fold(text) for stem in question.stems) for text in (ours, quotes))
    theirs = "\n".join(line.lstrip("> ") for line in quotes.splitlines())
    return (question.passage(theirs), True) if n_theirs > n_ours else (question.passage(ours), False)
