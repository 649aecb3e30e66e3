"""This week: what goes out next, what stops it, what was found, and how the last issue fared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from newsletter.web.studio.enter import enter
from newsletter.web.studio.page import Page

if TYPE_CHECKING:
    from newsletter.web.studio.studio import Studio
    from newsletter.web.studio.visit import Visit


def show(studio: Studio, visit: Visit) -> Response:
    if visit.user is None or visit.asked("token"):
        return enter(studio, visit)
    return studio.page(visit, "home.html")


# Open only so that the token in its address can be taken; nobody who is not signed in sees more than the way in.
PAGES = (Page(path="", show=show, is_open=True),)
