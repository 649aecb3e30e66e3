"""The schedule's own memory: plans, slots, approvals, and what the owner is to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from newsletter.ports.ledger import MailingRow
from newsletter.words.cadence import Cadence, Occurrence
from newsletter.words.edition import Edition
from newsletter.words.ledger import HandOver
from newsletter.words.slot import Approval, Plan, Slot, Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A mail to the owner. `about` and `kind` together come once: "slot:12", "result".

    `shows` is the digest of a version of an issue: the mail is that, as a reader gets it, with the words above it.
    """

    about: str
    kind: str
    tell: tuple[str, ...]
    subject: str
    body: str
    made_at: datetime
    shows: str | None = None
    id: int = 0
    tried_at: datetime | None = None
    handed_over_at: datetime | None = None


class Plans(Protocol):
    def list_plans(self) -> Sequence[Plan]: ...

    def find_plan(self, list_name: str) -> Plan | None: ...

    def save_plan(self, list_name: str, cadence: Cadence, ways: Ways, *, now: datetime) -> Plan:
        """Set a list's cadence; slots that have passed before `now` are not made up for. Skipped dates stay."""
        ...

    def skip_days(self, plan_id: int, days: Mapping[date, str]) -> None: ...

    def unskip_days(self, plan_id: int, days: Sequence[date]) -> int: ...

    def hold(self, plan_id: int, held_at: datetime | None) -> bool:
        """Hold the plan, or let it go on with None. False where it stood so already."""
        ...


class Slots(Protocol):
    def list_slots(self, plan_id: int, *, since: datetime | None = None) -> Sequence[Slot]:
        """The slots of a plan by time."""
        ...

    def find_open(self, plan_id: int, *, until: datetime) -> Sequence[Slot]:
        """Slots that have not gone, and those under way, up to a time; earliest first."""
        ...

    def get_slot(self, slot_id: int) -> Slot: ...

    def add_slots(self, plan_id: int, found: Sequence[Occurrence]) -> int:
        """Write down those that are not there yet; the others stay as they are."""
        ...

    def realign(self, slot: Slot, at: datetime) -> None:
        """Its wall time means another instant now: the zone or its rules changed."""
        ...

    def drop(self, slot: Slot) -> None:
        """Forget a slot that has not begun: the cadence does not have it any more."""
        ...

    def change(self, slot: Slot, notice: Notice | None = None, /, **values: object) -> bool:
        """Change a slot and write the notice about it in one transaction.

        False, and nothing is written, where the slot has another status than the one given: somebody was faster.
        """
        ...

    def last_went_at(self, list_name: str, *, but: Slot, now: datetime) -> datetime | None:
        """When an issue last began, or ended, to go to this list, by a slot or by hand."""
        ...


class Approvals(Protocol):
    def find_approval(self, issue: int) -> Approval | None: ...

    def approve(
        self, edition: Edition, *, by: str, now: datetime, is_next: bool, segment: str | None = None
    ) -> Approval:
        """Freeze an edition and pin its issue to exactly these words. `segment` None leaves its question as it is."""
        ...

    def withdraw(self, issue: int) -> bool: ...

    def note_self_drafted(self, issue: int, *, now: datetime) -> None:
        """The schedule is about to write this issue by itself, from unused posts."""
        ...

    def self_drafted(self) -> Collection[int]:
        """The issues that the schedule wrote by itself."""
        ...

    def next_issues(self) -> Sequence[int]:
        """Issues that were asked to go next, in the order of asking."""
        ...

    def keep_edition(self, edition: Edition) -> str:
        """Freeze an edition; returns its digest."""
        ...


class OneOffs(Protocol):
    """Sendings that somebody set to a time."""

    def move_start(self, mailing_id: int, start_at: datetime) -> bool:
        """Another time for a mailing that has not begun, scheduled or held. False where it has."""
        ...

    def reword(self, edition: Edition) -> int:
        """The sendings of its issue that have not begun go with these words. Returns how many had others."""
        ...

    def list_sendings(self, *, only_timed: bool = False) -> Sequence[tuple[MailingRow, datetime | None]]:
        """Every mailing with the time at which it ended, oldest first; or those alone that were set to a later time."""
        ...


class Notices(Protocol):
    def add_notice(self, notice: Notice) -> bool:
        """False where this was told before."""
        ...

    def list_notices(self, *, waiting: bool) -> Sequence[Notice]: ...

    def mark_tried(self, notice_id: int, now: datetime, *, taken: bool) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Where the readers of one sending stand. The hand-over counts add up to those who were planned for it."""

    mailing: MailingRow
    handover: Mapping[HandOver, int]
    skipped: Mapping[str, int]


class Tallies(Protocol):
    def tally(self, issue: int) -> Sequence[Tally]:
        """Every sending of an issue by itself, oldest first."""
        ...


class Ticks(Protocol):
    def mark_tick(self) -> None:
        """Everything that was due has been looked at just now, and nothing went wrong."""
        ...


class TickLock(Protocol):
    """One ticking process at a time; a second is harmless and does nothing."""

    def try_hold(self) -> AbstractContextManager[bool]: ...

    def is_mine(self) -> bool:
        """Whether it is still held. False where this process stood still for so long that another went on without it."""
        ...


class Heartbeat(Protocol):
    def beat(self, url: str) -> None:
        """Tell a service elsewhere that we live. Never raises: it is the one that hears when we don't."""
        ...


class Memory(Plans, Slots, Approvals, OneOffs, Notices, Tallies, Ticks, Protocol):
    """All of it: one database."""
