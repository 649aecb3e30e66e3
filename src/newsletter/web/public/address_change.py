"""The mail to the address that a reader gave up: whoever reads it must be able to object."""

from __future__ import annotations

import logging

from newsletter.consent.letters.letters import notice
from newsletter.consent.letters.post_office import mail_number
from newsletter.consent.letters.words import MOVED, known_language
from newsletter.consent.requests import Confirmed
from newsletter.web.public.site import Site
from newsletter.words.outcome import Accepted

log = logging.getLogger(__name__)


def tell_old_address(site: Site, confirmed: Confirmed) -> None:
    """Where mail to it is allowed. It does not name the new address: the old one may be somebody else's by now."""
    if not confirmed.moved_from:
        return
    office = site.parts.post_office
    language = known_language(confirmed.language, site.newsletter.language)
    edition = notice(site.newsletter, MOVED[language], language=language, look=office.look)
    for _, outcome in office.send(edition, [confirmed.moved_from], [""], [mail_number(confirmed.request, 1)]):
        if not isinstance(outcome, Accepted):
            log.warning("the mail to an address that was given up was not taken: %s", type(outcome).__name__)
