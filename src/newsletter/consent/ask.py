"""Asks people who were put on a list by somebody else whether they want to be on it, and says where no mail may ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.consent.consent import Consent
from newsletter.consent.letters.post_office import PostOffice
from newsletter.consent.requests_sql import NewRequest
from newsletter.readers.readers_sql import Readers
from newsletter.words.consent import Asked, Mail, Unanswered
from newsletter.words.subscriber import SubscriptionStatus

# More mails than these are left to `serve`, so that an import ends when its rows are in.
AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AskProgress:
    """How many mails with the question were handed over now, and how many wait."""

    posted: int
    waiting: int


def ask_pending(
    consent: Consent, post_office: PostOffice, list_name: str, asked: Asked, source: str | None
) -> AskProgress:
    """Ask everyone who is pending on a list and was not asked yet. `source` goes into the record of their consent."""
    wording = f"Asked to confirm {list_name} by mail" + (f". Source: {source}" if source else ".")
    n_asked = consent.requests.ask_pending(list_name, asked=asked, wording=wording)
    posted = post_office.post_waiting(most=AT_ONCE) if n_asked else 0
    return AskProgress(posted=posted, waiting=consent.queue.count_unposted())


def why_quiet(found: Unanswered | None, now: datetime) -> str:
    """A sentence where no mail asks this address for now, because it has not answered; "" elsewhere."""
    if found is None or found.last_at is None or found.quiet_until is None or found.quiet_until <= now:
        return ""
    return (
        f"It was asked to confirm {found.mails} times and has not answered, the last time on {found.last_at:%-d %B %Y}. "
        f"No mail asks it again before {found.quiet_until:%-d %B %Y}, whoever signs it up."
    )


def ask_once_more(readers: Readers, consent: Consent, post_office: PostOffice, email: str) -> tuple[int, bool]:
    """Forgive an address for not answering, and ask its reader by one more mail where they are pending.

    Returns how many mails are forgiven, and whether a mail was handed over.
    """
    forgiven, person = consent.unanswered.forgive(email), readers.find_subscriber(email)
    if person is None or person.suppressed:
        return forgiven, False
    waiting = {one.list_name for one in person.subscriptions if one.status is SubscriptionStatus.PENDING}
    if not waiting:
        return forgiven, False
    lists = [page.id for page in readers.list_pages() if page.name in waiting]
    wording = f"Asked once more to confirm {' and '.join(sorted(waiting))} by mail."
    number = consent.requests.ask(NewRequest(email=person.email, asked=Asked.ADD, lists=lists, wording=wording))
    post_office.post_waiting(most=1)
    record = consent.requests.find_request(number)
    return forgiven, bool(record and record.posted_at and record.mail == Mail.CONFIRM)
