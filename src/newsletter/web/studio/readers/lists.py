"""The lists: who is on each, what readers call it, and whether anybody may join it."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit


def show(studio: Studio, visit: Visit) -> Response:
    tally = studio.lists()
    return studio.page(
        visit,
        "lists.html",
        pages=studio.parts.readers.list_pages(),
        counts={row.name: row for row in tally or ()},
        is_counting=tally is None,
    )


def act(studio: Studio, visit: Visit) -> Response:
    """Make a list, or say how readers meet it."""
    parts, name = studio.parts, visit.text("name")
    if visit.text("act") == "add":
        is_new = parts.readers.find_list(name) is None
        parts.consent.membership.add_list(name)
        return visit.go("/readers/lists", said=f"The list {name} is {'new' if is_new else 'there already'}.")
    if visit.text("act") == "page":
        is_open = visit.text("is_open") == "yes"
        parts.consent.profiles.set_page(name, title=" ".join(visit.text("title").split())[:200], is_open=is_open)
        how = "open: anybody may join it" if is_open else "closed: only you put people on it"
        return visit.go("/readers/lists", said=f"{name} is {how}.")
    raise NoSuchAct


PAGES = (Page(path="/readers/lists", show=show, change=act),)
