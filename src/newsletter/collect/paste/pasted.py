"""What became of formatted text that was pasted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """`text` is Markdown. `checks` are lines for the post's `checks:`, one for each paragraph that may be a quote.

    `left_out` are the words that are not in the text, and `n_pictures` the pictures that are not.
    """

    text: str
    checks: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    n_pictures: int = 0
