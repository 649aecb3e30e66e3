"""The link that ends a subscription: a page with a button, and the one-click request of mail programs (RFC 8058)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.public.forms import Form
from newsletter.web.public.site import Site
from newsletter.web.public.words import Words
from newsletter.words.consent import Left
from newsletter.words.subscriber import Subscriber, SubscriptionStatus
from newsletter.words.token import ReaderToken, reader_token

# RFC 8058, 3.2: exactly this pair, and nothing beside it.
ONE_CLICK = ("List-Unsubscribe", "One-Click")
_FROM_PAGE = ("from", "page")
UNDO_DAYS = 7
REASONS = ("often", "interest", "never", "other")


def show(site: Site, request: Request) -> Response:
    """Never changes anything: scanners may open it as often as they like."""
    if request.path_params["token"] == "test":  # noqa: S105 - the stand-in of test mails, no secret
        return site.message(site.words(request), "test_mail")
    found = _reader(site, request)
    return _button(site, request, *found) if found else site.no_such_link(request)


def leave(site: Site, request: Request, form: Form) -> Response:
    """End the subscription for exactly the body of RFC 8058, committed before the answer; else show the page.

    No cookie, origin, referrer or login is looked at: a mail provider has none. Twice is the same as once.
    """
    if request.path_params["token"] == "test":  # noqa: S105 - the stand-in of test mails, no secret
        return site.message(site.words(request), "test_mail")
    found = _reader(site, request)
    if found is None:
        return site.no_such_link(request)
    token, person = found
    pairs = set(form.pairs())
    if ONE_CLICK not in pairs or pairs - {ONE_CLICK, _FROM_PAGE}:
        return _button(site, request, token, person)
    if person is not None:
        how = Left.PAGE if _FROM_PAGE in pairs else Left.ONE_CLICK
        site.parts.consents.leave(person.id, [token.mailing_list], issue=token.issue, how=how)
    return _left(site, request, token, person)


def undo(site: Site, request: Request, form: Form) -> Response:
    found = _reader(site, request)
    if found is None:
        return site.no_such_link(request)
    token, person = found
    words = _words(site, request, person)
    if person is not None and not _is_on(site, person, token.mailing_list):
        undone = site.parts.consents.undo_leaving(person.id, token.mailing_list, within_days=UNDO_DAYS)
        if not undone:
            return site.message(words, "undo_too_late", link=(f"{site.root}/subscribe", words("nav.subscribe")))
    return site.message(words, "undone", list=_title(site, token))


def say_why(site: Site, request: Request, form: Form) -> Response:
    found = _reader(site, request)
    if found is None:
        return site.no_such_link(request)
    token, person = found
    reason = form.text("reason")
    if person is not None and reason in REASONS and not _is_on(site, person, token.mailing_list):
        site.parts.consents.say_why(person.id, token.mailing_list, reason)
    return site.message(_words(site, request, person), "thanks")


def _reader(site: Site, request: Request) -> tuple[ReaderToken, Subscriber | None] | None:
    """Whose link it is; nobody for a preview. None where there is no such link, or the person was erased."""
    token = site.token(request, "u")
    if token is None:
        return None
    if token.is_preview:
        return token, None
    person = site.parts.profiles.find(token.subscriber)
    return (token, person) if person else None


def _words(site: Site, request: Request, person: Subscriber | None) -> Words:
    return site.words(request, str(person.fields.get("language", "")) if person else "")


def _title(site: Site, token: ReaderToken) -> str:
    titles = {page.id: page.title for page in site.parts.profiles.list_pages()}
    return titles.get(token.mailing_list, site.newsletter.name)


def _is_on(site: Site, person: Subscriber, list_id: int) -> bool:
    names = {page.id: page.name for page in site.parts.profiles.list_pages()}
    return any(
        each.list_name == names.get(list_id) and each.status is not SubscriptionStatus.ENDED
        for each in person.subscriptions
    )


def _button(site: Site, request: Request, token: ReaderToken, person: Subscriber | None) -> Response:
    words = _words(site, request, person)
    if person is not None and not _is_on(site, person, token.mailing_list):
        return _left(site, request, token, person)
    name = "leave" if person else "leave_preview"
    return site.page(
        "button.html",
        words,
        head=words(f"{name}.head", list=_title(site, token)),
        body=words(f"{name}.body", list=_title(site, token)),
        button=words("leave.button"),
        hidden=(ONE_CLICK, _FROM_PAGE),
    )


def _left(site: Site, request: Request, token: ReaderToken, person: Subscriber | None) -> Response:
    words = _words(site, request, person)
    path = f"{site.root}/u/{request.path_params['token']}"
    key = site.parts.key
    preferences = reader_token(
        key.secret,
        key_id=key.id,
        purpose="p",
        subscriber=token.subscriber,
        mailing_list=token.mailing_list,
        issue=token.issue,
    )
    return site.page(
        "left.html",
        words,
        list=_title(site, token),
        undo=f"{path}/undo",
        why=f"{path}/why",
        reasons=REASONS,
        preferences=f"{site.root}/preferences/{preferences}",
        is_preview=person is None,
    )
