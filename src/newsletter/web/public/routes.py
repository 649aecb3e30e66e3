"""The addresses of the public pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from newsletter.web.public import archive, confirm, leave, own_page, preferences, stop, subscribe
from newsletter.web.public.farewell import joins, leads_on, lets_join
from newsletter.web.public.forms import Form, read_form
from newsletter.web.public.own_link import held, held_form
from newsletter.web.public.site import Site

Reading = Callable[[Site, Request], Response]
Writing = Callable[[Site, Request, Form], Response]
Endpoint = Callable[[Request], Awaitable[Response]]
_ASKED_BY_MAIL = ("own", "address", "data", "erase")
# The pages name a style by its version.
_FOR_A_WEEK = "public, max-age=604800"


def public_routes(site: Site) -> list[BaseRoute]:
    """GET never changes anything; every change is a POST."""

    def read(path: str, page: Reading) -> Route:
        return Route(path, _reading(site, page), methods=["GET"])

    def write(path: str, page: Writing) -> Route:
        return Route(path, _writing(site, page), methods=["POST"])

    return [
        read("/", leads_on(archive.list_page)),
        read("/issues/{number:int}", leads_on(archive.issue_page)),
        read("/issues/{number:int}/before/{correction:int}", archive.version_page),
        read("/feed.xml", leads_on(archive.feed)),
        read("/images/{name}", archive.image),
        read("/assets/public.css", _style),
        read("/assets/theme.css", _theme),
        *_both(site, "/subscribe", leads_on(joins(subscribe.show)), lets_join(subscribe.ask)),
        *_both(site, "/confirm/{token}", joins(confirm.show), lets_join(confirm.confirm)),
        *_both(site, "/stop/{token}", stop.show, stop.press),
        *_both(site, "/u/test", leave.stand_in, leave.stand_in),
        *_both(site, "/u/{token}", held("u", leave.show), held_form("u", leave.leave)),
        write("/u/{token}/undo", held_form("u", leave.undo)),
        write("/u/{token}/why", held_form("u", leave.say_why)),
        *_both(site, "/preferences/{token}", held("p", preferences.page), held_form("p", preferences.save)),
        write("/preferences/{token}/pause", held_form("p", preferences.pause)),
        # Forms of an earlier version of the page post to the last three: a page that is still open is answered by mail
        # too.
        *(
            write(f"/preferences/{{token}}/{last}", held_form("p", preferences.mail_own_link))
            for last in _ASKED_BY_MAIL
        ),
        read("/own/{token}", own_page.show),
        write("/own/{token}/address", own_page.act(own_page.change_address)),
        write("/own/{token}/data", own_page.act(own_page.export)),
        write("/own/{token}/erase", own_page.act(own_page.erase)),
    ]


def _both(site: Site, path: str, show: Reading, change: Writing) -> list[Route]:
    # One route: two routes of one path would each answer 405 for the other one's method.
    reading, writing = _reading(site, show), _writing(site, change)

    async def either(request: Request) -> Response:
        return await (writing if request.method == "POST" else reading)(request)

    return [Route(path, either, methods=["GET", "POST"])]


def _reading(site: Site, page: Reading) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(partial(page, site, request))

    return endpoint


def _writing(site: Site, page: Writing) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        return await run_in_threadpool(partial(page, site, request, form))

    return endpoint


def _style(site: Site, request: Request) -> Response:
    return Response(site.style, media_type="text/css", headers={"Cache-Control": _FOR_A_WEEK})


def _theme(site: Site, request: Request) -> Response:
    return Response(site.theme.css, media_type="text/css", headers={"Cache-Control": _FOR_A_WEEK})
