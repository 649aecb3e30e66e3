"""Which rules of a style can be written into elements, and which have to stay in the head of the mail."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
# A rule of the innermost level: its selectors, and what it declares.
RULE = re.compile(r"(?<![^{}])([^{}]++)\{([^{}]*+)\}")
# A comment, a text in quotes, a brace or the end of a statement; whatever is between is taken whole.
_PIECE = re.compile(r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|[{};]|[^{};/"']++|.""", re.DOTALL)
# States that an element is in for a while, and pseudo-elements: there is no attribute to write those into.
_LIVE = re.compile(
    r"::|:(?:hover|focus|focus-within|focus-visible|active|visited|link|target|checked|before|after|first-line|first-letter"
    r"|placeholder|selection|root|host)\b",
    re.IGNORECASE,
)


def without_comments(css: str) -> str:
    """The style without its comments, also one that is never closed."""
    return _COMMENT.sub("", css)


def split_style(css: str) -> tuple[str, str]:
    """(what is to be inlined, what is kept in the head), each in the order in which it stands.

    At-rules such as `@media` and rules for states such as `:hover` are kept, as MJML itself does. A rule of which
    only one of several selectors is such stands in both: each side takes what it can use.
    """
    inlined, kept = [], []
    for rule in _rules(css):
        head = without_comments(rule).strip()
        selectors = head.partition("{")[0]
        if head.startswith("@"):
            kept.append(rule.strip())
        elif _LIVE.search(selectors):
            kept.append(rule.strip())
            if not all(_LIVE.search(one) for one in selectors.split(",")):
                inlined.append(rule)
        else:
            inlined.append(rule)
    return "".join(inlined), "\n".join(kept)


def _rules(css: str) -> list[str]:
    """The rules and statements of the outermost level, whole."""
    rules: list[str] = []
    pieces: list[str] = []
    depth = 0
    for match in _PIECE.finditer(css):
        piece = match[0]
        pieces.append(piece)
        depth += (piece == "{") - (piece == "}" and depth > 0)
        if depth == 0 and piece in {"}", ";"}:
            rules.append("".join(pieces))
            pieces = []
    return [*rules, "".join(pieces)] if pieces else rules
