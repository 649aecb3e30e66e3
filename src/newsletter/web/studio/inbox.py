"""The inbox: practice mails and tests as a mail program shows them. Nothing of it has left this machine."""

from __future__ import annotations

from functools import partial

from starlette.responses import HTMLResponse, Response

from newsletter.providers.inbox import LETTERS, Box, Inbox, KeptMail
from newsletter.providers.registry import PRACTICE
from newsletter.web.number import read_number
from newsletter.web.studio.issue.preview import framed
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing, NotNow

_MOST = 25
# A mail brings its own inline style; it runs nothing, and its pictures come from here.
_MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
# What is just being sent is to be seen.
_FRESH_SECONDS = 1.0


def show(studio: Studio, visit: Visit) -> Response:
    """The boxes, the mails of one, and the mail that is opened."""
    inbox = _inbox(studio)
    numbers = inbox.numbers()
    asked = read_number(visit.asked("box"))
    number = asked if asked is not None else next(iter(numbers), None)
    after = visit.asked("after")
    box = _box(studio, inbox, number, after) if number is not None else None
    names = [*box.tests, *box.names] if box and number is not None else []
    chosen = visit.asked("mail")
    # Beside the list there is room for one: the first, until somebody chooses.
    name = chosen or next(iter(names), "")
    opened = inbox.read(number, name) if name and number is not None else None
    return studio.page(
        visit,
        "inbox.html",
        boxes=[(one, _title(studio, one)) for one in numbers],
        number=number,
        title=_title(studio, number) if number is not None else "",
        box=box,
        is_counting=number is not None and box is None,
        mails=[inbox.read(number, one) for one in names] if number is not None else [],
        opened=opened,
        is_chosen=bool(chosen),
        after=after,
    )


def mail(studio: Studio, visit: Visit) -> Response:
    """One mail's HTML, for a frame."""
    shown = _read(studio, visit)
    return HTMLResponse(framed(studio, shown.html), headers={"Content-Security-Policy": _MAIL_POLICY})


def _read(studio: Studio, visit: Visit) -> KeptMail:
    return _inbox(studio).read(visit.number("box"), str(visit.request.path_params["name"]))


def _inbox(studio: Studio) -> Inbox:
    if not studio.parts.config.is_practice:
        raise NotNow("Mails go to real inboxes now: there is none here.", fix="Send a test to yourself.")
    return Inbox(PRACTICE.folder(studio.parts.directory))


def _box(studio: Studio, inbox: Inbox, number: int, after: str) -> Box | None:
    """None while very many mails are being looked through."""
    look = partial(inbox.open_box, number, after=after, most=_MOST)
    return studio.cache.ask(("inbox", number, after), look, fresh_for=_FRESH_SECONDS)


def _title(studio: Studio, number: int) -> str:
    if number == LETTERS:
        return "Letters to single readers"
    try:
        return studio.said_mail(number).capitalize()
    except Missing:
        return f"Issue {number}"


PAGES = (
    Page(path="/inbox", show=show),
    Page(path="/inbox/{box:int}/{name}", show=mail),
)
