"""An issue in numbers, for a terminal and for scripts."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.ports.reports import Figures
from newsletter.words.ledger import Fate, HandOver

HANDED = {
    HandOver.ACCEPTED: "handed over",
    HandOver.PENDING: "waiting",
    HandOver.SENDING: "on their way to the provider",
    HandOver.UNCERTAIN: "we don't know yet",
    HandOver.REFUSED: "refused",
    HandOver.SKIPPED: "skipped",
    HandOver.LEFT: "left as unknown",
}
HEARD = {
    Fate.DELIVERED: "delivered",
    Fate.DEFERRED: "to be tried again by the provider",
    Fate.BOUNCED: "bounced",
    Fate.COMPLAINED: "reported as spam",
    Fate.DROPPED: "dropped by the provider",
    Fate.NONE: "nothing heard",
}

LATE = "left while their batch was on its way: too late to take them out of it"


def as_text(figures: Figures) -> str:
    return "\n".join(_lines(figures))


def _lines(figures: Figures) -> Iterator[str]:
    yield f"Issue {figures.issue}, planned for {figures.planned:,}"
    yield from (f"  ! {alarm.message}" for alarm in figures.alarms)
    yield "What we did"
    yield from (_line(figures.handover[state], words) for state, words in HANDED.items() if figures.handover[state])
    yield from (f"{'':>13}{n:,} {reason}" for reason, n in figures.skipped.items())
    if figures.late:
        yield _line(figures.late, LATE)
    yield "What was heard"
    yield from (_line(figures.fates[fate], words) for fate, words in HEARD.items() if figures.fates[fate])
    if figures.standing.unconfirmed:
        yield _line(figures.standing.unconfirmed, "of whom nothing was heard in 24 hours: unconfirmed")
    if figures.standing.doubled:
        yield _line(figures.standing.doubled, "taken by the provider twice")
    yield from _reading(figures)
    if figures.domains:
        yield "By domain: handed over, delivered, bounced, reported as spam"
    for one in figures.domains:
        counts = f"{one.handed_over:>9,} {one.delivered:>9,} {one.bounced:>7,} {one.complained:>5,}"
        yield f"  {counts}  {one.name}"


def _reading(figures: Figures) -> Iterator[str]:
    if not (figures.opened or figures.opened_by_machine or figures.clicked or figures.unsubscribed):
        yield "Opens and clicks: none were told. Tracking is off unless you switch it on."
        return
    yield "What readers did"
    yield _line(figures.opened, "opened it")
    yield _line(figures.opened_by_machine, "opened by a machine only, which says nothing about a reader")
    yield _line(figures.clicked, "followed a link")
    yield _line(figures.unsubscribed, "left by the provider's link")
    yield from (_line(n, url) for url, n in figures.links)


def _line(n: int, words: str) -> str:
    return f"  {n:>9,}  {words}"


def as_document(figures: Figures) -> dict[str, object]:
    """For `--format json`. The hand-over counts add up to `planned`."""
    return {
        "issue": figures.issue,
        "planned": figures.planned,
        **{state.value: figures.handover[state] for state in HandOver},
        "skipped_why": dict(figures.skipped),
        "fates": {fate.value: figures.fates[fate] for fate in Fate},
        "unconfirmed": figures.standing.unconfirmed,
        "doubled": figures.standing.doubled,
        "late": figures.late,
        "opened": figures.opened,
        "opened_by_machine": figures.opened_by_machine,
        "clicked": figures.clicked,
        "unsubscribed": figures.unsubscribed,
        "links": [{"url": url, "readers": n} for url, n in figures.links],
        "domains": [
            {
                "domain": one.name,
                "handed_over": one.handed_over,
                "delivered": one.delivered,
                "bounced": one.bounced,
                "complained": one.complained,
            }
            for one in figures.domains
        ],
        "delivered_by_hour": list(figures.delivered_by_hour),
        "alarms": [
            {"kind": alarm.kind.value, "message": alarm.message, "pauses": alarm.pauses} for alarm in figures.alarms
        ],
    }
