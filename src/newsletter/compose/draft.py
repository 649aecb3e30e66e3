"""A first version of an issue, made of the posts that no issue uses yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from newsletter.compose.braces import regions_of
from newsletter.compose.gaps import TextOrigin
from newsletter.compose.markdown import parser
from newsletter.words.find import is_unread_title
from newsletter.words.gap import without_gaps
from newsletter.words.issue import Issue, Section
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.plain import shortened
from newsletter.words.post import Post

# What inboxes show beside a subject; more is cut off there.
_PREHEADER_LENGTH = 110
_GAP = re.compile(r"\{[{%#]")


def draft(
    posts: Sequence[Post],
    issues: Sequence[Issue],
    *,
    number: int | None = None,
    lists: tuple[str, ...] = (),
    dated_on: date | None = None,
) -> Issue:
    """Put every unused post into a new issue, in their order. Without a number it takes the next one.

    Raises NotNow where there is no unused post.
    """
    unused = unused_posts(posts, issues)
    if not unused:
        raise NotNow(
            "There is no post that an issue does not use already, so there is nothing to draft from."
            if posts
            else "There are no posts yet, so there is nothing to draft from.",
            fix="Add one: newsletter add FILE",
        )
    sections = _sections(unused)
    by_slug = {post.slug: post for post in unused}
    # What stands first in the issue names it in the inbox.
    in_order = [by_slug[slug] for section in sections for slug in section.posts]
    named = [post for post in in_order if not is_unread_title(post.title)]
    number = next_number(issues) if number is None else number
    return Issue(
        number=number,
        subject=without_gaps(named[0].title) if named else f"Issue {number}",
        preheader=without_gaps(_preheader(named)) if named else "",
        lists=lists,
        dated_on=dated_on,
        sections=sections,
    )


def next_number(issues: Iterable[Issue]) -> int:
    """The number after the highest one."""
    return max((issue.number for issue in issues), default=0) + 1


def begun(issues: Sequence[Issue], titles: Sequence[str]) -> Issue:
    """A new issue without posts: sections of these titles, and of the last one its template, its lists and its closing.

    Its subject, preheader, date and opening are still to be written: those belong to one issue.
    """
    number, last = next_number(issues), max(issues, key=lambda issue: issue.number, default=None)
    return Issue(
        number=number,
        subject=f"Issue {number}",
        template=last.template if last else None,
        lists=last.lists if last else (),
        sections=tuple(Section(title=title, posts=()) for title in titles if title),
        outro=last.outro if last else "",
    )


def unused_posts(posts: Sequence[Post], issues: Iterable[Issue]) -> list[Post]:
    used = {slug for issue in issues for slug in issue.slugs()}
    return [post for post in posts if post.slug not in used]


def _sections(posts: Sequence[Post]) -> tuple[Section, ...]:
    """A section for each first tag, untagged posts on top without a heading; one section where no tag is shared."""
    groups: dict[str, list[str]] = {"": []}
    for post in posts:
        groups.setdefault(post.tags[0] if post.tags else "", []).append(post.slug)
    is_shared = any(tag and len(slugs) > 1 for tag, slugs in groups.items())
    if not is_shared:
        return (Section(title="", posts=tuple(post.slug for post in posts)),)
    return tuple(Section(title=_heading(tag), posts=tuple(slugs)) for tag, slugs in groups.items() if slugs)


def _heading(tag: str) -> str:
    words = tag.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _preheader(posts: Sequence[Post]) -> str:
    """What else is in the issue: the titles after the first, or how the only post begins."""
    if len(posts) == 1:
        return _cut(_first_sentence(posts[0].body), _PREHEADER_LENGTH)
    line = posts[1].title
    for post in posts[2:]:
        if len(f"{line} · {post.title}") > _PREHEADER_LENGTH:
            break
        line = f"{line} · {post.title}"
    return _cut(line, _PREHEADER_LENGTH)


def _first_sentence(body: str) -> str:
    """The first sentence of our own words that holds no merge tag; a line in brackets is a byline, not a sentence."""
    tokens = parser().parse(_without_remarks(body))
    for before, token in pairwise(tokens):
        if before.type == "paragraph_open" and before.level == 0 and token.children and not _GAP.search(token.content):
            words = "".join(child.content if child.type != "softbreak" else " " for child in token.children).strip()
            if words and not re.fullmatch(r"\[.*\]", words):
                # A short word before the full stop is more likely an abbreviation than an end.
                end = re.search(r"(?<![^\W\d])[^\W\d]{4,}+[.!?…][”’\"')]*+(?=\s)", words)
                return words[: end.end()] if end else words
    return ""


def _without_remarks(body: str) -> str:
    """The text without what never goes out; nothing of one in which a remark is not closed."""
    try:
        regions = [region for region in regions_of(body, TextOrigin("", 1)) if not region.kept]
    except Mistake:
        return ""
    starts, ends = [0, *(region.end for region in regions)], [*(region.start for region in regions), len(body)]
    return "".join(body[start:end] for start, end in zip(starts, ends, strict=True))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else shortened(text, length - 1)
