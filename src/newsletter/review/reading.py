"""An issue or a post as one reads it: its parts in order, as quiet pages without a template."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from newsletter.compose.markdown import html_of, read_blocks
from newsletter.compose.sentinels import Sentinels
from newsletter.ports.folder import Posts
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post

_REMARK = re.compile(r"<!--(?:(?!-->).)*+-->", re.DOTALL)

# Says a text with merge tags as an unknown reader would see it.
Speak = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPart:
    """A part of what is read: `field` of `file`. `html` is safe; a title is a text without it."""

    file: str
    field: str
    title: str = ""
    html: str = ""
    source: str = ""


def reading_of_issue(issue: Issue, posts: Posts, speak: Speak) -> Sequence[ReadingPart]:
    """Its subject, opening, posts and closing. A post that can't be read is left out."""
    parts = [
        ReadingPart(file=issue.file, field="subject", title=speak(issue.subject)),
        ReadingPart(file=issue.file, field="intro", html=_html(issue.intro, speak)),
    ]
    for slug in issue.slugs():
        try:
            parts += reading_of_post(posts.get_post(slug), speak)
        except NewsletterError:
            continue
    return [*parts, ReadingPart(file=issue.file, field="outro", html=_html(issue.outro, speak))]


def reading_of_post(post: Post, speak: Speak) -> Sequence[ReadingPart]:
    source = " · ".join(one for one in (post.source, post.author) if one)
    return [
        ReadingPart(file=post.file, field="title", title=speak(post.title), source=source),
        ReadingPart(file=post.file, field="body", html=_html(post.body, speak)),
    ]


def _html(markdown: str, speak: Speak) -> str:
    """Markdown as HTML without remarks and pictures; merge tags as an unknown reader would see them."""
    text = speak(_REMARK.sub("", markdown))
    return html_of(read_blocks(text, Sentinels([text]), picture=lambda src, alt, line: ("", None), top_heading=3))
