"""The addresses of the public pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from newsletter.web.public import archive, confirm, leave, preferences, subscribe
from newsletter.web.public.forms import Form, read_form
from newsletter.web.public.site import Site

Reading = Callable[[Site, Request], Response]
Writing = Callable[[Site, Request, Form], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def public_routes(site: Site) -> list[BaseRoute]:
    """GET never changes anything; every change is a POST."""

    def read(path: str, page: Reading) -> Route:
        return Route(path, _reading(site, page), methods=["GET"])

    def write(path: str, page: Writing) -> Route:
        return Route(path, _writing(site, page), methods=["POST"])

    return [
        read("/", archive.list_page),
        read("/issues/{number:int}", archive.issue_page),
        read("/feed.xml", archive.feed),
        read("/images/{name}", archive.image),
        read("/healthz", archive.health),
        read("/assets/public.css", _style),
        *_both(site, "/subscribe", subscribe.show, subscribe.ask),
        *_both(site, "/confirm/{token}", confirm.show, confirm.confirm),
        *_both(site, "/u/{token}", leave.show, leave.leave),
        write("/u/{token}/undo", leave.undo),
        write("/u/{token}/why", leave.say_why),
        *_both(site, "/preferences/{token}", preferences.show, preferences.save),
        write("/preferences/{token}/pause", preferences.pause),
        write("/preferences/{token}/address", preferences.change_address),
        write("/preferences/{token}/data", preferences.export),
        write("/preferences/{token}/erase", preferences.erase),
    ]


def _both(site: Site, path: str, show: Reading, change: Writing) -> list[Route]:
    # One route: a second one of the same path would answer 405 for the first one's methods.
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
    text = (files("newsletter.web.public") / "public.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})
