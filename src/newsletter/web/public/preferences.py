"""A reader's own page: what they get, in which language, and when not."""

from __future__ import annotations

from datetime import timedelta

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from newsletter.consent.budgets_sql import Price
from newsletter.consent.sign_up import short_name
from newsletter.readers.pages import ListPage
from newsletter.sentences.catalogue import LANGUAGES, language_names
from newsletter.web.public.farewell import said
from newsletter.web.public.forms import Form
from newsletter.web.public.mails import post_own_link
from newsletter.web.public.own_link import Holder
from newsletter.web.public.site import Site
from newsletter.words.consent import Left
from newsletter.words.subscriber import Subscriber

WEEKS = (2, 4, 8, 12)
# Anybody with a forwarded mail can have so many mails sent to its reader in a day, and no more.
_OWN_LINKS_A_DAY = 3
_DAY = 24 * 3_600


def save(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    person = holder.person
    if form.text("act") != "save" or person is None:
        return page(site, request, holder)
    language = form.text("language")
    if language not in LANGUAGES:
        # A language that these pages do not speak came with an import: the form does not offer it, so it must not clear it.
        language = "" if _spoken(person) else _language(person)
    site.parts.consent.profiles.change(
        person.id,
        first_name=short_name(form.text("first_name")),
        last_name=short_name(form.text("last_name")),
        language=language,
    )
    offered, on = _offered(site, holder), holder.lists()
    wanted = {each.name for each in offered} & set(form.all("list"))
    leaving = [each.id for each in offered if each.name in on and each.name not in wanted]
    joining = [each.id for each in offered if each.name in wanted and each.name not in on]
    if site.parts.farewells.lasts():
        joining = []
    site.parts.consent.departures.leave(person.id, leaving, issue=holder.token.issue, how=Left.PREFERENCES)
    wording = holder.words("preferences.wording", newsletter=site.newsletter.name)
    site.parts.consent.profiles.join_open(person.id, joining, wording=wording)
    now = Holder(holder.token, site.words(request, language), site.parts.readers.find(person.id))
    return page(site, request, now, note="preferences.saved")


def pause(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    weeks = form.text("weeks")
    if holder.person is None or weeks not in {"0", *map(str, WEEKS)}:
        return page(site, request, holder)
    until = site.parts.clock.now() + timedelta(weeks=int(weeks)) if weeks != "0" else None
    site.parts.consent.profiles.rest(holder.person.id, until)
    now = Holder(holder.token, holder.words, site.parts.readers.find(holder.person.id))
    return page(site, request, now, note="preferences.saved")


def mail_own_link(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    """Post the reader's own link to the present address. The page says the same whether or not it may be mailed."""
    person, words = holder.person, holder.words
    if person is None:
        return page(site, request, holder)
    if site.parts.farewells.lasts():
        return said(site, request)
    price = Price(bucket=f"own-link:{person.id}", limit=_OWN_LINKS_A_DAY, seconds=_DAY)
    if not site.parts.consent.budgets.spend([price], site.parts.clock.now()):
        return site.message(words, "own_asked_enough", status=429)
    return site.look_into_mail(words, "check_own_mail", BackgroundTask(post_own_link, site, person))


def page(site: Site, request: Request, holder: Holder, *, note: str = "") -> Response:
    """The page as it stands now. `note` names what is said on it."""
    person, words = holder.person, holder.words
    if person is None:
        return site.message(words, "preferences_preview")
    return site.page(
        "preferences.html",
        words,
        path=f"{site.root}/preferences/{request.path_params['token']}",
        person=person,
        masked=_masked(person.email),
        language=_spoken(person),
        languages=language_names(),
        lists=_offered(site, holder),
        on=holder.lists(),
        blocked=person.suppressed,
        rests_until=words.day(person.rests_until) if person.rests_until else "",
        weeks=WEEKS,
        said=words(note) if note else "",
    )


def _offered(site: Site, holder: Holder) -> list[ListPage]:
    """Open lists, and closed ones that the person is on: they can leave those, but nobody else can find them."""
    on, may_join = holder.lists(), not site.parts.farewells.lasts()
    return [each for each in site.parts.readers.list_pages() if (each.is_open and may_join) or each.name in on]


def _language(person: Subscriber) -> str:
    return str(person.fields.get("language", ""))


def _spoken(person: Subscriber) -> str:
    """The reader's language, if these pages speak it, by its primary tag; else ""."""
    primary = _language(person).lower().partition("-")[0]
    return primary if primary in LANGUAGES else ""


def _masked(email: str) -> str:
    """Enough for the reader to know which address it is, too little for somebody who got a forwarded mail."""
    local, _, domain = email.rpartition("@")
    # The joiner keeps a narrow screen from breaking it in the middle.
    return f"{local[:1]}…\u2060@{domain}"
