"""Links whose address is a reader's own, such as the one that unsubscribes: marked so that SendGrid does not follow them.

Click tracking sends every link through SendGrid and tells us its address. The address of such a link is a key to what
the reader may do. "Click tracking can be turned off for individual links by including the clicktracking=off attribute
inside the anchor of an HTML link before the href":
https://www.twilio.com/docs/sendgrid/ui/analytics-and-reporting/click-tracking-html-best-practices
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsletter.words.consignment import Consignment
from newsletter.words.gap import Choice, Context, Gap, Part

_HREF = 'href="'
_MARKED = f"clicktracking=off {_HREF}"
_ADDRESSES = frozenset({Context.URL, Context.URL_PART})


def without_own_links_followed(consignment: Consignment) -> Consignment:
    """The same mails with the mark at each such link. The order of the holes stays, and so does that of the values."""
    edition = consignment.edition
    values = [
        [value.replace(_HREF, _MARKED) for value in column] if _holds_own_link(hole) else column
        for hole, column in zip(edition.holes, consignment.values, strict=True)
    ]
    return replace(consignment, edition=replace(edition, html=_marked(edition.html)), values=values)


def _marked(html: Part) -> Part:
    pieces: list[str | Gap | Choice] = list(html.pieces)
    begins = 0
    for place, piece in enumerate(pieces):
        if isinstance(piece, str):
            begins = place if _HREF in piece else begins
        elif isinstance(piece, Gap) and piece.context in _ADDRESSES:
            pieces[begins] = _last_marked(pieces[begins])
    return Part(tuple(pieces))


def _last_marked(piece: str | Gap | Choice) -> str | Gap | Choice:
    """A piece whose last link is still open at its end, or whose last link contains the gap."""
    if not isinstance(piece, str):
        return piece
    before, href, address = piece.rpartition(_HREF)
    if not href or '"' in address or before.endswith(_MARKED.removesuffix(_HREF)):
        return piece
    return f"{before}{_MARKED}{address}"


def _holds_own_link(hole: Gap | Choice) -> bool:
    """Whether a branch holds a link that differs by reader: all links of that branch are marked, for it is filled in whole."""
    return isinstance(hole, Choice) and any(_has_address(branch.pieces) for branch in (hole.then, hole.otherwise))


def _has_address(pieces: Sequence[str | Gap | Choice]) -> bool:
    return any(
        piece.context in _ADDRESSES if isinstance(piece, Gap) else isinstance(piece, Choice) and _holds_own_link(piece)
        for piece in pieces
    )
