"""The mail that goes: the approved words, else those of now, as an unknown reader gets them, in a frame that can do nothing."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from newsletter.ledger.sample import SampleMail, sample
from newsletter.schedule.approval import Version, version_that_goes
from newsletter.web.studio.issue.preview import FRAME_POLICY, framed
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.clocks import desk_of


def show(studio: Studio, visit: Visit) -> Response:
    """The page: how it stands in an inbox, and the mail below."""
    number = visit.number("number")
    issue = studio.parts.issues.get_issue(number)
    version = version_that_goes(desk_of(studio.parts), number)
    return studio.page(visit, "mail.html", issue=issue, version=version, mail=mail_of(studio, version))


def body(studio: Studio, visit: Visit) -> Response:
    """The mail itself, for the frame."""
    version = version_that_goes(desk_of(studio.parts), visit.number("number"))
    html = framed(studio, mail_of(studio, version).html)
    return HTMLResponse(html, headers={"Content-Security-Policy": FRAME_POLICY})


def mail_of(studio: Studio, version: Version) -> SampleMail:
    return sample(version.edition, studio.newsletter, studio.parts.key, None, list_id=0, date=studio.now())


PAGES = (
    Page(path="/issues/{number:int}/mail", show=show),
    Page(path="/issues/{number:int}/mail/body", show=body),
)
