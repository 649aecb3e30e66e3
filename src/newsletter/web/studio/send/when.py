"""A time that is being typed, said back before anything happens."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Mistake
from newsletter.words.moment import say_back
from newsletter.words.times.typed_time import parse_moment


def show(studio: Studio, visit: Visit) -> Response:
    """JSON for the script beside the field: `said`, the whole time in words, or why it can't be read."""
    now, zone = studio.now(), studio.newsletter.zone
    try:
        found = parse_moment(visit.asked("at"), now=now, zone=zone)
    except Mistake as wrong:
        return visit.json({"said": "", "why": wrong.message})
    return visit.json({"said": say_back(found, now=now, zone=zone), "why": ""})


PAGES = (Page(path="/moment", show=show),)
