"""What readers ask for, confirm and take back, as the audience verbs need it kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from newsletter.ports.slots import Notice
from newsletter.words.consent import Asked, ConsentRecord, Left, Mail, Unanswered, Visitor


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
    """A mail that a request is to be answered with. `subscriber` is 0 where the address is nobody's yet.

    `days` is how long the reader has to answer before silence ends their subscription; 0 where it does not.
    """

    request: int
    mail: Mail
    email: str
    language: str
    lists: tuple[str, ...]
    subscriber: int
    mailing_list: int
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a confirmation came to. `is_new` is false where the link had done its work already.

    `lists` are those that the person is now on because of it; empty where they must not be mailed. `moved_from` is the
    address that they gave up with it, where mail to that is allowed.
    """

    request: int
    subscriber: int
    email: str
    language: str
    lists: tuple[tuple[int, str], ...]
    asked: Asked
    is_new: bool
    moved_from: str = ""


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

    def take_unposted(
        self, *, most: int, quiet_hours: int, lease_seconds: float, most_tries: int
    ) -> Sequence[Posting] | None:
        """Decide on the mails of the oldest requests, readers' own first, and take them for `lease_seconds`.

        No other process posts them meanwhile. What is neither marked nor put back by then waits again: a mail may go
        twice rather than never, and `most_tries` times at most. At most one request an address is answered in
        `quiet_hours`, and none that is `Unanswered` too often; an owner's request waits for the hours to pass. Who may be put on a list becomes pending there. Only the postings that are mails are returned; None where nothing waits.
        """
        ...

    def count_unposted(self) -> int:
        """Requests whose mail has not gone, those included that have to wait for quiet hours to pass."""
        ...

    def mark_posted(self, requests: Sequence[int]) -> None:
        """These mails were handed over, or refused for good."""
        ...

    def unpost(self, requests: Sequence[int]) -> None:
        """These mails were surely not handed over: they wait again, and the try does not count."""
        ...

    def find_unanswered(self, email: str) -> Unanswered | None:
        """How often this address was asked and did not answer. None where it never was, or answered since."""
        ...

    def forgive_unanswered(self, email: str) -> int:
        """The address may be asked again at once, as if it had never been. Returns how many mails that forgives."""
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

    def departures_of(self, subscriber: int) -> Sequence[Mapping[str, object]]:
        """Each time that a person left: `list`, `issue`, `how`, `reason`, `left_at` and `undone_at`, oldest first."""
        ...

    def spend(self, prices: Sequence[Price], now: datetime) -> bool:
        """Take every price or none. False where one bucket would hold too little."""
        ...

    def count_sign_ups(self, *, within_seconds: int) -> tuple[int, int]:
        """How many addresses were signed up on public pages in that time: those not confirmed, and those confirmed.

        What came before the breaker last closed is not counted again.
        """
        ...

    def open_breaker(self, reason: str, *, seconds: int, notice: Notice) -> bool:
        """Hold off public requests for a time, and leave the owner a notice of it. False where it is open already."""
        ...

    def close_breaker(self) -> bool:
        """Take public requests again. False where they were not held off."""
        ...

    def find_breaker(self) -> str | None:
        """Why public requests are held off now; None where they are not."""
        ...

    def expire(self, *, valid_days: int) -> int:
        """Forget the requests of public pages that nobody confirmed in time, and people of whom nothing else is known.

        Returns how many requests. That an address was asked in vain stays known by a keyed hash.
        """
        ...

    def forget_visitors(self) -> int:
        """Take IP and program off the requests that are older than the newsletter keeps them. Returns how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRun:
    """The owner asked part of a list whether they still want it, and how that stands.

    Of `asked`, some said yes, some left by themselves, some were ended by their silence, and some are still waited for.
    """

    id: int
    list_name: str
    segment: str
    days: int
    asked_at: datetime
    undone_at: datetime | None
    asked: int
    waiting: int
    stayed: int
    ended: int


class AskingAgain(Protocol):
    def count(self, list_name: str, segment: str) -> int:
        """How many `ask` would ask. Raises as it does."""
        ...

    def ask(self, list_name: str, segment: str, *, days: int, wording: str) -> int:
        """A request for everyone active on a list who fits and was not asked this year. The number of the run.

        Raises Missing for an unknown list, NotNow before the newsletter has sent that list enough issues to judge by.
        """
        ...

    def list_runs(self) -> Sequence[AskingRun]:
        """Every run, the newest first."""
        ...

    def end_silent(self) -> int:
        """End the subscriptions of those who did not answer within the days of their run. Returns how many."""
        ...

    def undo(self, run: int) -> int:
        """Take a run back: nobody more is mailed or ended for it, and whom it ended is on the list again.

        Not who left or must not be mailed since. Returns how many came back. Raises Missing.
        """
        ...
