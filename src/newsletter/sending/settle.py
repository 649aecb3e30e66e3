"""Settle: find out what became of tries that nobody saw the end of, or let the owner decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from newsletter.ports.clock import Clock
from newsletter.ports.ledger import DoubtfulAttempt, Settling
from newsletter.ports.provider import Evidence, Trace
from newsletter.words.mistake import NotNow

# A call that outlived its lease may still arrive; sending again waits this much longer.
RESEND_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """The ledger and, where the provider can be asked afterwards, its evidence."""

    ledger: Settling
    evidence: Evidence | None
    whole_or_nothing: bool
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How many readers of an issue were found, surely absent (and queued again), or are still uncertain."""

    found: int = 0
    absent: int = 0
    uncertain: int = 0


def look(looker: Looker, issue: int) -> Settled:
    """Ask the provider about every uncertain reader of an issue, and believe only what it can know."""
    found = absent = uncertain = 0
    for attempt in looker.ledger.list_doubtful(issue):
        traces = looker.evidence.find(attempt.token, attempt.deliveries) if looker.evidence else {}
        here = [one for one in attempt.deliveries if traces.get(one) is Trace.FOUND]
        if here and looker.whole_or_nothing:
            here = list(attempt.deliveries)
        gone = [one for one in attempt.deliveries if traces.get(one) is Trace.ABSENT and one not in set(here)]
        found += looker.ledger.prove(attempt.id, here) if here else 0
        absent += looker.ledger.requeue(attempt.id, gone) if gone else 0
        uncertain += len(attempt.deliveries) - len(here) - len(gone)
    return Settled(found=found, absent=absent, uncertain=uncertain)


def send_again(looker: Looker, issue: int) -> int:
    """Queue the uncertain readers of an issue again: some may get it twice, and the owner said so.

    Raises NotNow while a call may still be under way.
    """
    doubtful = looker.ledger.list_doubtful(issue)
    _refuse_early(looker.clock, doubtful)
    return sum(looker.ledger.requeue(attempt.id, attempt.deliveries) for attempt in doubtful)


def leave(looker: Looker, issue: int) -> int:
    """Do not send to the uncertain readers again: some may miss it, and the owner said so."""
    return sum(looker.ledger.leave(attempt.id, attempt.deliveries) for attempt in looker.ledger.list_doubtful(issue))


def _refuse_early(clock: Clock, doubtful: Sequence[DoubtfulAttempt]) -> None:
    latest = max((attempt.deadline_at for attempt in doubtful), default=None)
    if latest is not None and clock.now() < latest + RESEND_MARGIN:
        seconds = (latest + RESEND_MARGIN - clock.now()).total_seconds()
        raise NotNow(
            f"A call may still be under way for {seconds:.0f} s; sending again now could reach readers twice.",
            fix="Wait that long, or run it with --look first: it asks the provider what arrived.",
        )
