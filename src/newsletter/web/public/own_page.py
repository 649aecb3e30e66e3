"""What needs the reader's own mailbox: change the address, take all data away, have it erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from newsletter.consent.budgets_sql import Price
from newsletter.consent.own_data import own_data
from newsletter.consent.own_token import is_for, read_own_token
from newsletter.consent.requests_sql import NewRequest
from newsletter.readers.address import BadAddress, check_address
from newsletter.sentences.sentences import Sentences
from newsletter.web.public.forms import Form
from newsletter.web.public.site import Site
from newsletter.words.consent import Asked
from newsletter.words.erasure import RequestOf
from newsletter.words.subscriber import Subscriber

_DAY = 24 * 3_600


@dataclass(frozen=True, slots=True)
class Owner:
    """The reader who opened the link that was mailed to their present address, and their language."""

    person: Subscriber
    words: Sentences


Acting = Callable[[Site, Request, Form, Owner], Response]


def show(site: Site, request: Request) -> Response:
    """Never changes anything: scanners may open it as often as they like."""
    owner = _owner(site, request)
    return _page(site, request, owner) if owner else site.no_such_link(request)


def act(what: Acting) -> Callable[[Site, Request, Form], Response]:
    """A form that is posted to such a link."""

    def endpoint(site: Site, request: Request, form: Form) -> Response:
        owner = _owner(site, request)
        return what(site, request, form, owner) if owner else site.no_such_link(request)

    return endpoint


def change_address(site: Site, request: Request, form: Form, owner: Owner) -> Response:
    """Ask at the new address too. The page says the same whether or not that address is known here."""
    person, words = owner.person, owner.words
    try:
        email = check_address(form.text("email"))
    except BadAddress as bad:
        reason = words("subscribe.bad_address", reason=words(f"address.{bad.flaw}"))
        return _page(site, request, owner, problem=reason)
    price = Price(bucket=f"address-of:{person.id}", limit=5, seconds=_DAY)
    if not site.parts.consent.budgets.spend([price], site.parts.clock.now()):
        return site.message(words, "too_many", status=429)
    site.parts.consent.requests.ask(
        NewRequest(
            email=email,
            asked=Asked.ADDRESS,
            subscriber=person.id,
            language=words.language,
            wording=words("own.address_wording"),
            visitor=site.visitor(request),
        )
    )
    return site.look_into_mail(words, "check_new_mail", BackgroundTask(site.post_some))


def export(site: Site, request: Request, form: Form, owner: Owner) -> Response:
    """Everything that is kept about the reader, as a file."""
    data = own_data(owner.person, site.parts.readers, site.parts.consent)
    return Response(
        orjson.dumps(data, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


def erase(site: Site, request: Request, form: Form, owner: Owner) -> Response:
    site.parts.consent.profiles.erase(owner.person.email, RequestOf.READER)
    return site.message(owner.words, "erased", newsletter=site.newsletter.name)


def _owner(site: Site, request: Request) -> Owner | None:
    token = read_own_token(request.path_params["token"], site.parts.keys, site.parts.clock.now())
    person = site.parts.readers.find(token.subscriber) if token else None
    if token is None or person is None or not is_for(token, person.email, site.parts.keys):
        return None
    return Owner(person, site.words(request, str(person.fields.get("language", ""))))


def _page(site: Site, request: Request, owner: Owner, *, problem: str = "") -> Response:
    """The page; `problem` is a sentence about the new address."""
    return site.page(
        "own.html",
        owner.words,
        status=422 if problem else 200,
        path=f"{site.root}/own/{request.path_params['token']}",
        email=owner.person.email,
        problem=problem,
    )
