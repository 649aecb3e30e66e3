"""What readers find during a farewell: old addresses lead to the new ones, and nobody can join any more."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from newsletter.web.public.forms import Form
from newsletter.web.public.site import Site

Reading = Callable[[Site, Request], Response]
Writing = Callable[[Site, Request, Form], Response]


def leads_on(page: Reading) -> Reading:
    """The page, or the way to where it is now."""

    def answer(site: Site, request: Request) -> Response:
        address = site.parts.farewells.find_new_address(request.url.path)
        return RedirectResponse(address, 301) if address else page(site, request)

    return answer


def joins(page: Reading) -> Reading:
    """A page by which somebody comes onto a list; during a farewell it says that nobody can."""

    def answer(site: Site, request: Request) -> Response:
        return page(site, request) if not site.parts.farewells.lasts() else said(site, request)

    return answer


def lets_join(change: Writing) -> Writing:
    """The same for what its form does."""

    def answer(site: Site, request: Request, form: Form) -> Response:
        return change(site, request, form) if not site.parts.farewells.lasts() else said(site, request)

    return answer


def said(site: Site, request: Request) -> Response:
    """That it has said farewell, and whom to write to: mail that would answer does not go."""
    newsletter = site.newsletter
    contact = newsletter.reply_to or newsletter.sender
    return site.message(site.words(request), "farewell", newsletter=newsletter.name, contact=contact)
