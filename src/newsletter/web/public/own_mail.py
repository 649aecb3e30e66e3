"""The mail to a reader's present address with the link for what a forwarded mail must not open."""

from __future__ import annotations

import logging

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from newsletter.consent.letters.letters import notice
from newsletter.consent.letters.post_office import moment_number
from newsletter.consent.letters.words import OWN, known_language
from newsletter.consent.own_token import own_token
from newsletter.consent.requests import Price
from newsletter.web.public import preferences
from newsletter.web.public.forms import Form
from newsletter.web.public.own_link import Holder
from newsletter.web.public.site import Site
from newsletter.words.outcome import Accepted
from newsletter.words.subscriber import Subscriber, SuppressionReason

log = logging.getLogger(__name__)

_DAY = 24 * 3_600
# Whoever has a forwarded mail can have so many mails sent to its reader in a day, and no more.
_MAILS_A_DAY = 3


def ask(site: Site, request: Request, form: Form, holder: Holder) -> Response:
    """Ask the present address. The page says the same whether it may be mailed."""
    person, words = holder.person, holder.words
    if person is None:
        return preferences.page(site, request, holder)
    price = Price(bucket=f"own-link:{person.id}", limit=_MAILS_A_DAY, seconds=_DAY)
    if not site.parts.consents.spend([price], site.parts.clock.now()):
        return site.message(words, "own_asked_enough", status=429)
    return site.look_into_mail(words, "check_own_mail", BackgroundTask(_post, site, person))


def _post(site: Site, person: Subscriber) -> None:
    if person.suppressed not in {None, SuppressionReason.UNSUBSCRIBE}:
        return
    key, now, office = site.parts.key, site.parts.clock.now(), site.parts.post_office
    token = own_token(key.secret, key_id=key.id, subscriber=person.id, email=person.email, now=now)
    language = known_language(str(person.fields.get("language", "")), site.newsletter.language)
    edition = notice(site.newsletter, OWN[language], language=language, look=office.look)
    link = f"{site.newsletter.public_url}/own/{token}"
    for _, outcome in office.send(edition, [person.email], [link], [moment_number(now)]):
        if not isinstance(outcome, Accepted):
            log.warning("the mail with a reader's own link was not taken: %s", type(outcome).__name__)
