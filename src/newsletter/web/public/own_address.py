"""Whether whoever holds a reader's link knows the reader's address: the link may have come with a forwarded mail."""

from __future__ import annotations

from newsletter.ports.consents import Price
from newsletter.web.public.site import Site
from newsletter.words.subscriber import Subscriber, address_key

_HOUR = 3_600
_GUESSES = 10


def knows_address(site: Site, person: Subscriber, typed: str) -> bool | None:
    """None where it was tried so often that the next try has to wait."""
    price = Price(bucket=f"own-address:{person.id}", limit=_GUESSES, seconds=_HOUR)
    if not site.parts.consents.spend([price], site.parts.clock.now()):
        return None
    return address_key(typed) == address_key(person.email)
