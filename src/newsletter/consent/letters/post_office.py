"""Posts the mails that answer requests: the rows of requests are the queue, and any process may work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from newsletter.consent.letters.answers import Posting
from newsletter.consent.letters.letters import LEAVE, LINK, letter
from newsletter.consent.letters.look import LetterLook
from newsletter.consent.letters.queue_sql import Queue
from newsletter.ports.clock import Clock
from newsletter.ports.provider import Provider
from newsletter.sentences.own_words import Translations
from newsletter.words.consent import Mail
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import fill
from newsletter.words.newsletter import Newsletter
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain
from newsletter.words.subscriber import mailable_address
from newsletter.words.token import reader_token

QUIET_HOURS = 24
# A mail may go twice rather than never: if a process dies between handing over and noting it, the next one repeats it.
# Not without end, though, if something about it kills every process that touches it.
MOST_TRIES = 3
LEASE_SECONDS = 600
_MOST_AT_ONCE = 500
# Mails outside the ledger are numbered apart from notices to the owner, and so that no two of them ever share a
# Message-ID: receivers would take the second for a copy and drop it.
_FIRST_NUMBER = 10**12
_PER_REQUEST = 100
_FIRST_OF_MOMENTS = 10**15
_PATHS = {"c": "confirm", "p": "preferences", "u": "u"}


def mail_number(request: int, place: int = 0) -> int:
    """The number under which a mail is handed over that answers a request: 0 is the answer, 1 and on what follows it."""
    return _FIRST_NUMBER + request * _PER_REQUEST + place % _PER_REQUEST


def moment_number(at: datetime) -> int:
    """The number of a mail that is not about a request, by the microsecond at which it was made."""
    return _FIRST_OF_MOMENTS + int(at.timestamp() * 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOffice:
    """Posts mails to one person at a time. `key_id` and `key` sign the links; `title` is what readers call a list.

    `look` are the colours of the mails.
    """

    queue: Queue
    provider: Provider
    newsletter: Newsletter
    clock: Clock
    key_id: int
    key: bytes
    new_token: Callable[[], str]
    translations: Translations
    title: Callable[[str], str] = str
    look: LetterLook = field(default_factory=LetterLook)

    def post_waiting(self, most: int | None = None) -> int:
        """Post the mails that wait, all or until `most` are. Returns how many were handed over.

        Each is marked when the provider has it. What it surely did not take waits for the next call; a mail in doubt is
        posted again when the lease is over, `MOST_TRIES` times in all.
        """
        posted = 0
        while (postings := self._take()) is not None:
            taken = self._post_all(postings)
            posted += taken
            if taken < len(postings) or (most is not None and posted >= most):
                break
        return posted

    def send(
        self,
        edition: Edition,
        addresses: Sequence[str],
        links: Sequence[str],
        numbers: Sequence[int],
        *,
        leave_links: Sequence[str] = (),
    ) -> Iterator[tuple[Sequence[int], Outcome]]:
        """Hand over one mail for each address; what came of which numbers, as the provider answers.

        With `leave_links`, mail programs show their own button for leaving (RFC 8058).
        """
        columns = {LINK: links, **({LEAVE: leave_links} if leave_links else {})}
        one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if leave_links else {}
        consignment = Consignment(
            attempt=self.new_token(),
            edition=edition,
            deliveries=numbers,
            addresses=[mailable_address(address) for address in addresses],
            values=[fill(hole, columns, len(addresses)) for hole in edition.holes],
            headers={"Auto-Submitted": "auto-generated", **one_click},
            reader_headers={"List-Unsubscribe": [f"<{link}>" for link in leave_links]} if leave_links else {},
            deadline_at=self.clock.now() + self.provider.limits.deadline,
        )
        yield from self.provider.hand_over(consignment)

    def link(self, purpose: str, subscriber: int, mailing_list: int = 0) -> str:
        """A reader's own address for a purpose: "c" to confirm a request, "p" for preferences, "u" to leave."""
        token = reader_token(
            self.key, key_id=self.key_id, purpose=purpose, subscriber=subscriber, mailing_list=mailing_list, issue=0
        )
        return f"{self.newsletter.public_url}/{_PATHS[purpose]}/{token}"

    def _take(self) -> Sequence[Posting] | None:
        return self.queue.take_unposted(
            most=min(_MOST_AT_ONCE, self.provider.limits.readers),
            quiet_hours=QUIET_HOURS,
            lease_seconds=LEASE_SECONDS,
            most_tries=MOST_TRIES,
        )

    def _post_all(self, postings: Sequence[Posting]) -> int:
        end = self.clock.monotonic() + LEASE_SECONDS / 2
        taken = 0
        for _, group in groupby(sorted(postings, key=_kind), key=_kind):
            some = list(group)
            if self.clock.monotonic() > end:
                # Another process may soon treat them as abandoned.
                self.queue.unpost([posting.request for posting in some])
                continue
            taken += self._post(some)
        return taken

    def _post(self, postings: Sequence[Posting]) -> int:
        first = postings[0]
        words = self.translations.sentences(first.language, self.newsletter.language)
        titles = [self.title(name) for name in first.lists]
        edition = letter(first.mail, self.newsletter, words, lists=titles, look=self.look, days=first.days)
        is_bulk = first.mail is Mail.AGAIN
        by_number = {mail_number(posting.request): posting for posting in postings}
        answers = self.send(
            edition,
            [posting.email for posting in postings],
            [self._link_of(posting) for posting in postings],
            list(by_number),
            leave_links=[self.link("u", one.subscriber, one.mailing_list) for one in postings] if is_bulk else (),
        )
        taken = 0
        for numbers, outcome in answers:
            some = [by_number[number] for number in numbers]
            taken += self._note(some, outcome)
        return taken

    def _note(self, postings: Sequence[Posting], outcome: Outcome) -> int:
        """Write down what came of some mails. Returns how many are done with.

        At once: where a process dies now, the next one must not repeat them all."""
        requests = [posting.request for posting in postings]
        match outcome:
            case Accepted():
                self.queue.mark_posted(requests)
                return len(requests)
            case Deferred():
                self.queue.unpost(requests)
                return 0
            case Refused(named=named) if not named and len(requests) > 1:
                # One of them spoils it for all: sending the halves finds out which.
                half = len(postings) // 2
                return self._post(postings[:half]) + self._post(postings[half:])
            case Refused(named=named):
                blamed = [one for one in requests if not named or mail_number(one) in named]
                self.queue.mark_posted(blamed)
                self.queue.unpost([one for one in requests if one not in blamed])
                return len(blamed)
            case Uncertain():
                return 0

    def _link_of(self, posting: Posting) -> str:
        if posting.mail is Mail.ALREADY:
            return self.link("p", posting.subscriber, posting.mailing_list)
        return self.link("c", posting.request)


def _kind(posting: Posting) -> tuple[str, str, tuple[str, ...], int]:
    return posting.mail, posting.language, posting.lists, posting.days
