"""The link in a confirmation mail: a page with a button, and what the button does."""

from __future__ import annotations

from datetime import timedelta

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.public.forms import Form
from newsletter.web.public.site import Site
from newsletter.web.public.welcome import welcome
from newsletter.words.consent import Asked, ConsentRecord
from newsletter.words.token import reader_token

VALID_DAYS = 30


def show(site: Site, request: Request) -> Response:
    record = _request_of(site, request)
    if record is None:
        return site.no_such_link(request)
    words = site.words(request)
    if record.confirmed_at is not None:
        return site.message(words, "confirmed_before")
    kind = "confirm_address" if record.asked is Asked.ADDRESS else "confirm"
    titles = {page.name: page.title for page in site.parts.profiles.list_pages()}
    lists = ", ".join(titles.get(name, name) for name in record.lists) or site.newsletter.name
    return site.page(
        "button.html",
        words,
        head=words(f"{kind}.head"),
        body=words(f"{kind}.body", lists=lists, email=record.email),
        button=words(f"{kind}.button"),
        hidden=(),
    )


def confirm(site: Site, request: Request, form: Form) -> Response:
    record = _request_of(site, request)
    if record is None:
        return site.no_such_link(request)
    words = site.words(request)
    done = site.parts.consents.confirm(record.id, site.visitor(request), valid_days=VALID_DAYS)
    if done is None:
        return site.no_such_link(request)
    if not done.is_new:
        return site.message(words, "confirmed_before")
    if not done.subscriber:
        return site.message(words, "confirmed_nothing")
    if done.asked is Asked.ADDRESS:
        return site.message(words, "address_changed", email=done.email)
    key = site.parts.key
    first_list = done.lists[0][0] if done.lists else 0
    token = reader_token(
        key.secret, key_id=key.id, purpose="p", subscriber=done.subscriber, mailing_list=first_list, issue=0
    )
    titles = {page.name: page.title for page in site.parts.profiles.list_pages()}
    return site.message(
        words,
        "confirmed",
        lists=", ".join(titles.get(name, name) for _, name in done.lists) or site.newsletter.name,
        link=(f"{site.root}/preferences/{token}", words("confirmed.preferences")) if first_list else None,
        background=BackgroundTask(welcome, site, done),
    )


def _request_of(site: Site, request: Request) -> ConsentRecord | None:
    """The request of a genuine link that was posted and has not expired."""
    token = site.token(request, "c")
    record = site.parts.consents.find_request(token.subscriber) if token else None
    if record is None or record.posted_at is None:
        return None
    if site.parts.clock.now() - record.requested_at > timedelta(days=VALID_DAYS):
        return None
    return record
