"""What readers ask for, confirm and take back, as the audience verbs need it kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from newsletter.words.consent import Asked, ConsentRecord, Left, Mail, Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """Somebody asks that `email` be mailed. `wording` is what they agreed to, word for word.

    `subscriber` is whose address changes, for `Asked.ADDRESS` alone.
    """

    email: str
    asked: Asked
    lists: Sequence[int] = ()
    subscriber: int | None = None
    first_name: str = ""
    language: str = ""
    wording: str = ""
    visitor: Visitor = field(default_factory=Visitor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A mail that a request is to be answered with. `subscriber` is 0 where the address is nobody's yet."""

    request: int
    mail: Mail
    email: str
    language: str
    lists: tuple[str, ...]
    subscriber: int
    mailing_list: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a confirmation came to. `is_new` is false where the link had done its work already.

    `lists` are those that the person is now on because of it; empty where they must not be mailed.
    """

    subscriber: int
    email: str
    language: str
    lists: tuple[tuple[int, str], ...]
    asked: Asked
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """`cost` out of a bucket that holds `limit` in every span of `seconds`."""

    bucket: str
    limit: int
    seconds: int
    cost: int = 1


class Consents(Protocol):
    def ask(self, request: NewRequest) -> int:
        """Keep a request; its number. The mail that answers it waits for `take_unposted`."""
        ...

    def ask_pending(self, list_name: str, *, asked: Asked, wording: str) -> int:
        """A request for everyone who is pending on a list and has not been asked yet. Returns how many."""
        ...

    def take_unposted(self, *, most: int, quiet_hours: int, most_mails: int) -> Sequence[Posting]:
        """Decide on the mails of the oldest requests and mark them posted, so that no other process posts them.

        At most one mail an address in `quiet_hours`, and `most_mails` for ever until one is confirmed. Who may be put
        on a list becomes pending there. Only the postings that are mails are returned; empty where nothing waits.
        """
        ...

    def count_unposted(self) -> int: ...

    def unpost(self, requests: Sequence[int]) -> None:
        """These mails were surely not handed over: they wait again."""
        ...

    def find_request(self, number: int) -> ConsentRecord | None: ...

    def confirm(self, number: int, visitor: Visitor, *, valid_days: int) -> Confirmed | None:
        """Do what a request asked for, in one transaction. None where it is unknown or older than `valid_days`."""
        ...

    def leave(self, subscriber: int, lists: Sequence[int], *, issue: int, how: Left) -> int:
        """End subscriptions of one person, durably, and note how. Returns how many ended now."""
        ...

    def say_why(self, subscriber: int, mailing_list: int, reason: str) -> None:
        """Keep the reason that a reader gave for having left."""
        ...

    def undo_leaving(self, subscriber: int, mailing_list: int, *, within_days: int) -> bool:
        """Take the reader's own last leaving back, unless somebody else ended it too or time has passed."""
        ...

    def records_of(self, email: str, subscriber: int | None) -> Sequence[ConsentRecord]:
        """Every request of a person, oldest first."""
        ...

    def departures_of(self, subscriber: int) -> Sequence[Mapping[str, object]]: ...

    def spend(self, prices: Sequence[Price], now: datetime) -> bool:
        """Take every price or none. False where one bucket would hold too little."""
        ...

    def count_unconfirmed(self, *, within_seconds: int) -> int:
        """Requests from public pages in that time that nobody has confirmed."""
        ...

    def open_breaker(self, reason: str, *, seconds: int) -> bool:
        """Hold off public requests for a time. True for the caller that opened it, who tells the owner."""
        ...

    def find_breaker(self) -> str | None:
        """Why public requests are held off now; None where they are not."""
        ...

    def expire(self, *, valid_days: int) -> int:
        """Forget those who were asked on a public page, never confirmed, and can't any more. Returns how many."""
        ...
