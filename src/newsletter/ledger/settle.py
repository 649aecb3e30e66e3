"""Settle: find out what became of tries in doubt, or let the owner decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from newsletter.ledger.doubts_sql import Doubts
from newsletter.ledger.rows import DoubtfulAttempt
from newsletter.ports.provider import Evidence, Trace
from newsletter.words.mistake import NotNow

# A call that outlived its lease may still arrive; sending again waits this much longer.
RESEND_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """The tries in doubt and, where `provider` can be asked afterwards, its evidence about its own tries."""

    doubts: Doubts
    evidence: Evidence | None
    whole_or_nothing: bool
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How many readers were found to have it, surely don't (and are queued again), or are still uncertain."""

    found: int = 0
    absent: int = 0
    uncertain: int = 0

    def __add__(self, other: Settled) -> Settled:
        return Settled(
            found=self.found + other.found,
            absent=self.absent + other.absent,
            uncertain=self.uncertain + other.uncertain,
        )


def look(looker: Looker, issue: int) -> Settled:
    """Ask the provider about every uncertain reader of an issue, and record only definite answers."""
    return sum((_look_for(looker, attempt) for attempt in looker.doubts.list_attempts(issue)), Settled())


def look_again(looker: Looker, *, most: int) -> Settled:
    """Ask about at most so many tries in doubt, of any issue, about which nobody asked lately."""
    settled = Settled()
    if looker.evidence is not None:
        for attempt in looker.doubts.list_unasked(provider=looker.provider, most=most):
            # Noted before asking: a question that can't be answered, or kills us, must not come first again.
            looker.doubts.note_look(attempt.id)
            settled += _look_for(looker, attempt)
    return settled


def _look_for(looker: Looker, attempt: DoubtfulAttempt) -> Settled:
    may_know = looker.evidence is not None and attempt.provider == looker.provider
    traces = looker.evidence.find(attempt.token, attempt.deliveries) if looker.evidence and may_know else {}
    here = [one for one in attempt.deliveries if traces.get(one) is Trace.FOUND]
    if here and looker.whole_or_nothing:
        here = list(attempt.deliveries)
    gone = [one for one in attempt.deliveries if traces.get(one) is Trace.ABSENT and one not in set(here)]
    return Settled(
        found=looker.doubts.prove(attempt.id, here) if here else 0,
        absent=looker.doubts.requeue(attempt.id, gone) if gone else 0,
        uncertain=len(attempt.deliveries) - len(here) - len(gone),
    )


def send_again(looker: Looker, issue: int, *, left: bool = False, email: str = "") -> int:
    """Queue the uncertain readers of an issue again: some may get it twice, and the owner said so.

    `left` takes back those that the owner had decided to leave; `email` means one reader, uncertain or left.
    After a correction those who may have the words before it are not among them: nobody is to get both versions.
    Raises NotNow while a call may still be under way, and where there are only such readers.
    """
    found = looker.doubts.list_attempts(issue, left=left or bool(email), email=email)
    doubtful = [attempt for attempt in found if not attempt.is_superseded]
    if found and not doubtful:
        raise NotNow(
            "They may have the first version. Sent again now, they could get both.",
            fix="Look it up, leave them, or send them the mail of the correction: it goes to those who may have it, too.",
        )
    _refuse_early(doubtful, can_be_asked=looker.evidence is not None)
    return sum(looker.doubts.requeue(attempt.id, attempt.deliveries, by_owner=True) for attempt in doubtful)


def leave(looker: Looker, issue: int, *, email: str = "") -> int:
    """Do not send to the uncertain readers again: some may miss it, and the owner said so. `email` means one reader."""
    doubtful = looker.doubts.list_attempts(issue, email=email)
    return sum(looker.doubts.leave(attempt.id, attempt.deliveries) for attempt in doubtful)


def _refuse_early(doubtful: Sequence[DoubtfulAttempt], *, can_be_asked: bool) -> None:
    """Raise NotNow while a call may be under way, by the database's clock: the owner's machine may be minutes ahead."""
    seconds = max(((one.deadline_at + RESEND_MARGIN - one.now).total_seconds() for one in doubtful), default=0.0)
    if seconds > 0:
        raise NotNow(
            f"A call may still be under way for {seconds:.0f} s; sending again now could reach readers twice.",
            fix="Wait that long, or run it with --look first: it asks the provider what arrived."
            if can_be_asked
            else "Wait that long, then run it again.",
        )
