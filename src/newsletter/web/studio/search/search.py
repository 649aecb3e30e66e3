"""Search: pages and acts, our own posts and issues, what was noted on them, finds, and readers, all by one field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from starlette.responses import HTMLResponse, Response

from newsletter.collect.triage.find_search_sql import search_finds
from newsletter.web.studio.page import Page
from newsletter.web.studio.search.places import places_for
from newsletter.web.studio.studio import HEADERS, Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.find import FindStatus
from newsletter.words.prose.question import read_question

_MOST, _MOST_READERS, _LONGEST = 8, 5, 200
_NUMBER = re.compile(r"\b(\d{1,5})\b")
_KINDS = ("places", "posts", "issues", "notes", "finds", "readers")
_TABS = {FindStatus.KEPT: "kept", FindStatus.DISMISSED: "aside"}


def show(studio: Studio, visit: Visit) -> Response:
    """`?q=` is what is looked for."""
    return studio.page(visit, "search.html", **_found(studio, visit))


def piece(studio: Studio, visit: Visit) -> Response:
    """What is found alone, for the script that searches as one types."""
    return HTMLResponse(studio.piece("search_found.html", **_found(studio, visit)), headers=HEADERS)


def _found(studio: Studio, visit: Visit) -> dict[str, Any]:
    text = visit.asked("q")[:_LONGEST]
    sought = read_question(text)
    if not sought.stems:
        # Somebody is about to type.
        studio.library.begin()
        return {"q": "", "tabs": _TABS, **dict.fromkeys(_KINDS, ())}
    look = studio.library.look()
    return {
        "q": text,
        "tabs": _TABS,
        "places": places_for(sought, visit.who.role, _issue_in(look.numbers, text))[:_MOST],
        "posts": look.posts(sought, limit=_MOST),
        "issues": look.issues(sought, limit=_MOST),
        "notes": look.notes(sought, limit=_MOST),
        "finds": search_finds(studio.parts.engine, " ".join(sought.stems), limit=_MOST),
        "readers": _readers(studio, text),
    }


def _issue_in(numbers: Sequence[int], text: str) -> int | None:
    """The issue that a number in the text names, else the newest one; None where there is none."""
    named = [int(number) for number in _NUMBER.findall(text) if int(number) in numbers]
    return next(iter(named or numbers), None)


def _readers(studio: Studio, text: str) -> list[Any]:
    """Those whose address or name begins so, by an index, however many there are."""
    if len(text) < 2:
        return []
    roster = studio.parts.roster
    by_address = roster.by_address(text, limit=_MOST_READERS).people
    by_name = [] if "@" in text else roster.by_name(text, limit=_MOST_READERS).people
    return list({one.id: one for one in (*by_address, *by_name)}.values())[:_MOST_READERS]


PAGES = (Page(path="/search", show=show), Page(path="/search/found", show=piece))
