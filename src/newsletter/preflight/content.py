"""What an issue says about itself, and what its author has not finished."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from newsletter.collect.voices.doubts import read_doubt
from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import AuthorText
from newsletter.preflight.rules import finding
from newsletter.words.finding import Answer, Finding, Mend
from newsletter.words.gap import without_gaps
from newsletter.words.issue import Issue
from newsletter.words.post import Post


def findings(manuscript: Manuscript, readings: Sequence[AuthorText]) -> Iterator[Finding]:
    """Preheader, empty sections and posts, and notes that were left for the editor."""
    yield from _moved_in(manuscript.issue)
    yield from _head(manuscript.issue)
    yield from _unwritten(manuscript)
    yield from _sections(manuscript.issue)
    for read in readings:
        for place, words in read.remarks:
            yield finding(
                "open-remark",
                place,
                f"A remark is still open: {words[:120]}",
                "Answer it, then delete it.",
                post=read.post,
            )
    for post in manuscript.posts.values():
        yield from _open_checks(post)
        yield from _wordless(post)


def _moved_in(issue: Issue) -> Iterator[Finding]:
    if issue.moved_in:
        when = f" ({issue.dated_on.isoformat()})" if issue.dated_on else ""
        yield finding(
            "moved-in",
            issue.place("moved_in"),
            f"Issue {issue.number} is an old one, published with {issue.moved_from or 'another system'}{when} and moved in.",
            f"Write a new issue. To send this one again on purpose, say so in {issue.file}, under `waive:`, as "
            "`moved-in: why`.",
            fix_on_page="Write a new issue. To send this one again on purpose, accept this with the reason.",
        )


def _head(issue: Issue) -> Iterator[Finding]:
    if not issue.preheader.strip():
        yield finding(
            "no-preheader",
            issue.place("subject"),
            "There is no preheader.",
            "Add a line such as `preheader: What this issue is about, in one sentence.`",
            on_page="There is no preheader, the line that inboxes show after the subject.",
            fix_on_page="Write in one sentence what this issue is about, below the subject.",
        )
    elif _alike(issue.preheader, issue.subject):
        yield finding(
            "preheader-repeats-subject",
            issue.place("preheader"),
            "The preheader repeats the subject.",
            "Say something that the subject does not.",
            mend=_without_line(issue, "preheader"),
        )


def _unwritten(manuscript: Manuscript) -> Iterator[Finding]:
    """A draft takes the title of its first post for a subject; where that still stands, nobody has written one."""
    issue = manuscript.issue
    why = why_unwritten(issue, [post.title for post in manuscript.posts.values()])
    if not why:
        return
    yield finding(
        "unwritten-subject",
        issue.place("subject"),
        why,
        "Write a subject. To keep this one, say so in the issue, under `waive:`, as `unwritten-subject: why`.",
        fix_on_page="Write a subject, or keep this one.",
        post=None,
        answer=Answer(press="Keep this subject"),
    )


def why_unwritten(issue: Issue, titles: Iterable[str]) -> str:
    """A sentence where the subject is one that the program put there: a post's title, or the issue's number. Else ""."""
    if issue.moved_in:
        return ""
    if issue.subject == f"Issue {issue.number}":
        return f"The subject is only “{issue.subject}”: nobody has written one."
    taken = next((title for title in titles if without_gaps(title) == issue.subject), None)
    return f"The subject is the title of “{taken}”, as a draft has it: nobody has written one." if taken else ""


def _sections(issue: Issue) -> Iterator[Finding]:
    for number, section in enumerate(issue.sections, 1):
        if not section.posts:
            yield finding(
                "empty-section",
                issue.place(f"section {number}", "sections"),
                f"The section {section.title!r} has no posts.",
                "Add a post to it, or remove it.",
                on_page=f"The section “{section.title}” has no posts.",
            )
    if not issue.sections and not issue.intro.strip():
        yield finding(
            "empty-section", issue.place("number"), "The issue says nothing at all.", "Add posts, or an intro."
        )


_NUMBERS = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}


def _open_checks(post: Post) -> Iterator[Finding]:
    doubts = [doubt[0] for check in post.checks if (doubt := read_doubt(check))]
    if doubts:
        many = len(doubts) > 1
        yield finding(
            "open-check",
            post.place("checks"),
            f"{_NUMBERS.get(len(doubts), len(doubts))} paragraph{'s' if many else ''} of “{post.title}” may be"
            f" {'quotes' if many else 'a quote'} or your own words: {', '.join(f'“{begins} …”' for begins in doubts)}.",
            "Set each as it should be, and take its line out of `checks:` in the post.",
            fix_on_page="Say for each whether the words are theirs or yours.",
            post=post.slug,
            answer=Answer(press="Decide them all" if many else "Theirs or ours?", at_words=True),
        )
    for check in post.checks:
        if read_doubt(check):
            continue
        yield finding(
            "open-check",
            post.place("checks"),
            f"“{post.title}” still has a note for the editor: {check}",
            "Look at it, then remove the note from `checks:` in the post.",
            on_page=f"“{post.title}”: {check}",
            fix_on_page="Look at it and change what is wrong; then accept it as it is.",
            post=post.slug,
            answer=Answer(press="Accept as is", note=check),
        )


def _wordless(post: Post) -> Iterator[Finding]:
    if not re.search(r"[^\W_]", post.body):
        yield finding(
            "empty-post",
            post.place("title"),
            f"“{post.title}” has no words below its title.",
            "Quote what it is about, or say what you think of it.",
            post=post.slug,
        )


def _without_line(issue: Issue, key: str) -> Mend | None:
    """Take a key's line out, where its value stands on that line alone."""
    if issue.column_of(key) is None:
        return None
    return Mend(place=issue.place(key), old=f"{key}:", new=None, is_sure=False)


def _alike(one: str, other: str) -> bool:
    first, second = (re.sub(r"\W+", " ", text).strip().casefold() for text in (one, other))
    return first == second or (len(second) > 15 and first.startswith(second))
