"""A reader's own page: what they get, where, how often not, what is kept about them, and the way out."""

from __future__ import annotations

from datetime import timedelta

import orjson
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from newsletter.audience.address import check_address
from newsletter.audience.own_data import own_data
from newsletter.ports.consents import NewRequest, Price
from newsletter.ports.profiles import ListPage
from newsletter.web.public.forms import Form
from newsletter.web.public.site import Site
from newsletter.web.public.words import LANGUAGES, Words
from newsletter.words.consent import Asked, Left
from newsletter.words.erasing import RequestOf
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import Subscriber, SubscriptionStatus, address_key
from newsletter.words.token import ReaderToken

WEEKS = (2, 4, 8, 12)
_LONGEST_NAME = 80
_HOUR = 3_600


def show(site: Site, request: Request) -> Response:
    found = _reader(site, request)
    if found is None:
        return site.no_such_link(request)
    token, person = found
    return _page(site, request, token, person)


def save(site: Site, request: Request, form: Form) -> Response:
    found = _reader(site, request)
    if found is None:
        return site.no_such_link(request)
    token, person = found
    words = _words(site, request, person)
    if form.text("act") != "save" or person is None:
        return _page(site, request, token, person)
    language = form.text("language")
    site.parts.profiles.change(
        person.id,
        first_name=_name(form.text("first_name")),
        last_name=_name(form.text("last_name")),
        language=language if language in LANGUAGES else "",
    )
    offered = _offered(site, person)
    wanted = {page.name for page in offered} & set(form.all("list"))
    leaving = [page.id for page in offered if page.name in _names(person) and page.name not in wanted]
    joining = [page.id for page in offered if page.name in wanted and page.name not in _names(person)]
    site.parts.consents.leave(person.id, leaving, issue=token.issue, how=Left.PREFERENCES)
    wording = words("preferences.wording", newsletter=site.newsletter.name)
    site.parts.profiles.join_open(person.id, joining, wording=wording)
    return _page(site, request, token, site.parts.profiles.find(person.id), said="preferences.saved")


def pause(site: Site, request: Request, form: Form) -> Response:
    found = _reader(site, request)
    if found is None:
        return site.no_such_link(request)
    token, person = found
    weeks = form.text("weeks")
    if person is not None and weeks in {"0", *map(str, WEEKS)}:
        until = site.parts.clock.now() + timedelta(weeks=int(weeks)) if weeks != "0" else None
        site.parts.profiles.rest(person.id, until)
        return _page(site, request, token, person, said="preferences.saved")
    return _page(site, request, token, person)


def change_address(site: Site, request: Request, form: Form) -> Response:
    """Ask at the new address. The page says the same whether or not that address is known here."""
    found = _reader(site, request)
    if found is None:
        return site.no_such_link(request)
    token, person = found
    words = _words(site, request, person)
    if person is None:
        return _page(site, request, token, person)
    try:
        email = check_address(form.text("email"))
    except Mistake as mistake:
        reason = words("subscribe.bad_address", reason=mistake.message)
        return _page(site, request, token, person, problem=reason, status=422)
    price = Price(bucket=f"address-of:{person.id}", limit=5, seconds=24 * _HOUR)
    if not site.parts.consents.spend([price], site.parts.clock.now()):
        return site.message(words, "too_many", status=429)
    site.parts.consents.ask(
        NewRequest(
            email=email,
            asked=Asked.ADDRESS,
            subscriber=person.id,
            language=words.language,
            wording=words("preferences.address_wording"),
            visitor=site.visitor(request),
        )
    )
    return site.message(words, "check_mail", background=BackgroundTask(lambda: site.parts.post_office.post_waiting()))


def export(site: Site, request: Request, form: Form) -> Response:
    """Everything that is kept about a reader, once they have named their address: a link may have been forwarded."""
    found = _reader(site, request)
    if found is None:
        return site.no_such_link(request)
    token, person = found
    refused = _refuse_stranger(site, request, token, person, form)
    if refused is not None or person is None:
        return refused or _page(site, request, token, person)
    data = own_data(person, site.parts.consents, site.parts.profiles)
    return Response(
        orjson.dumps(data, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


def erase(site: Site, request: Request, form: Form) -> Response:
    found = _reader(site, request)
    if found is None:
        return site.no_such_link(request)
    token, person = found
    refused = _refuse_stranger(site, request, token, person, form)
    if refused is not None or person is None:
        return refused or _page(site, request, token, person)
    site.parts.profiles.erase(person.email, RequestOf.READER)
    return site.message(_words(site, request, person), "erased", newsletter=site.newsletter.name)


def _refuse_stranger(
    site: Site, request: Request, token: ReaderToken, person: Subscriber | None, form: Form
) -> Response | None:
    """The page again, unless the address typed is the reader's own. Guessing is held off."""
    if person is None:
        return None
    words = _words(site, request, person)
    price = Price(bucket=f"own-address:{person.id}", limit=10, seconds=_HOUR)
    if not site.parts.consents.spend([price], site.parts.clock.now()):
        return site.message(words, "too_many", status=429)
    if address_key(form.text("email")) == address_key(person.email):
        return None
    return _page(site, request, token, person, problem=words("preferences.not_your_address"), status=422)


def _reader(site: Site, request: Request) -> tuple[ReaderToken, Subscriber | None] | None:
    token = site.token(request, "p")
    if token is None:
        return None
    if token.is_preview:
        return token, None
    person = site.parts.profiles.find(token.subscriber)
    return (token, person) if person else None


def _words(site: Site, request: Request, person: Subscriber | None) -> Words:
    return site.words(request, str(person.fields.get("language", "")) if person else "")


def _names(person: Subscriber) -> set[str]:
    """The lists that a person is on, or has asked for."""
    return {each.list_name for each in person.subscriptions if each.status is not SubscriptionStatus.ENDED}


def _offered(site: Site, person: Subscriber) -> list[ListPage]:
    """Open lists, and closed ones that the person is on: those can be left, not found."""
    on = _names(person)
    return [page for page in site.parts.profiles.list_pages() if page.is_open or page.name in on]


def _page(
    site: Site,
    request: Request,
    token: ReaderToken,
    person: Subscriber | None,
    *,
    said: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    words = _words(site, request, person)
    if person is None:
        return site.message(words, "preferences_preview")
    return site.page(
        "preferences.html",
        words,
        status=status,
        path=f"{site.root}/preferences/{request.path_params['token']}",
        person=person,
        masked=_masked(person.email),
        language=str(person.fields.get("language", "")),
        languages=LANGUAGES,
        lists=_offered(site, person),
        on=_names(person),
        blocked=person.suppressed,
        rests_until=site.parts.profiles.find_rest(person.id),
        weeks=WEEKS,
        said=words(said) if said else "",
        problem=problem,
    )


def _masked(email: str) -> str:
    """Enough for the reader to know which address, too little for whoever a mail was forwarded to."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _name(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_LONGEST_NAME]
