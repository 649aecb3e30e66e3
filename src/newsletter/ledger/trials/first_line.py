"""The first line of a test mail, which says what it is; its subject and its preheader stay as readers get them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from newsletter.words.edition import Edition
from newsletter.words.gap import Part

_BODY = re.compile(r"<body\b[^<>]*>", re.IGNORECASE)
_HIDDEN = re.compile(r'\s{0,9}<div style="display:\s{0,9}none')
_END = "</div>"
_BAND = "font:14px/1.5 Arial,sans-serif;color:#14202b;background:#fff3c4;padding:8px 16px"


def first_line(number: int, issue: int, *, at: datetime, zone: str, went: bool) -> str:
    """ "Test 3 of issue 42, 16:20, nobody else has it"; once the issue went, others have it."""
    said = f"Test {number} of issue {issue}, {at.astimezone(ZoneInfo(zone)):%H:%M}"
    return said if went else f"{said}, nobody else has it"


def with_first_line(words: Edition, line: str) -> Edition:
    """The words with this line on top of what is read.

    Inboxes show the subject and then the beginning of the mail: the line stands behind the preheader that is hidden
    there, so that a test shows in an inbox what readers will see.
    """
    band = f'<div style="{_BAND}">{escape(line)}</div>'
    index, offset = _place(words.html)
    text = Part((f"{line}\n\n", *words.text.pieces))
    return replace(words, html=_inserted(words.html, index, offset, band), text=text)


def _place(html: Part) -> tuple[int, int]:
    """The piece and the place in it behind the preheader; behind the tag of the body where there is none."""
    for index, piece in enumerate(html.pieces):
        body = _BODY.search(piece) if isinstance(piece, str) else None
        if body and isinstance(piece, str):
            if _HIDDEN.match(piece, body.end()):
                return _behind_end(html, index, body.end())
            return index, body.end()
    return 0, 0


def _behind_end(html: Part, index: int, offset: int) -> tuple[int, int]:
    """Behind the next end of a division, which a merge tag in the preheader may keep in a later piece."""
    for place, piece in enumerate(html.pieces[index:], index):
        found = piece.find(_END, offset if place == index else 0) if isinstance(piece, str) else -1
        if found >= 0:
            return place, found + len(_END)
    return index, offset


def _inserted(html: Part, index: int, offset: int, band: str) -> Part:
    pieces = list(html.pieces)
    piece = pieces[index] if pieces else ""
    if not isinstance(piece, str):
        return Part((band, *pieces))
    pieces[index : index + 1] = [piece[:offset] + band + piece[offset:]]
    return Part(tuple(pieces))
