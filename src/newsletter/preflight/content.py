"""What an issue says about itself, and what its author has not finished."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.compose.press import Proof
from newsletter.words.finding import Finding, Severity
from newsletter.words.issue import Issue
from newsletter.words.mistake import Place
from newsletter.words.post import Post

# Phones show about forty characters of a subject; past this nobody sees the rest anywhere.
LONGEST_SUBJECT = 150

_PLACEHOLDER = re.compile(r"\b(lorem ipsum|TODO|FIXME|TBD|TK TK|XXX+)\b")


def findings(proof: Proof) -> Iterator[Finding]:
    """Subject, preheader, empty sections, placeholders, and notes that were left for the editor."""
    yield from _head(proof.issue)
    for section in proof.issue.sections:
        if not section.posts:
            yield Finding(
                code="empty-section",
                severity=Severity.ERROR,
                place=_at(proof.issue, "sections"),
                message=f"The section {section.title!r} has no posts: readers see a heading over nothing.",
                fix="Add a post to it, or remove it.",
            )
    texts = [(proof.issue.file, proof.issue.intro_line, proof.issue.intro)]
    texts.append((proof.issue.file, proof.issue.outro_line, proof.issue.outro))
    texts += [(post.file, post.body_line, post.body) for post in proof.posts.values()]
    for file, first_line, text in texts:
        yield from _placeholders(file, first_line, text)
    for post in proof.posts.values():
        yield from _open_checks(post)


def _head(issue: Issue) -> Iterator[Finding]:
    if not issue.preheader.strip():
        yield Finding(
            code="no-preheader",
            severity=Severity.WARNING,
            place=_at(issue, "subject"),
            message="There is no preheader: inboxes show the masthead's first words after the subject.",
            fix="Add a line such as `preheader: What this issue is about, in one sentence.`",
        )
    elif issue.preheader.strip().casefold() == issue.subject.strip().casefold():
        yield Finding(
            code="preheader-repeats-subject",
            severity=Severity.WARNING,
            place=_at(issue, "preheader"),
            message="The preheader repeats the subject: inboxes show the same words twice.",
            fix="Say something that the subject does not.",
        )
    if len(issue.subject) > LONGEST_SUBJECT:
        yield Finding(
            code="long-subject",
            severity=Severity.WARNING,
            place=_at(issue, "subject"),
            message=f"The subject has {len(issue.subject)} characters; inboxes cut it, phones at about 40.",
            fix="Put what matters first, and stop there.",
        )


def _placeholders(file: str, first_line: int, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), start=first_line):
        if found := _PLACEHOLDER.search(line):
            yield Finding(
                code="placeholder",
                severity=Severity.ERROR,
                place=Place(file, number, found.start() + 1),
                message=f"“{found.group()}” stands where your own words should.",
                fix="Write what belongs here, or take it out.",
            )


def _open_checks(post: Post) -> Iterator[Finding]:
    for check in post.checks:
        yield Finding(
            code="open-check",
            severity=Severity.WARNING,
            place=Place(post.file, 1),
            message=f"“{post.title}” still has a note for the editor: {check}",
            fix="Look at it, then remove the note from `checks:` in the post.",
        )


def _at(issue: Issue, key: str) -> Place:
    return Place(issue.file, issue.line_of(key) or 1)
