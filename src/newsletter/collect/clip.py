"""A clip: a piece of a page as a browser shows it, with its formatting, made into an excerpt that is safe to keep."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.collect.outside import open_clip
from newsletter.words.find import LONGEST_QUOTES, LONGEST_WORDS, Excerpt, own_words

LONGEST_HTML = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """`html` is what was selected, or the page's article where `is_article`; `position` is that of an excerpt."""

    html: str
    position: int = -1
    is_article: bool = False


def read_excerpt(clip: Clip, *, at: str, quote: str, thought: str) -> Excerpt:
    """The clip as Markdown; `quote`, which is the same as plain text, where it holds no words.

    `at` is the address of its page. Raises Mistake where it is too long or too deep to be read.
    """
    longest = LONGEST_QUOTES if clip.is_article else LONGEST_WORDS
    text = ""
    if clip.html.strip() and len(clip.html) <= LONGEST_HTML:
        text = own_words(open_clip(clip.html, at=at, is_article=clip.is_article), "text of the page", longest)
    return Excerpt(
        text=text or own_words(quote, "quote"), thought=thought, position=clip.position, is_markdown=bool(text)
    )
