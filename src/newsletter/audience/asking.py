"""Asks people who were put on a list by somebody else whether they want to be on it."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.audience.posting import PostOffice
from newsletter.ports.consents import Consents
from newsletter.words.consent import Asked

# More mails than these are left to `serve`, so that an import ends when its rows are in.
AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How many mails that ask were handed over now, and how many wait."""

    posted: int
    waiting: int


def ask_pending(
    consents: Consents, post_office: PostOffice, list_name: str, asked: Asked, source: str | None
) -> Asking:
    """Ask everyone who is pending on a list and was not asked yet. `source` goes into the record of their consent."""
    wording = f"Asked to confirm {list_name} by mail" + (f". Source: {source}" if source else ".")
    n_asked = consents.ask_pending(list_name, asked=asked, wording=wording)
    posted = post_office.post_waiting(most=AT_ONCE) if n_asked else 0
    return Asking(posted=posted, waiting=consents.count_unposted())
