"""The link in a confirmation mail: a page with a button, and what the button does."""

from __future__ import annotations

from datetime import timedelta

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from newsletter.consent.expiry_sql import VALID_DAYS
from newsletter.web.public.forms import Form
from newsletter.web.public.mails import post_welcome, tell_old_address
from newsletter.web.public.site import Site
from newsletter.words.consent import Asked, ConsentRecord

# A reader who is asked whether they still want it may answer late: a late yes brings back a subscription that silence
# ended.
_VALID_DAYS_AGAIN = 120
_PAGES = {Asked.ADDRESS: "confirm_address", Asked.AGAIN: "confirm_again"}


def show(site: Site, request: Request) -> Response:
    record = _request_of(site, request)
    if record is None:
        return site.no_such_link(request)
    words = site.words(request, record.language)
    if record.confirmed_at is not None:
        return site.message(words, "confirmed_before")
    name = _PAGES.get(record.asked, "confirm")
    return site.page(
        "button.html",
        words,
        head=words(f"{name}.head"),
        body=words(f"{name}.body", lists=site.titles(words, record.lists), email=record.email),
        button=words(f"{name}.button"),
    )


def confirm(site: Site, request: Request, form: Form) -> Response:
    record = _request_of(site, request)
    if record is None:
        return site.no_such_link(request)
    words = site.words(request, record.language)
    done = site.parts.consent.requests.confirm(record.id, site.visitor(request), valid_days=_valid_days(record))
    if done is None:
        return site.no_such_link(request)
    if not done.is_new:
        return site.message(words, "confirmed_before")
    if done.asked is Asked.ADDRESS and done.subscriber:
        told = BackgroundTask(tell_old_address, site, done)
        return site.message(words, "address_changed", email=done.email, background=told)
    if not done.lists:
        return site.message(words, "confirmed_nothing")
    return site.message(
        words,
        "stays" if done.asked is Asked.AGAIN else "confirmed",
        lists=site.titles(words, (name for _, name in done.lists)),
        link=(site.preferences_path(done.subscriber, done.lists[0][0]), words("confirmed.preferences")),
        background=BackgroundTask(post_welcome, site, done),
    )


def _request_of(site: Site, request: Request) -> ConsentRecord | None:
    """The request of a genuine link that a mail was made for and that has not expired."""
    token = site.token(request, "c")
    record = site.parts.consent.requests.find_request(token.subscriber) if token else None
    if record is None or not record.mail:
        return None
    if site.parts.clock.now() - record.requested_at > timedelta(days=_valid_days(record)):
        return None
    return record


def _valid_days(record: ConsentRecord) -> int:
    return _VALID_DAYS_AGAIN if record.asked is Asked.AGAIN else VALID_DAYS
