"""What leads from one paragraph to the next: where a quote begins, where it goes on, and how likely each is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.collect.voices.passage import Passage

_AT_THE_BEGINNING = -4.0
# Words of a paragraph.
_LONG = 30
_OF_WHOLE = 1.6


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from one paragraph to the next, with the log-odds of a quote there: the first that holds counts."""

    name: str
    odds: float
    holds: Callable[[Passage, Passage], bool]


# Where the paragraph before is ours. What that one announces comes on top (`Passage.introduction_weight`).
BEGINS = (
    Step(
        "nothing begins with a source, an address or a further line",
        -8.0,
        lambda before, passage: passage.is_attribution or passage.paragraph.is_tight or passage.is_address,
    ),
    Step("set apart", 1.8, lambda before, passage: passage.is_set_apart or passage.is_turn),
    Step("item", -3.0, lambda before, passage: passage.is_item),
    Step("under a label", -5.5, lambda before, passage: before.is_bare_label),
    Step("anything else", -2.2, lambda before, passage: True),
)
# Where the paragraph before is a quote.
GOES_ON = (
    Step(
        "source, further line or cut",
        5.0,
        lambda before, passage: passage.is_attribution or passage.paragraph.is_tight or passage.is_cut or before.is_cut,
    ),
    Step("introduction or label", -1.8, lambda before, passage: passage.leads_on or passage.has_label),
    Step(
        "after the end of a letter", -3.2, lambda before, passage: before.closes_letter and not passage.is_attribution
    ),
    Step("after the last rhyme", -3.0, lambda before, passage: before.is_rhymed and not passage.is_rhymed),
    Step("after its source", -5.0, lambda before, passage: before.is_attribution and not passage.is_set_apart),
    Step("after the last turn", -4.0, lambda before, passage: before.is_turn and not passage.is_turn),
    Step(
        "after what was set apart",
        -3.4,
        lambda before, passage: before.is_set_apart and not passage.is_set_apart and not passage.is_item,
    ),
    Step(
        "item, verse or middle of a sentence",
        4.4,
        lambda before, passage: passage.is_item or passage.text[:1].islower() or (passage.is_verse and before.is_verse),
    ),
    Step("after an item", 0.2, lambda before, passage: before.is_item),
    Step("stanza", 3.0, lambda before, passage: passage.is_in_block and before.is_in_block),
    Step(
        "after verse, or a colon",
        -1.0,
        lambda before, passage: (before.is_in_block or before.is_verse or before.ends_open) and not before.is_headline,
    ),
    Step(
        "long, and so is the quote",
        2.4,
        lambda before, passage: min(passage.n_words, passage.usual_words) >= _LONG,
    ),
    Step(
        "as long as the quote is",
        1.2,
        lambda before, passage: passage.n_words > max(20, min(30, passage.usual_words / 2)),
    ),
    Step("anything else", 0.1, lambda before, passage: True),
)


def begins(passage: Passage) -> float:
    """Log-odds that a quote begins here, where the paragraph before is ours."""
    before = passage.before
    if before is None:
        return _AT_THE_BEGINNING
    return next(step.odds for step in BEGINS if step.holds(before, passage)) + before.introduction_weight


def goes_on(passage: Passage) -> float:
    """Log-odds that a quote goes on here, where the paragraph before is one."""
    before = passage.before
    if before is None:
        return 0.0
    odds = next(step.odds for step in GOES_ON if step.holds(before, passage))
    return odds + (_OF_WHOLE if passage.is_of_whole else 0.0)
