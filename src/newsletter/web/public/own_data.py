"""What a reader may take away or have erased, once they have named their address: a link may have been forwarded."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from newsletter.audience.own_data import own_data
from newsletter.web.public import preferences
from newsletter.web.public.forms import Form
from newsletter.web.public.own_address import knows_address
from newsletter.web.public.own_link import Holder
from newsletter.web.public.site import Site
from newsletter.words.erasing import RequestOf


def export(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    """Everything that is kept about the reader, as a file."""
    refused = _refuse_stranger(site, request, form, holder)
    if refused is not None or holder.person is None:
        return refused or preferences.page(site, request, holder)
    data = own_data(holder.person, site.parts.consents, site.parts.profiles)
    return Response(
        orjson.dumps(data, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


def erase(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    refused = _refuse_stranger(site, request, form, holder)
    if refused is not None or holder.person is None:
        return refused or preferences.page(site, request, holder)
    site.parts.profiles.erase(holder.person.email, RequestOf.READER)
    return site.message(holder.words, "erased", newsletter=site.newsletter.name)


def _refuse_stranger(site: Site, request: Request, form: Form, holder: Holder) -> Response | None:
    """The page again, unless the address typed is the reader's own. Guessing is held off."""
    person = holder.person
    if person is None:
        return None
    knows = knows_address(site, person, form.text("email"))
    if knows is None:
        return site.message(holder.words, "too_many", status=429)
    if knows:
        return None
    problem = holder.words("preferences.not_your_address")
    return preferences.page(site, request, holder, problem=problem, wrong="own_email", status=422)
