"""Turns MJML into HTML through mjml-python, with every one of its known faults mended or refused on the way."""

from __future__ import annotations

import re

from mjml import mjml2html

from newsletter.compose.author_css import inline_document, inline_holds, stays_in_holds
from newsletter.compose.mjml_guard import Guarded, guarded
from newsletter.compose.sentinels import Sentinels
from newsletter.compose.template import TemplateOutput
from newsletter.words.mistake import Mistake, Place

_SPAN = re.compile(r"at position (\d+):(\d+)")
_PICTURE_LINK = re.compile(r"""(<a(?: (?!style=)[\w-]+="[^"]*")*)(>\s*<img )""")
_PREVIEW = "display:none;font-size:1px;color:#ffffff;"


def to_html(written: TemplateOutput, sentinels: Sentinels) -> str:
    """The finished HTML, sentinels still in it.

    Raises Mistake at the author's line and column for whatever is wrong with the MJML.
    """
    safe = guarded(written, sentinels)
    text = safe.text
    try:
        html = mjml2html(text, disable_comments=True, fonts={})
    except ValueError as error:
        raise _refusal(error, safe, text, written) from None
    return _whole(_with_roles(_mended(html), safe, sentinels), safe, sentinels)


def _mended(html: str) -> str:
    """What can only be put right afterwards."""
    # White on white is what hides spam; SpamAssassin charges 0.7 for it although the text is not shown at all.
    html = html.replace(_PREVIEW, _PREVIEW.replace("#ffffff", "#555555"), 1)
    # Neither is an attribute of HTML as mjml-python writes them.
    return html.replace(' vertical-align="middle"', "").replace(' height="auto"', "")


def _with_roles(html: str, safe: Guarded, sentinels: Sentinels) -> str:
    """Tables that only lay things out say so to screen readers; mjml-python forgets it."""
    for number, hold in enumerate(safe.holds):
        if hold.role:
            word = sentinels.hold(number)
            html = html.replace(f">{word}", f' role="{hold.role}">{word}', 1)
    return html


def _whole(html: str, safe: Guarded, sentinels: Sentinels) -> str:
    """The HTML with the holds in their places and the author's styles on the elements they are for.

    An inliner over everything would copy MJML's own reset onto each element, 12 kB in a usual issue.
    """
    pieces = [hold.html for hold in safe.holds]
    if not safe.styles:
        return _placed(html, pieces, sentinels)
    if not safe.is_raw and stays_in_holds(safe.styles):
        inlined = inline_holds(safe.holds, safe.styles, safe.language, safe.direction)
        if inlined is not None:
            pieces, link = inlined
            return _placed(_PICTURE_LINK.sub(rf"\1{link}\2", html) if link else html, pieces, sentinels)
    return inline_document(_placed(html, pieces, sentinels), safe.styles)


def _placed(html: str, pieces: list[str], sentinels: Sentinels) -> str:
    return sentinels.hold_pattern.sub(lambda match: pieces[int(match[1])], html)


def _refusal(error: ValueError, safe: Guarded, text: str, written: TemplateOutput) -> Mistake:
    match = _SPAN.search(str(error))
    place = written.place(_offset(safe, text, int(match[1]))) if match else Place(written.place(0).file)
    reason = str(error).split(" in root template")[0]
    return Mistake(f"The MJML can't be rendered: {reason}.", fix="Look for a tag that is not closed.", place=place)


def _offset(safe: Guarded, text: str, position: int) -> int:
    """mjml-python counts bytes of the text it was given; authors know the text before it was guarded."""
    return safe.origin(len(text.encode()[:position].decode(errors="ignore")))
