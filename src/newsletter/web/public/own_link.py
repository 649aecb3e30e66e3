"""A reader's own link: the reader behind it, and the one answer where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from newsletter.sentences.sentences import Sentences
from newsletter.web.public.forms import Form
from newsletter.web.public.site import Site
from newsletter.words.subscriber import Subscriber, SubscriptionStatus
from newsletter.words.token import ReaderToken


@dataclass(frozen=True, slots=True)
class Holder:
    """What a genuine link says, the language of its reader, and the reader: None for a preview."""

    token: ReaderToken
    words: Sentences
    person: Subscriber | None = None

    def lists(self) -> set[str]:
        """The lists that the person is on, or has asked for."""
        all_ = self.person.subscriptions if self.person else ()
        return {each.list_name for each in all_ if each.status is not SubscriptionStatus.ENDED}


Showing = Callable[[Site, Request, Holder], Response]
Changing = Callable[[Site, Request, Form, Holder], Response]


def held(purpose: str, page: Showing) -> Callable[[Site, Request], Response]:
    """A page behind links of one purpose: "u" to leave, "p" for preferences."""
    return lambda site, request: _answer(site, request, purpose, partial(page, site, request))


def held_form(purpose: str, page: Changing) -> Callable[[Site, Request, Form], Response]:
    """The same for a form that is posted to such a link."""
    return lambda site, request, form: _answer(site, request, purpose, partial(page, site, request, form))


def _answer(site: Site, request: Request, purpose: str, page: Callable[[Holder], Response]) -> Response:
    token = site.token(request, purpose)
    if token is None:
        return site.no_such_link(request)
    if token.is_preview:
        return page(Holder(token, site.words(request)))
    person = site.parts.readers.find(token.subscriber)
    if person is None:
        return site.no_such_link(request)
    return page(Holder(token, site.words(request, str(person.fields.get("language", ""))), person))
