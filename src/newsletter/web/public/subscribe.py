"""The sign-up form, and the one answer that everybody gets."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from newsletter.consent.sign_up import SignUp, SignUpAnswer, hold_off, sign_up
from newsletter.readers.pages import ListPage
from newsletter.sentences.sentences import Sentences
from newsletter.web.public.forms import Form
from newsletter.web.public.site import Site

# A person takes two seconds to fill in the form, and not more than a day.
_LONGEST_SECONDS = 24 * 3_600
_SHORTEST_SECONDS = 2


def show(site: Site, request: Request) -> Response:
    return _form(site, site.words(request), chosen=request.query_params.getlist("list"))


def ask(site: Site, request: Request, form: Form) -> Response:
    words = site.words(request, form.text("lang"))
    pages = [page for page in site.parts.readers.list_pages() if page.is_open]
    names = form.all("list")
    wanted = pages if len(pages) == 1 else [page for page in pages if page.name in names]
    again = partial(_form, site, words, email=form.text("email"), first_name=form.text("first_name"), status=422)
    if not wanted:
        return again(problem=words("subscribe.no_list"), wrong="list")
    now, key = site.parts.clock.now(), site.parts.key.secret
    answer, flaw = sign_up(
        site.parts.consent,
        site.parts.clock,
        key,
        SignUp(
            email=form.text("email"),
            lists=[page.id for page in wanted],
            first_name=form.text("first_name"),
            language=words.language,
            wording=_wording(site, words, pages),
            is_hasty=_is_hasty(key, form.text("shown"), now),
            # Nobody sees this field; a program that fills in every field does not know that.
            is_bot=bool(form.text("website")),
            visitor=site.visitor(request),
        ),
        site.limits,
    )
    match answer:
        case SignUpAnswer.BAD_ADDRESS:
            reason = words(f"address.{flaw}")
            return again(chosen=names, problem=words("subscribe.bad_address", reason=reason), wrong="email")
        case SignUpAnswer.TOO_MANY:
            return site.message(words, "too_many", status=429)
        case SignUpAnswer.PAUSED:
            return site.message(words, "paused", status=503)
        case SignUpAnswer.ASKED:
            # The mail goes out after the page: so its duration does not reveal which addresses are known here.
            return site.look_into_mail(words, "check_mail", BackgroundTask(_afterwards, site))


def _afterwards(site: Site) -> None:
    hold_off(site.parts.consent.budgets, site.parts.clock, site.newsletter, site.limits)
    site.post_some()


def _form(
    site: Site,
    words: Sentences,
    *,
    email: str = "",
    first_name: str = "",
    chosen: Sequence[str] = (),
    problem: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    pages = [page for page in site.parts.readers.list_pages() if page.is_open]
    if not pages:
        return site.message(words, "nothing_to_join")
    return site.page(
        "subscribe.html",
        words,
        status=status,
        lists=pages,
        chosen=set(chosen) or {pages[0].name},
        email=email,
        first_name=first_name,
        problem=problem,
        wrong=wrong,
        wording=_wording(site, words, pages),
        shown=_stamp(site.parts.key.secret, site.parts.clock.now()),
    )


def _wording(site: Site, words: Sentences, offered: Sequence[ListPage]) -> str:
    """What a reader agrees to, as it stands above the button; kept word for word with the lists they chose."""
    newsletter = site.newsletter.name
    if len(offered) > 1:
        return words("subscribe.wording_chosen", newsletter=newsletter)
    if offered[0].title == newsletter:
        return words("subscribe.wording_one", newsletter=newsletter)
    return words("subscribe.wording", lists=offered[0].title, newsletter=newsletter)


def _stamp(key: bytes, now: datetime) -> str:
    """When a form is shown, as only we can have written it."""
    seconds = int(now.timestamp())
    return f"{seconds}.{_tag(key, seconds)}"


def _is_hasty(key: bytes, text: str, now: datetime) -> bool:
    """Whether a form came back without a genuine time of ours, within two seconds, or after a day."""
    shape = re.fullmatch(r"(\d{1,12})\.([0-9a-f]{32})", text)
    if shape is None or not hmac.compare_digest(_tag(key, int(shape[1])), shape[2]):
        return True
    age = now.timestamp() - int(shape[1])
    return not _SHORTEST_SECONDS <= age <= _LONGEST_SECONDS


def _tag(key: bytes, seconds: int) -> str:
    return hmac.digest(key, f"form:{seconds}".encode(), "sha256").hex()[:32]
