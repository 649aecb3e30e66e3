"""A page without words is refused: only scripts fill it, or nothing of it can be quoted."""

from __future__ import annotations

import re

from newsletter.words.mistake import Mistake
from newsletter.words.post import Post


def require_words(post: Post) -> Post:
    """The post of a page. Raises Mistake where it has a title at most; the words of a picture count."""
    if not re.search(r"[^\W_]", post.body):
        raise no_words()
    return post


def no_words() -> Mistake:
    return Mistake(
        "There are no words in this page.",
        fix="Some pages are only filled by scripts: select the text in your browser, save it as .txt, and add that.",
    )
