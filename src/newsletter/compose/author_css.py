"""Writes an author's styles into the elements they are meant for, and into nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import css_inline

from newsletter.compose.css_rules import RULE, without_comments
from newsletter.compose.mjml_guard import Hold

_MARK = "<!--hold-->"
_ROWS = re.compile(r"\s*<tr\b", re.IGNORECASE)
_TABLE_PARTS = re.compile(r"<(?:thead|tbody|tfoot|caption|colgroup)\b", re.IGNORECASE)
_COMPOUND = re.compile(r"(\*|[a-z][a-z0-9]*)?((?:[.#:\[][^\s>+~]*)?)", re.IGNORECASE)
_WRITTEN = "h1 h2 h3 h4 h5 h6 p a blockquote ul ol li dl dt dd pre code kbd hr em strong b i u s del ins sub sup small q cite mark abbr figure figcaption br"
_WRITTEN_BY_AUTHORS = frozenset(_WRITTEN.split())
# MJML writes classes onto divs, tables and cells only; a picture with a class is an author's.
_AUTHORS_WITH_CLASS = _WRITTEN_BY_AUTHORS | {"img"}
_FONT = frozenset({"color", "font-family", "font-size", "font-weight", "line-height"})
# MJML makes these two itself as well, for dividers, which hold no words, and buttons. What it sets on them there, no rule
# changes. The links round pictures it leaves bare; those get what a bare link gets.
_SET_BY_MJML = {
    "p": _FONT | {"margin", "font-style", "letter-spacing"},
    "a": _FONT | {"text-decoration"},
}


@lru_cache(maxsize=64)
def stays_in_holds(styles: str) -> bool:
    """Whether no rule can reach, or asks about, an element that MJML makes.

    Then only what authors wrote has to be read and written again, a third of the mail.
    """
    bare = without_comments(styles)
    if "@" in bare:
        return False
    return all(
        _stays(selector.strip(), declarations)
        for selectors, declarations in RULE.findall(bare)
        for selector in selectors.split(",")
    )


def _stays(selector: str, declarations: str) -> bool:
    compounds = re.split(r"\s*[>+~]\s*|\s+", selector)
    read = [_COMPOUND.fullmatch(compound) for compound in compounds]
    last = read[-1]
    if any(one is None for one in read) or last is None or last[1] is None:
        return False
    has_class = last[2].startswith((".", "#"))
    if last[1].lower() not in (_AUTHORS_WITH_CLASS if has_class else _WRITTEN_BY_AUTHORS):
        return False
    is_within = any(one is not None and (one[1] or "").lower() in _WRITTEN_BY_AUTHORS for one in read[:-1])
    if re.search("[>+~]", selector) and not all(one and (one[1] or "").lower() in _WRITTEN_BY_AUTHORS for one in read):
        return False
    settled = _SET_BY_MJML.get(last[1].lower())
    if settled is None or is_within or has_class:
        return True
    if len(compounds) > 1:
        return False
    return {pair.partition(":")[0].strip().lower() for pair in declarations.split(";") if pair.strip()} <= settled


def inline_holds(holds: Sequence[Hold], styles: str, language: str, direction: str) -> tuple[list[str], str] | None:
    """The HTML of every hold with the styles in it, and the style of a bare link; None where that can't be told."""
    pieces = [f'<html lang="{language}" dir="{direction}"><body>']
    for hold in holds:
        opening, closing = _around(hold.classes, styles)
        if hold.component == "mj-table":
            if not _ROWS.match(hold.html) or _TABLE_PARTS.search(hold.html):
                return None
            opening, closing = f"{opening}<table><tbody>", f"</tbody></table>{closing}"
        pieces += (opening, _MARK, hold.html, _MARK, closing)
    pieces.append(f"{_MARK}<a></a>{_MARK}</body></html>")
    found = inline_document("".join(pieces), styles).split(_MARK)
    if len(found) != 2 * len(holds) + 3:
        return None
    *inlined, link = found[1::2]
    return inlined, link.removeprefix("<a").removesuffix("></a>")


@lru_cache(maxsize=256)
def _around(classes: tuple[str, ...], styles: str) -> tuple[str, str]:
    """Elements with the classes of the components round a hold, as far as a rule asks about them."""
    asked = [name for name in classes if any(f".{one}" in styles for one in name.split())]
    return "".join([f'<div class="{name}">' for name in asked]), "</div>" * len(asked)


def inline_document(html: str, styles: str) -> str:
    """A whole document with the styles in it."""
    return _inliner(styles).inline(html)


@lru_cache(maxsize=16)
def _inliner(styles: str) -> css_inline.CSSInliner:
    return css_inline.CSSInliner(
        inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False, extra_css=styles
    )
