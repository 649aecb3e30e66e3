"""A reader's own page: what they get, in which language, how often not, and at which address."""

from __future__ import annotations

from datetime import timedelta

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from newsletter.audience.address import BadAddress, check_address
from newsletter.audience.sign_up import one_line
from newsletter.ports.consents import NewRequest, Price
from newsletter.ports.profiles import ListPage
from newsletter.web.public.forms import Form
from newsletter.web.public.own_address import knows_address
from newsletter.web.public.own_link import Holder
from newsletter.web.public.site import Site
from newsletter.web.public.words import LANGUAGES, long_date
from newsletter.words.consent import Asked, Left
from newsletter.words.subscriber import Subscriber

WEEKS = (2, 4, 8, 12)
_DAY = 24 * 3_600


def show(site: Site, request: Request, holder: Holder) -> Response:
    return page(site, request, holder)


def save(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    person = holder.person
    if form.text("act") != "save" or person is None:
        return page(site, request, holder)
    language = form.text("language")
    if language not in LANGUAGES:
        # One that these pages do not speak, as an import brought it, was not theirs to choose and is not theirs to lose.
        language = "" if _spoken(person) else _language(person)
    site.parts.profiles.change(
        person.id,
        first_name=one_line(form.text("first_name")),
        last_name=one_line(form.text("last_name")),
        language=language,
    )
    offered, on = _offered(site, holder), holder.lists()
    wanted = {each.name for each in offered} & set(form.all("list"))
    leaving = [each.id for each in offered if each.name in on and each.name not in wanted]
    joining = [each.id for each in offered if each.name in wanted and each.name not in on]
    site.parts.consents.leave(person.id, leaving, issue=holder.token.issue, how=Left.PREFERENCES)
    wording = holder.words("preferences.wording", newsletter=site.newsletter.name)
    site.parts.profiles.join_open(person.id, joining, wording=wording)
    now = Holder(holder.token, site.words(request, language), site.parts.profiles.find(person.id))
    return page(site, request, now, said="preferences.saved")


def pause(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    weeks = form.text("weeks")
    if holder.person is None or weeks not in {"0", *map(str, WEEKS)}:
        return page(site, request, holder)
    until = site.parts.clock.now() + timedelta(weeks=int(weeks)) if weeks != "0" else None
    site.parts.profiles.rest(holder.person.id, until)
    return page(site, request, holder, said="preferences.saved")


def change_address(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    """Ask at the new address. The page says the same whether or not that address is known here.

    Only who knows the old one: with a forwarded mail, somebody else would have the subscription, and all that is kept.
    """
    person, words = holder.person, holder.words
    if person is None:
        return page(site, request, holder)
    knows = knows_address(site, person, form.text("own_email"))
    if knows is None:
        return site.message(words, "too_many", status=429)
    if not knows:
        return page(site, request, holder, problem=words("preferences.not_your_address"), wrong="old_email", status=422)
    try:
        email = check_address(form.text("email"))
    except BadAddress as bad:
        reason = words("subscribe.bad_address", reason=words(f"address.{bad.flaw}"))
        return page(site, request, holder, problem=reason, wrong="new_email", status=422)
    price = Price(bucket=f"address-of:{person.id}", limit=5, seconds=_DAY)
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
    return site.look_into_mail(words, "check_new_mail", BackgroundTask(site.post_some))


def page(
    site: Site,
    request: Request,
    holder: Holder,
    *,
    said: str = "",
    problem: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    """The page as it stands now. `problem` is a sentence about the field whose id is `wrong`."""
    person, words = holder.person, holder.words
    if person is None:
        return site.message(words, "preferences_preview")
    rests_until = site.parts.profiles.find_rest(person.id)
    return site.page(
        "preferences.html",
        words,
        status=status,
        path=f"{site.root}/preferences/{request.path_params['token']}",
        person=person,
        masked=_masked(person.email),
        language=_spoken(person),
        languages=LANGUAGES,
        lists=_offered(site, holder),
        on=holder.lists(),
        blocked=person.suppressed,
        rests_until=long_date(words.language, rests_until) if rests_until else "",
        weeks=WEEKS,
        said=words(said) if said else "",
        problem=problem,
        wrong=wrong,
    )


def _offered(site: Site, holder: Holder) -> list[ListPage]:
    """Open lists, and closed ones that the person is on: those can be left, not found."""
    on = holder.lists()
    return [each for each in site.parts.profiles.list_pages() if each.is_open or each.name in on]


def _language(person: Subscriber) -> str:
    return str(person.fields.get("language", ""))


def _spoken(person: Subscriber) -> str:
    """The reader's language among those of these pages, by its primary tag; "" where it is none of them."""
    primary = _language(person).lower().partition("-")[0]
    return primary if primary in LANGUAGES else ""


def _masked(email: str) -> str:
    """Enough for the reader to know which address, too little for whoever a mail was forwarded to."""
    local, _, domain = email.rpartition("@")
    # The joiner keeps a narrow screen from breaking it in the middle.
    return f"{local[:1]}…\u2060@{domain}"
