"""The sign-up form, and the one answer that everybody gets."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from newsletter.audience.sign_up import Answer, SignUp, should_break, sign_up
from newsletter.ports.profiles import ListPage
from newsletter.web.public.form_time import is_hasty, stamp
from newsletter.web.public.forms import Form
from newsletter.web.public.site import Site
from newsletter.web.public.words import Words

_BREAK_SECONDS = 3_600


def show(site: Site, request: Request) -> Response:
    return _form(site, site.words(request), chosen=request.query_params.getlist("list"))


def ask(site: Site, request: Request, form: Form) -> Response:
    words = site.words(request, form.text("lang"))
    pages = [page for page in site.parts.profiles.list_pages() if page.is_open]
    names = form.all("list")
    wanted = pages if len(pages) == 1 else [page for page in pages if page.name in names]
    if not wanted:
        return _form(site, words, email=form.text("email"), problem=words("subscribe.no_list"), status=422)
    now, key = site.parts.clock.now(), site.parts.key.secret
    answer, reason = sign_up(
        site.parts.consents,
        site.parts.clock,
        key,
        SignUp(
            email=form.text("email"),
            lists=[page.id for page in wanted],
            first_name=form.text("first_name"),
            language=words.language,
            wording=_wording(site, words, wanted),
            is_hasty=is_hasty(key, form.text("shown"), now),
            # Nobody sees this field; a program that fills in every field does not know that.
            is_bot=bool(form.text("website")),
            visitor=site.visitor(request),
        ),
        site.limits,
    )
    match answer:
        case Answer.BAD_ADDRESS:
            problem = words("subscribe.bad_address", reason=reason)
            return _form(site, words, email=form.text("email"), chosen=names, problem=problem, status=422)
        case Answer.TOO_MANY:
            return site.message(words, "too_many", status=429)
        case Answer.PAUSED:
            return site.message(words, "paused", status=503)
        case Answer.ASKED:
            # The mail goes out when the page has: how long that takes tells nobody who is known here.
            return site.message(words, "check_mail", background=BackgroundTask(_afterwards, site))


def _afterwards(site: Site) -> None:
    reason = should_break(site.parts.consents, site.limits)
    if reason and site.parts.consents.open_breaker(reason, seconds=_BREAK_SECONDS):
        _tell_owner(site, reason)
    site.parts.post_office.post_waiting()


def _tell_owner(site: Site, reason: str) -> None:
    from html import escape

    from newsletter.audience.letters import note

    words = Words("en")
    body = words("breaker.body", reason=reason)
    edition = note(
        site.newsletter,
        subject=words("breaker.subject"),
        html_body=f"<p>{escape(body)}</p>",
        text_body=body,
        language="en",
        foot=words("breaker.foot"),
    )
    site.parts.post_office.send(edition, [site.newsletter.reply_to or site.newsletter.sender], [""], [0])


def _form(
    site: Site,
    words: Words,
    *,
    email: str = "",
    chosen: Sequence[str] = (),
    problem: str = "",
    status: int = 200,
) -> Response:
    pages = [page for page in site.parts.profiles.list_pages() if page.is_open]
    if not pages:
        return site.message(words, "nothing_to_join")
    return site.page(
        "subscribe.html",
        words,
        status=status,
        lists=pages,
        chosen=set(chosen) or {pages[0].name},
        email=email,
        problem=problem,
        wording=_wording(site, words, pages),
        shown=stamp(site.parts.key.secret, site.parts.clock.now()),
    )


def _wording(site: Site, words: Words, pages: Sequence[ListPage]) -> str:
    """What a reader agrees to, kept word for word with their confirmation."""
    if [page.title for page in pages] == [site.newsletter.name]:
        return words("subscribe.wording_one", newsletter=site.newsletter.name)
    return words("subscribe.wording", lists=", ".join(page.title for page in pages), newsletter=site.newsletter.name)
