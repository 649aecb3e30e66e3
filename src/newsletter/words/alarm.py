"""When what comes back from readers is bad enough to tell the owner, or to stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# Google asks senders to stay below 0.10 % and never to reach 0.30 %; Yahoo names 0.3 % too. Above that, mail of the
# whole domain is refused until the rate has been below it for a week.
COMPLAINTS_WARN = 0.001
COMPLAINTS_PAUSE = 0.003
# No mailbox provider names a rate of bounces. Large senders' services look into an account at 5 %; a list that people
# joined by themselves stays below 2 %.
BOUNCES_WARN = 0.02
BOUNCES_PAUSE = 0.05
# Nobody but the list itself can say how many refusals are usual. A list that was never mailed before may have one dead
# address in twenty; one in five is no list, or no provider, to go on with. Of one that is known, five times its share is
# far above it.
REFUSALS_WARN = 0.05
REFUSALS_PAUSE = 0.2
REFUSALS_PAUSE_AT_LEAST = 0.1
_FAR_ABOVE = 5
# In a small sending one unlucky address is a large share.
FEWEST_COMPLAINTS = 3
FEWEST_BOUNCES = 20
FEWEST_REFUSALS = 20

# Providers report within minutes; a frozen account accepts everything, drops it, and says nothing.
UNCONFIRMED_AFTER = timedelta(hours=24)
UNCONFIRMED_WARN = 0.02


class AlarmKind(StrEnum):
    """What an alarm is about. Each is raised once for an issue: who resumes a paused sending has overruled it."""

    COMPLAINTS = "complaints"
    BOUNCES = "bounces"
    REFUSALS = "refusals"
    UNCONFIRMED = "unconfirmed"
    DOUBLED = "doubled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A sentence for the owner about one issue. `pauses` says that the sending stops for it."""

    issue: int
    kind: AlarmKind
    message: str
    pauses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueHealth:
    """What an issue's deliveries came to so far. `due` were handed over more than `UNCONFIRMED_AFTER` ago; of them,
    `unconfirmed` were never heard of. `doubled` were taken by a provider in two tries.

    `refused_before` is the share that was refused of the issues before, None where there were none. `refuses_everybody`
    says why it stands still, where that is the reason.
    """

    issue: int
    handed_over: int
    bounced: int = 0
    complained: int = 0
    due: int = 0
    unconfirmed: int = 0
    doubled: int = 0
    refused: int = 0
    refused_before: float | None = None
    refuses_everybody: str = ""


def alarms(health: IssueHealth) -> list[Alarm]:
    """All that is wrong with an issue, worst first."""
    found = [
        _too_many(
            health,
            AlarmKind.COMPLAINTS,
            health.complained,
            FEWEST_COMPLAINTS,
            COMPLAINTS_WARN,
            COMPLAINTS_PAUSE,
            "reported it as spam",
        ),
        _too_many(
            health,
            AlarmKind.BOUNCES,
            health.bounced,
            FEWEST_BOUNCES,
            BOUNCES_WARN,
            BOUNCES_PAUSE,
            "came back as undeliverable",
        ),
        _refusals(health),
        _unconfirmed(health),
        _doubled(health),
    ]
    return [alarm for alarm in found if alarm]


def _too_many(
    health: IssueHealth, kind: AlarmKind, n: int, fewest: int, warn: float, pause: float, words: str
) -> Alarm | None:
    if not health.handed_over or n < fewest or n < warn * health.handed_over:
        return None
    share = n / health.handed_over
    limit = pause if share >= pause else warn
    return Alarm(
        issue=health.issue,
        kind=kind,
        message=f"{n:,} of {health.handed_over:,} ({share:.2%}) {words}; the limit is {limit:.1%}.",
        pauses=share >= pause,
    )


def refusals_pause(before: float | None) -> float:
    """The share of refusals at which a sending stops. `before` is what the list has shown until now."""
    return REFUSALS_PAUSE if before is None else min(0.5, max(REFUSALS_PAUSE_AT_LEAST, _FAR_ABOVE * before))


def _refusals(health: IssueHealth) -> Alarm | None:
    if health.refuses_everybody:
        words = health.refuses_everybody
        return Alarm(issue=health.issue, kind=AlarmKind.REFUSALS, message=words, pauses=True)
    share = health.refused / max(health.handed_over, health.refused, 1)
    if health.refused < FEWEST_REFUSALS or share < REFUSALS_WARN:
        return None
    stops_at = refusals_pause(health.refused_before)
    usual = "" if health.refused_before is None else f" Of the issues before it was {health.refused_before:.2%}."
    limit = stops_at if share >= stops_at else REFUSALS_WARN
    return Alarm(
        issue=health.issue,
        kind=AlarmKind.REFUSALS,
        message=(
            f"{health.refused:,} of {max(health.handed_over, health.refused):,} ({share:.2%}) were refused by the "
            f"provider; the limit is {limit:.1%}.{usual}"
        ),
        pauses=share >= stops_at,
    )


def _unconfirmed(health: IssueHealth) -> Alarm | None:
    if not health.due or health.unconfirmed <= UNCONFIRMED_WARN * health.due:
        return None
    share = health.unconfirmed / health.due
    return Alarm(
        issue=health.issue,
        kind=AlarmKind.UNCONFIRMED,
        message=(
            f"Of {health.unconfirmed:,} ({share:.0%}) nothing was heard in "
            f"{UNCONFIRMED_AFTER.total_seconds() / 3600:.0f} hours after they were handed over. "
            "Look whether events reach this server, and whether the provider has suspended the account."
        ),
    )


def _doubled(health: IssueHealth) -> Alarm | None:
    if not health.doubled:
        return None
    return Alarm(
        issue=health.issue,
        kind=AlarmKind.DOUBLED,
        message=f"{health.doubled:,} were taken by the provider twice: a try in doubt was sent again, and proved later.",
    )
