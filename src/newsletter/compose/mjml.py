"""Turns MJML into HTML through mjml-python, with every one of its known faults mended or refused on the way."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

import css_inline
from mjml import mjml2html

from newsletter.compose.mjml_guard import Guarded, guarded
from newsletter.compose.sentinels import Sentinels
from newsletter.compose.template import Written
from newsletter.words.mistake import Mistake, Place

_SPAN = re.compile(r"at position (\d+):(\d+)")
_PREVIEW = "display:none;font-size:1px;color:#ffffff;"


def to_html(written: Written, sentinels: Sentinels) -> str:
    """The finished HTML, sentinels still in it.

    Raises Mistake at the author's line and column for whatever is wrong with the MJML.
    """
    safe = guarded(written, sentinels)
    try:
        html = mjml2html(safe.text, disable_comments=True, fonts={})
    except ValueError as error:
        raise _refusal(error, safe, written) from None
    return _mended(html, safe.styles)


def _mended(html: str, styles: str) -> str:
    """What can only be put right afterwards."""
    # White on white is what hides spam; SpamAssassin charges 0.7 for it although the text is not shown at all.
    html = html.replace(_PREVIEW, _PREVIEW.replace("#ffffff", "#555555"), 1)
    # Neither is an attribute of HTML as mjml-python writes them.
    html = html.replace(' vertical-align="middle" style=', " style=").replace(' height="auto"', "")
    # An inliner over everything would copy MJML's own reset onto each element, 12 kB in a usual issue.
    return _inliner(styles).inline(html) if styles else html


@lru_cache(maxsize=16)
def _inliner(styles: str) -> css_inline.CSSInliner:
    return css_inline.CSSInliner(
        inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False, extra_css=styles
    )


def _refusal(error: ValueError, safe: Guarded, written: Written) -> Mistake:
    match = _SPAN.search(str(error))
    place = written.place(_offset(safe, int(match[1]))) if match else Place(written.place(0).file)
    reason = str(error).split(" in root template")[0]
    return Mistake(f"The MJML can't be rendered: {reason}.", fix="Look for a tag that is not closed.", place=place)


def _offset(safe: Guarded, position: int) -> int:
    """mjml-python counts bytes of the text it was given; authors know the text before it was guarded."""
    character = len(safe.text.encode()[:position].decode(errors="ignore"))
    index = bisect_right(safe.anchors, character, key=lambda anchor: anchor[0]) - 1
    mended_at, author_at = safe.anchors[max(index, 0)]
    return author_at + character - mended_at
