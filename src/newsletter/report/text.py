"""An issue in numbers, for a terminal and for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from newsletter.report.figures import Figures
from newsletter.words.ledger import Fate, HandOver
from newsletter.words.tracking import Tracking

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


_NOTHING_DONE = {
    Tracking.NONE: "Opens and clicks: not asked for. Tracking is off unless `tracking` in newsletter.toml switches it on.",
    Tracking.TOTALS: "Opens and clicks: none yet. They are counted, and who did it is not kept.",
    Tracking.READERS: "Opens and clicks: none yet.",
}


def acts_of(figures: Figures, tracking: Tracking) -> tuple[str, Sequence[tuple[int, str]]]:
    """What readers did: a sentence where there is nothing to count, and counts with their words."""
    did = [
        (figures.opened, "opened it"),
        (figures.opened_by_machine, "opened by a machine only, which says nothing about a reader"),
        (figures.clicked, "followed a link"),
        (figures.counted_opens, "opens, counted without saying whose"),
        (figures.counted_clicks, "clicks on links, counted without saying whose"),
        (figures.unsubscribed, "left by the provider's link"),
    ]
    if any(n for n, _ in did[:5]):
        totals = figures.counted_opens or figures.counted_clicks
        return "", [one for place, one in enumerate(did) if one[0] or (not totals and place in {0, 1, 2, 5})]
    return _NOTHING_DONE[tracking], [one for one in did if one[0]]


def say_versions(accepted: Sequence[int]) -> str:
    """ "3,200 got the first version, 4,812 the corrected one"; "" where nothing was corrected."""
    if not accepted:
        return ""
    first, *more = accepted
    if not more:
        return f"{first:,} got the first version."
    if len(more) == 1:
        return f"{first:,} got the first version, {more[0]:,} the corrected one."
    each = [f"{n:,} version {number}" for number, n in enumerate(more, 2)]
    return f"{first:,} got the first version, {', '.join(each)}."


def as_text(figures: Figures, tracking: Tracking = Tracking.NONE) -> str:
    return "\n".join(_lines(figures, tracking))


def _lines(figures: Figures, tracking: Tracking) -> Iterator[str]:
    yield f"Issue {figures.issue}, planned for {figures.planned:,}"
    yield from (f"  ! {alarm.message}" for alarm in figures.alarms)
    yield "What we did"
    yield from (_line(figures.handover[state], words) for state, words in HANDED.items() if figures.handover[state])
    yield from (f"{'':>13}{n:,} {reason}" for reason, n in figures.skipped.items())
    if figures.late:
        yield _line(figures.late, LATE)
    if figures.versions:
        yield f"  {say_versions(figures.versions)}"
    yield "What was heard"
    yield from (_line(figures.fates[fate], words) for fate, words in HEARD.items() if figures.fates[fate])
    if figures.health.unconfirmed:
        yield _line(figures.health.unconfirmed, "of whom nothing was heard in 24 hours: unconfirmed")
    if figures.health.doubled:
        yield _line(figures.health.doubled, "taken by the provider twice")
    yield from _reading(figures, tracking)
    if figures.domains:
        yield "By domain: handed over, delivered, bounced, reported as spam"
    for one in figures.domains:
        counts = f"{one.handed_over:>9,} {one.delivered:>9,} {one.bounced:>7,} {one.complained:>5,}"
        yield f"  {counts}  {one.name}"


def _reading(figures: Figures, tracking: Tracking) -> Iterator[str]:
    note, did = acts_of(figures, tracking)
    if note:
        yield note
    if did:
        yield "What readers did"
    yield from (_line(n, words) for n, words in did)
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
        "unconfirmed": figures.health.unconfirmed,
        "doubled": figures.health.doubled,
        "late": figures.late,
        "versions": list(figures.versions),
        "opened": figures.opened,
        "opened_by_machine": figures.opened_by_machine,
        "clicked": figures.clicked,
        "counted_opens": figures.counted_opens,
        "counted_clicks": figures.counted_clicks,
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
