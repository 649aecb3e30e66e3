"""An address that somebody pastes, as a link by the title of its page, or as a card that shows what the page is about."""

from __future__ import annotations

from newsletter.collect.literal import literal_inline, one_line
from newsletter.collect.web_address import in_markdown, site_of
from newsletter.words.plain import shortened
from newsletter.words.post import Post

_LONGEST_WORDS = 240


def as_link(url: str, post: Post | None) -> str:
    """The title of the page as a link; the name of its site where the page was not read."""
    return f"[{_words(post.title if post else site_of(url))}]({in_markdown(url)})"


def as_card(url: str, post: Post | None) -> str:
    """A quote: the title in bold, how the page begins, and its source. Without the page it is the link alone."""
    if post is None:
        return as_link(url, None)
    begins = one_line(_first_words(post.body))
    lines = [f"**{as_link(url, post)}**", *([literal_inline(begins)] if begins else [])]
    return "\n>\n".join(f"> {line}" for line in [*lines, f"— {_words(post.source or site_of(url))}"])


def _first_words(body: str) -> str:
    """The first paragraph that is neither a heading nor a picture, without marks."""
    blocks = (block for block in body.split("\n\n") if block.strip() and not block.startswith(("#", "![", "-", "```")))
    plain = next(blocks, "").replace("\n", " ").lstrip("> ")
    return shortened(plain, _LONGEST_WORDS) if "](" not in plain and "*" not in plain else ""


def _words(text: str) -> str:
    return literal_inline(one_line(text)).replace("[", "(").replace("]", ")")
