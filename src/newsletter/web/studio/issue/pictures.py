"""Pictures that editors put into the newsletter's folder from their browser."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role


def put(studio: Studio, visit: Visit) -> Response:
    """Save a picture. Answers with the path to use for it in Markdown."""
    given = visit.file("picture")
    if given is None:
        raise Mistake("No picture came with this.", fix="Choose a file.")
    src = studio.parts.images.add(given.filename or "picture", given.file.read())
    studio.sittings.note(visit.who, src)
    return visit.json({"src": src})


PAGES = (Page(path="/pictures", change=put, do=Role.AUTHOR, largest=45_000_000),)
