"""An issue or a post as one reads it: its parts in order, as quiet pages without a template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from newsletter.compose.markdown import html_of, read_blocks
from newsletter.compose.sentinels import Sentinels
from newsletter.ports.folder import Posts
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post

# Says a text with merge tags as an unknown reader would see it.
Speak = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManuscriptPart:
    """A part of what is read: `field` of `file`. `html` is safe; a title is a text without it."""

    file: str
    field: str
    title: str = ""
    html: str = ""
    source: str = ""


def manuscript_of_issue(issue: Issue, posts: Posts, speak: Speak) -> Sequence[ManuscriptPart]:
    """Its subject, opening, posts and closing. A post that can't be read is left out."""
    parts = [
        ManuscriptPart(file=issue.file, field="subject", title=speak(issue.subject)),
        ManuscriptPart(file=issue.file, field="intro", html=_html(issue.intro, speak)),
    ]
    for slug in issue.slugs():
        try:
            parts += manuscript_of_post(posts.get_post(slug), speak)
        except NewsletterError:
            continue
    return [*parts, ManuscriptPart(file=issue.file, field="outro", html=_html(issue.outro, speak))]


def manuscript_of_post(post: Post, speak: Speak) -> Sequence[ManuscriptPart]:
    source = " · ".join(one for one in (post.source, post.author) if one)
    return [
        ManuscriptPart(file=post.file, field="title", title=speak(post.title), source=source),
        ManuscriptPart(file=post.file, field="body", html=_html(post.body, speak)),
    ]


def _html(markdown: str, speak: Speak) -> str:
    """Markdown as HTML without remarks and pictures; merge tags as an unknown reader would see them."""
    text = speak(_without_remarks(markdown))
    return html_of(read_blocks(text, Sentinels([text]), picture=lambda src, alt, line: ("", None), top_heading=3))


def _without_remarks(markdown: str) -> str:
    first, *rest = markdown.split("<!--")
    return first + "".join(part.partition("-->")[2] if "-->" in part else f"<!--{part}" for part in rest)
