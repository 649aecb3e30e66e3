"""The ledger as the sending verbs need it: plan, claim, record, sweep, settle, account.

A ledger is one of two accounts in the same database: what was practised, and what went to real readers. Each keeps
every promise by itself, and neither knows what the other one planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from newsletter.words.edition import Edition
from newsletter.words.halt import Halt
from newsletter.words.ledger import Fate, HandOver, MailingStatus
from newsletter.words.outcome import Outcome
from newsletter.words.pace import NO_LIMIT, Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingRow:
    """One edition going to one list. `planned` grows while the status is PLANNING."""

    id: int
    issue: int
    edition_digest: str
    list_name: str
    list_id: int
    status: MailingStatus
    pause_reason: str | None
    start_at: datetime
    planned: int
    already_had_it: int
    segment: str = ""
    is_practice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A parcel taken for one attempt: these readers and no others are in the call.

    Lists are parallel. `fields` is empty unless the claim asked for it. `n_skipped` were planned but may not be mailed.
    """

    attempt_id: int
    token: str
    parcel_id: int
    deadline_at: datetime
    deliveries: Sequence[int]
    subscribers: Sequence[int]
    addresses: Sequence[str]
    first_names: Sequence[str]
    last_names: Sequence[str]
    fields: Sequence[Mapping[str, object]] = ()
    n_skipped: int = 0


# A parcel was due, but nobody in it may be mailed any more: it is settled, and no attempt was made.
NOBODY_LEFT = Claim(
    attempt_id=0,
    token="",
    parcel_id=0,
    deadline_at=datetime.min.replace(tzinfo=UTC),
    deliveries=(),
    subscribers=(),
    addresses=(),
    first_names=(),
    last_names=(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulAttempt:
    """An attempt whose end nobody saw, with the deliveries of it that are still uncertain, or were left.

    `deadline_at` and `now` are by the one clock that all senders share, the database's.
    """

    id: int
    token: str
    parcel_id: int
    deadline_at: datetime
    now: datetime
    deliveries: Sequence[int]
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Where every planned reader of an issue stands. The hand-over counts add up to `planned`.

    `doubled` of those accepted were taken twice, as evidence about an earlier try showed later. `late` had left while
    their call was under way or in doubt, and have it or may have it. `is_practice`: nothing of it left this machine.
    """

    issue: int
    planned: int
    handover: Mapping[HandOver, int]
    skipped: Mapping[str, int] = field(default_factory=dict)
    mailings: Sequence[MailingRow] = ()
    doubled: int = 0
    late: int = 0
    is_practice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Tally):
    """And what was heard of each, counted reader by reader."""

    fates: Mapping[Fate, int]


class Planning(Protocol):
    @property
    def rest_seconds(self) -> float:
        """How long a planner has to keep off between two long slices, so that others get in; 0 where rows are locked."""
        ...

    def find_unfinished(self, issue: int, list_name: str) -> MailingRow | None: ...

    def open_mailing(
        self,
        edition: Edition,
        *,
        list_name: str,
        parcel_size: int,
        start_at: datetime | None,
        canary: int = 0,
        canary_waits: bool = False,
        segment: str = "",
    ) -> MailingRow:
        """Begin to plan; its edition is frozen by this. The unfinished one, where somebody else was faster.

        `segment` is the question (`words.segment`) that readers of the list have to fit; "" is the whole list.

        `canary` readers go first, in a parcel of their own that all others wait for; 0 is none. With `canary_waits` they
        wait for whoever resumes, too: `finish_if_done` pauses the mailing when those few are through.
        Raises Missing where there is no such list.
        """
        ...

    def plan_slice(self, mailing_id: int, *, n_readers: int) -> bool:
        """Plan the next readers in one short transaction. True while there are more; the last slice opens the mailing.

        Where nobody was planned at all, and the issue went to this list before, it leaves no mailing behind.
        """
        ...

    def find_latest(self, issue: int, list_name: str) -> MailingRow | None:
        """The last mailing of an issue to a list, however it stands."""
        ...

    def get_mailing(self, mailing_id: int) -> MailingRow:
        """Raises Missing where it was dropped, because everybody had the issue already."""
        ...

    def finish_cancelled(self) -> int:
        """Skip the readers of cancelled mailings that a cancel which was broken off left in the queue."""
        ...

    def list_mailings(self, *, statuses: Sequence[MailingStatus]) -> Sequence[MailingRow]: ...


class Editions(Protocol):
    def get_edition(self, digest: str) -> Edition:
        """Raises Missing."""
        ...


class Sending(Protocol):
    def claim(
        self,
        mailing_id: int,
        *,
        token: str,
        sender: str,
        provider: str,
        deadline_seconds: float,
        with_fields: bool,
        pace: Pace = NO_LIMIT,
    ) -> Claim | None:
        """Step 1: one durable transaction. None where nothing is due, or the pace does not allow another call yet.

        The call begins when this commits.
        """
        ...

    def record(
        self, attempt_id: int, answers: Sequence[tuple[Sequence[int] | None, Outcome]], *, last: bool = True
    ) -> None:
        """Step 3: what became of an attempt, in one transaction. None as deliveries means: all that it carried."""
        ...

    def record_by_token(
        self, token: str, answers: Sequence[tuple[Sequence[int] | None, Outcome]], *, last: bool = True
    ) -> bool:
        """`record` by the attempt's name; False where this database knows no such attempt."""
        ...

    def sweep(self, *, alive: str | None = None) -> int:
        """Put attempts past their deadline in doubt, and those of every sender but `alive` where one is named.

        Naming one is right only for the holder of the lock on an SQLite file: nobody else can be sending there.
        """
        ...

    def next_due_seconds(self, mailing_id: int, *, provider: str, pace: Pace = NO_LIMIT) -> float | None:
        """Seconds until a parcel of this mailing may be claimed or swept; None where nothing is waiting."""
        ...

    def finish_if_done(self, mailing_id: int) -> bool:
        """Close the mailing where every reader is settled; pause it where a person is to look at the few that went first."""
        ...

    def start_due(self, now: datetime | None = None) -> int:
        """Open the scheduled mailings whose time has come: by `now` on an SQLite file, else by the database's clock."""
        ...


class Settling(Protocol):
    def list_doubtful(self, issue: int, *, left: bool = False, email: str = "") -> Sequence[DoubtfulAttempt]:
        """With those that the owner left, or only the copies of one reader, where that is asked for."""
        ...

    def list_unasked(self, *, provider: str, most: int) -> Sequence[DoubtfulAttempt]:
        """Attempts in doubt, of any issue, about which this provider was not asked lately: those that wait longest."""
        ...

    def note_look(self, attempt_id: int) -> None:
        """The provider was asked: not again before 30 s have passed, then a minute, and so on up to an hour."""
        ...

    def prove(self, attempt_id: int, deliveries: Sequence[int]) -> int:
        """Evidence that these were accepted."""
        ...

    def requeue(self, attempt_id: int, deliveries: Sequence[int], *, by_owner: bool = False) -> int:
        """Queue these again in a parcel of their own: surely absent, or `by_owner`, who may take back what was left.

        Those of a cancelled mailing are skipped, a finished one is opened again. Returns how many were queued. Raises
        NotNow where a finished one can't be opened because another sending to the same list is under way.
        """
        ...

    def leave(self, attempt_id: int, deliveries: Sequence[int]) -> int:
        """The owner decided not to send again."""
        ...


class Control(Protocol):
    def pause(self, issue: int, reason: str) -> int:
        """Hold every unfinished mailing of an issue: nothing is claimed after this returns. Returns how many."""
        ...

    def resume(self, issue: int) -> int:
        """Let paused mailings go on, each not before its time; counts of failures begin again. Returns how many."""
        ...

    def cancel(self, issue: int) -> int:
        """End every unfinished mailing of an issue; the readers not yet claimed are skipped."""
        ...


class Accounts(Protocol):
    def find_account(self, issue: int) -> Account | None:
        """Of real sendings; while practising the practice, and what really went where there was none."""
        ...

    def list_issues_sent(self) -> Sequence[int]:
        """Numbers of the issues that were ever planned, newest first."""
        ...

    def progress(self, mailing_id: int) -> tuple[int, int]:
        """(settled, planned) readers of one mailing, from the parcels: cheap enough for a progress bar."""
        ...


class Tallies(Protocol):
    def find_tally(self, issue: int) -> Tally | None:
        """An account without fates, from what the batches wrote down of their readers: quick, however many there are."""
        ...

    def list_went(self, issues: Sequence[int]) -> Mapping[int, datetime]:
        """When each of these issues was first handed over, of those that were."""
        ...


class Halts(Protocol):
    def find_halt(self, mailing_id: int, *, provider: str, pace: Pace = NO_LIMIT) -> Halt | None:
        """Why nothing of it goes out by this provider just now; None where something does, may at once, or is over."""
        ...
