"""The addresses of the studio: one table of pages, and the scripts and styles that they use."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.web.number import use_numbers
from newsletter.web.studio import (
    alarms,
    calendar,
    health,
    home,
    inbox,
    live,
    own_account,
    schedule,
    sign_in,
    snippets,
    users,
)
from newsletter.web.studio.door import endpoint
from newsletter.web.studio.entry import enter_by_mail
from newsletter.web.studio.findings import findings, settle
from newsletter.web.studio.finds import finds, phone, save, sources
from newsletter.web.studio.issue import (
    address,
    begin,
    broken,
    compose,
    correct,
    gallery,
    history,
    issues,
    move,
    paste,
    pictures,
    preview,
    readthrough,
    replace,
    reports,
    trial,
    whose,
)
from newsletter.web.studio.page import Page
from newsletter.web.studio.readers import do_not_mail, export, imports, lists, mail_search, reader, readers, segments
from newsletter.web.studio.review import guest, notes, review
from newsletter.web.studio.search import search
from newsletter.web.studio.send import approve, control, form, mail, when
from newsletter.web.studio.settings import (
    backup,
    carrier,
    farewell,
    first_day,
    letterbox,
    look,
    move_in,
    move_in_one,
    move_out,
    reader_words,
    restart,
    settings,
)
from newsletter.web.studio.studio import Studio, asset
from newsletter.wiring import Parts
from newsletter.wiring.runner import Bell

_WEEK = (sign_in, home, alarms, finds, save, phone, sources, schedule, calendar, health, live, users, own_account)
_SETTINGS = (
    settings,
    reader_words,
    carrier,
    first_day,
    restart,
    look,
    letterbox,
    move_in,
    move_in_one,
    move_out,
    farewell,
)
_ISSUE = (
    issues,
    compose,
    whose,
    broken,
    history,
    pictures,
    preview,
    findings,
    settle,
    trial,
    reports,
    gallery,
    snippets,
    notes,
    paste,
    address,
    begin,
    move,
    review,
    guest,
)
_SEND = (form, approve, control, when, mail)
_READING = (readthrough, replace, search)
_READERS = (readers, lists, segments, do_not_mail, imports, export, mail_search, reader)
# What comes once an issue went.
_AFTER = (correct, inbox)
# What nobody needs on most days: a backup, a forgotten password.
_SELDOM = (backup, enter_by_mail)
_ROOMS = (*_WEEK, *_SETTINGS, *_ISSUE, *_SEND, *_READING, *_AFTER, *_READERS, *_SELDOM)
PAGES: tuple[Page, ...] = tuple(page for module in _ROOMS for page in module.PAGES)

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}


def studio_routes(
    parts: Parts,
    stop: threading.Event | None = None,
    bell: Bell | None = None,
    start_over: Callable[[], None] | None = None,
) -> list[BaseRoute]:
    """Every page behind the door. The scripts and styles are the same for everybody, and hold no data.

    What is started in the pages is sent by the process that hears the `bell`; without one, by this one until `stop` is set.
    `start_over` begins every process again; without it, somebody has to do that where the program was started.
    """
    return routes_of(Studio(parts, stop or threading.Event(), bell, start_over))


def routes_of(studio: Studio) -> list[BaseRoute]:
    use_numbers()
    pages = [Route(f"/studio{page.path}", endpoint(studio, page), methods=page.methods) for page in PAGES]
    return [Route("/studio/assets/{name}", _asset, methods=["GET"]), *pages]


@cache
def _assets() -> frozenset[str]:
    return frozenset(item.name for item in (files("newsletter.web.studio") / "assets").iterdir())


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    kind = _KINDS.get(PurePath(name).suffix)
    if kind is None or name not in _assets():
        return PlainTextResponse("There is no such file.\n", 404)
    body = asset(name)
    mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": mark, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)
