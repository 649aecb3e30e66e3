"""Coming in: by the token of this machine, and going out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from newsletter.web.studio.page import Page
from newsletter.web.studio.session import is_loopback
from newsletter.words.user import AT_THE_MACHINE, Role

if TYPE_CHECKING:
    from newsletter.web.studio.studio import Studio
    from newsletter.web.studio.visit import Visit


def enter(studio: Studio, visit: Visit) -> Response:
    """Where somebody arrives who is not signed in; with the right token in the address they go on at once."""
    token = visit.asked("token")
    if token and is_loopback(visit.request) and studio.sessions.is_token(token):
        answer = RedirectResponse(f"{studio.root}/studio", status_code=303)
        path = f"{studio.root}/studio"
        studio.sessions.begin(visit.request, answer, user=AT_THE_MACHINE, epoch=0, path=path)
        return answer
    return studio.page(visit, "enter.html", status=401, is_wrong=bool(token), is_here=is_loopback(visit.request))


def leave(studio: Studio, visit: Visit) -> Response:
    answer = visit.go("/enter")
    answer.delete_cookie(studio.sessions.cookie, path=f"{studio.root}/studio")
    return answer


PAGES = (
    Page(path="/enter", show=enter, is_open=True),
    Page(path="/leave", change=leave, do=Role.VIEWER),
)
