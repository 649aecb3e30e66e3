"""Post the mails that answer requests: the request rows are the queue, and any process may work it off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from newsletter.audience.letter_words import known_language
from newsletter.audience.letters import LINK, letter
from newsletter.ports.clock import Clock
from newsletter.ports.consents import Consents, Posting
from newsletter.ports.provider import Provider
from newsletter.words.consent import Mail
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import fill
from newsletter.words.newsletter import Newsletter
from newsletter.words.outcome import Deferred
from newsletter.words.subscriber import mailable_address
from newsletter.words.token import reader_token

QUIET_HOURS = 24
MOST_MAILS = 3
_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOffice:
    """What it takes to post a mail. `key_id` and `key` sign the links; `title` is what readers call a list."""

    consents: Consents
    provider: Provider
    newsletter: Newsletter
    clock: Clock
    key_id: int
    key: bytes
    new_token: Callable[[], str]
    title: Callable[[str], str] = str

    def post_waiting(self, most: int | None = None) -> int:
        """Post the mails that wait, all or until `most` are. Returns how many were handed over.

        A mail is marked posted before it is handed over: a crash between loses it, and nobody gets two. Mails that
        the provider surely did not take wait for the next call.
        """
        posted = 0
        while postings := self._take():
            groups = [list(group) for _, group in groupby(sorted(postings, key=_kind), key=_kind)]
            taken = sum(self._post(group) for group in groups)
            posted += taken
            if taken < len(postings) or (most is not None and posted >= most):
                break
        return posted

    def send(
        self, edition: Edition, addresses: Sequence[str], links: Sequence[str], numbers: Sequence[int]
    ) -> set[int]:
        """Hand over one mail for each address. Returns the numbers of those that were surely not taken."""
        refused: set[int] = set()
        columns = {LINK: links}
        consignment = Consignment(
            attempt=self.new_token(),
            edition=edition,
            deliveries=numbers,
            addresses=[mailable_address(address) for address in addresses],
            values=[fill(hole, columns, len(addresses)) for hole in edition.holes],
            headers={"Auto-Submitted": "auto-generated"},
            reader_headers={},
            deadline_at=self.clock.now() + self.provider.limits.deadline,
        )
        for deliveries, outcome in self.provider.hand_over(consignment):
            if isinstance(outcome, Deferred):
                refused |= set(deliveries)
        return refused

    def link(self, purpose: str, subscriber: int, mailing_list: int = 0) -> str:
        """A reader's own address for a purpose: "c" to confirm a request, "p" for preferences."""
        token = reader_token(
            self.key, key_id=self.key_id, purpose=purpose, subscriber=subscriber, mailing_list=mailing_list, issue=0
        )
        return f"{self.newsletter.public_url}/{'confirm' if purpose == 'c' else 'preferences'}/{token}"

    def _take(self) -> Sequence[Posting]:
        """The next mails. Requests that no mail answers are passed over."""
        while self.consents.count_unposted():
            most = min(_MOST_AT_ONCE, self.provider.limits.readers)
            postings = self.consents.take_unposted(most=most, quiet_hours=QUIET_HOURS, most_mails=MOST_MAILS)
            if postings:
                return postings
        return ()

    def _post(self, postings: Sequence[Posting]) -> int:
        first = postings[0]
        language = known_language(first.language, self.newsletter.language)
        titles = [self.title(name) for name in first.lists]
        edition = letter(first.mail, self.newsletter, language=language, lists=titles)
        refused = self.send(
            edition,
            [posting.email for posting in postings],
            [self._link_of(posting) for posting in postings],
            [posting.request for posting in postings],
        )
        if refused:
            self.consents.unpost(sorted(refused))
        return len(postings) - len(refused)

    def _link_of(self, posting: Posting) -> str:
        if posting.mail is Mail.ALREADY:
            return self.link("p", posting.subscriber, posting.mailing_list)
        return self.link("c", posting.request)


def _kind(posting: Posting) -> tuple[str, str, tuple[str, ...]]:
    return posting.mail, posting.language, posting.lists
