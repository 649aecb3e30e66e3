"""The link that ends a subscription: a page with a button, and the one-click request of mail programs (RFC 8058)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.public.forms import Form
from newsletter.web.public.own_link import Holder
from newsletter.web.public.site import Site
from newsletter.words.consent import Left

# RFC 8058, 3.2: exactly this pair, and nothing else.
ONE_CLICK = ("List-Unsubscribe", "One-Click")
_FROM_PAGE = ("from", "page")
UNDO_DAYS = 7
REASONS = ("often", "interest", "never", "other")


def stand_in(site: Site, request: Request, form: Form | None = None) -> Response:
    """Behind `/u/test`, the stand-in of test mails."""
    return site.message(site.words(request), "test_mail")


def show(site: Site, request: Request, holder: Holder) -> Response:
    """Never changes anything: scanners may open it as often as they like."""
    if holder.person is not None and not _is_on(site, holder):
        return _left(site, request, holder)
    name = "leave" if holder.person else "leave_preview"
    return site.page(
        "button.html",
        holder.words,
        head=holder.words(f"{name}.head", list=_title(site, holder)),
        body=holder.words(f"{name}.body", list=_title(site, holder)),
        button=holder.words("leave.button"),
        hidden=(ONE_CLICK, _FROM_PAGE),
        instead=(_preferences(site, holder), holder.words("leave.instead")) if holder.person else None,
    )


def leave(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    """End the subscription for exactly the body of RFC 8058, committed before the answer; else show the page.

    No cookie, origin, referrer or login is looked at: a mail provider has none. Twice is the same as once.
    """
    pairs = set(form.pairs())
    if ONE_CLICK not in pairs or pairs - {ONE_CLICK, _FROM_PAGE}:
        return show(site, request, holder)
    if holder.person is not None:
        token = holder.token
        how = Left.PAGE if _FROM_PAGE in pairs else Left.ONE_CLICK
        site.parts.consent.departures.leave(holder.person.id, [token.mailing_list], issue=token.issue, how=how)
    return _left(site, request, holder)


def undo(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    person, words = holder.person, holder.words
    if person is not None and not _is_on(site, holder):
        undone = site.parts.consent.departures.undo_leaving(person.id, holder.token.mailing_list, within_days=UNDO_DAYS)
        if not undone:
            return site.message(words, "undo_too_late", link=(f"{site.root}/subscribe", words("nav.subscribe")))
    return site.message(words, "undone", list=_title(site, holder))


def say_why(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    reason = form.text("reason")
    if holder.person is not None and reason in REASONS and not _is_on(site, holder):
        site.parts.consent.departures.say_why(holder.person.id, holder.token.mailing_list, reason)
    return site.message(holder.words, "thanks")


def _title(site: Site, holder: Holder) -> str:
    titles = {page.id: page.title for page in site.parts.readers.list_pages()}
    return titles.get(holder.token.mailing_list, site.newsletter.name)


def _preferences(site: Site, holder: Holder) -> str:
    token = holder.token
    return site.preferences_path(token.subscriber, token.mailing_list, token.issue)


def _is_on(site: Site, holder: Holder) -> bool:
    names = {page.id: page.name for page in site.parts.readers.list_pages()}
    return names.get(holder.token.mailing_list) in holder.lists()


def _left(site: Site, request: Request, holder: Holder) -> Response:
    path = f"{site.root}/u/{request.path_params['token']}"
    return site.page(
        "left.html",
        holder.words,
        list=_title(site, holder),
        undo=f"{path}/undo",
        why=f"{path}/why",
        reasons=REASONS,
        preferences=_preferences(site, holder),
        is_preview=holder.person is None,
    )
