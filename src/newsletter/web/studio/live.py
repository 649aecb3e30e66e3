"""A held copy: the button that declares this database live, as `newsletter db here` does."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.ledger import MailingStatus
from newsletter.words.user import Role

_OPEN = (MailingStatus.PLANNING, MailingStatus.SCHEDULED, MailingStatus.SENDING)


def show(studio: Studio, visit: Visit) -> Response:
    """What would go on, before somebody says that it may."""
    rows = studio.parts.ledger.mailings.list_in(_OPEN)
    timetables = [timetable for timetable in studio.parts.schedule.timetables.list_all() if timetable.held_at is None]
    return studio.page(visit, "live.html", rows=rows, timetables=timetables)


def declare(studio: Studio, visit: Visit) -> Response:
    """From here on it sends, and what was under way goes on."""
    if studio.parts.live.find_hold() is None:
        return visit.go("", said="This database is the live one already.")
    studio.parts.live.declare()
    studio.runner.wake()
    return visit.go("", said="This database is the live one from now on. What was under way goes on.")


PAGES = (Page(path="/live", show=show, change=declare, do=Role.OWNER),)
