"""Every sign by which a paragraph is told for a quote or for ours, with its weight and its reason in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.collect.voices import marks
from newsletter.collect.voices.passage import ADDRESS, OPENS_EXCERPT, Passage

_LONGEST_SIGNATURE = 60
_OF_WHOLE = 1.5
_ASIDE = re.compile(r"\[[^\]]*\]|\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Sign:
    """`weight` is log-odds of a quote, above 0 for one and below for ours; `reason` is said of a paragraph in doubt."""

    name: str
    weight: float
    reason: str
    holds: Callable[[Passage], bool]


def _is_remark(passage: Passage) -> bool:
    is_else = (
        passage.is_item
        or passage.is_verse
        or passage.is_in_block
        or passage.ends_open
        or passage.is_attribution
        or passage.is_cut
    )
    # Where the quote above is made of short paragraphs, one more of them says nothing.
    is_short = passage.n_words < 20 and (not passage.excerpt or passage.n_words < 0.6 * passage.usual_words)
    return passage.n_sentences <= 1 and is_short and not is_else and not _is_marked_off(passage)


def _is_opinion(passage: Passage) -> bool:
    match = passage.speech.remark.match(passage.text)
    is_theirs = passage.is_in_block or (
        passage.shares(passage.speech.i) and passage.speech.i.match(passage.text) is not None
    )
    return match is not None and not is_theirs and not _is_marked_off(passage)


def _is_marked_off(passage: Passage) -> bool:
    return passage.is_set_apart or marks.is_mostly(passage.text)


def _takes_up(passage: Passage) -> bool:
    """It quotes words of the excerpt above, which neither those nor their introduction set apart or named before."""
    if passage.is_set_apart or passage.introduction is None:
        return False
    above = " ".join(one.text for one in passage.excerpt).casefold()
    theirs = {part.casefold() for one in passage.excerpt for part in marks.fragments(one.text)}
    named = passage.introduction.text.casefold()
    own = {part.casefold() for part in marks.fragments(passage.text)} - theirs
    return any(part in above and part not in named for part in own)


def _names_source(passage: Passage) -> bool:
    said = passage.introduction
    if said is None or _is_marked_off(passage) or passage.is_attribution or passage.is_turn:
        return False
    quoted = {name for one in passage.excerpt for name in one.names}
    return bool((said.names - quoted) & passage.names)


def _is_new_person(passage: Passage) -> bool:
    return (
        bool(passage.excerpt)
        and passage.has(passage.speech.i)
        and not passage.shares(passage.speech.i)
        and not passage.is_in_block
    )


def _is_our_person(passage: Passage) -> bool:
    said = passage.introduction
    return _is_new_person(passage) and said is not None and said.has(passage.speech.i)


def _introduces(passage: Passage) -> bool:
    return passage.ends_open and not (passage.after and passage.after.is_item) and not passage.is_set_apart


def _introduces_list(passage: Passage) -> bool:
    return (
        passage.ends_open
        and bool(passage.after and passage.after.is_item)
        and not (passage.before and passage.before.introduces)
    )


def _is_letter(passage: Passage) -> bool:
    closing = passage.speech.closing.search(passage.text)
    is_closed = closing is not None and len(passage.text) - closing.end() < _LONGEST_SIGNATURE
    return (passage.speech.greeting.match(passage.text) is not None or is_closed) and not passage.ends_open


# What a paragraph says by itself.
SIGNS = (
    Sign("marked", 9.0, "it is marked with >", lambda passage: passage.paragraph.is_marked),
    Sign("indented", 6.0, "it is indented", lambda passage: passage.paragraph.is_indented),
    Sign(
        "others are marked",
        -3.0,
        "other quotes here are marked, and it is not",
        lambda passage: passage.whole.has_marks and not passage.paragraph.is_marked and not passage.is_set_apart,
    ),
    Sign(
        "marks",
        8.0,
        "it stands in quotation marks",
        lambda passage: passage.is_running or (passage.is_in_marks and passage.n_words >= 8),
    ),
    Sign(
        "few words in marks",
        2.5,
        "it stands in quotation marks",
        lambda passage: passage.is_in_marks and not passage.is_running and passage.n_words < 8,
    ),
    Sign(
        "mostly in marks",
        6.0,
        "most of it stands in quotation marks",
        lambda passage: not passage.is_in_marks and marks.is_mostly(passage.text),
    ),
    Sign(
        "opens in the middle",
        5.0,
        "it begins in the middle of something, as excerpts do",
        lambda passage: OPENS_EXCERPT.match(passage.text) is not None,
    ),
    Sign("turn", 7.0, "it is a question or an answer of an interview", lambda passage: passage.is_turn),
    Sign(
        "attribution",
        6.0,
        "it says whose words stand above",
        lambda passage: passage.is_attribution and passage.after is not None,
    ),
    Sign(
        "letter",
        4.5,
        "it begins or ends as a letter does",
        lambda passage: _is_letter(passage),
    ),
    Sign(
        "label",
        -8.0,
        "it begins with a label of the desk",
        lambda passage: passage.has_label and not passage.is_set_apart and not passage.is_turn,
    ),
    Sign(
        "aside",
        -5.0,
        "it is an aside in brackets",
        lambda passage: _ASIDE.fullmatch(passage.text) is not None and not passage.is_cut,
    ),
    Sign(
        "desk",
        -3.0,
        "it speaks of this newsletter, its readers or its links",
        lambda passage: passage.has(passage.speech.desk) and not passage.is_set_apart,
    ),
    Sign(
        "about the text",
        -1.3,
        "it speaks of the text that is quoted",
        lambda passage: bool(passage.excerpt) and passage.has(passage.speech.about_text) and not passage.is_set_apart,
    ),
    Sign("takes up words", -4.0, "it quotes words of the quote above", _takes_up),
    Sign("names the source", -2.0, "it names the one who is quoted above", _names_source),
    Sign("new person", -1.0, "it says “I”, and the quote above does not", _is_new_person),
    Sign("our person", -1.2, "it says “I”, as what introduced the quote does", _is_our_person),
    Sign("same person", 1.5, "it says “I” as the quote above does", lambda passage: passage.shares(passage.speech.i)),
    Sign("same we", 1.0, "it says “we” as the quote above does", lambda passage: passage.shares(passage.speech.we)),
    Sign("remark", -1.5, "it is short, as a remark is", _is_remark),
    Sign("opinion", -1.8, "it begins as a remark does", _is_opinion),
    Sign("introduces", -6.0, "it ends with a colon, so it introduces", _introduces),
    Sign("introduces a list", -1.0, "it ends with a colon", _introduces_list),
    Sign("announces", -3.0, "it announces what follows", lambda passage: passage.introduces and not passage.ends_open),
    Sign(
        "address",
        -2.0,
        "it gives an address to read on",
        lambda passage: "http" in passage.text and not passage.is_set_apart,
    ),
)


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
        lambda before, passage: (
            passage.is_attribution or passage.paragraph.is_tight or ADDRESS.match(passage.text) is not None
        ),
    ),
    Step("set apart", 2.0, lambda before, passage: passage.is_set_apart or passage.is_turn),
    Step("under a label", -5.5, lambda before, passage: before.is_bare_label),
    Step("anything else", -3.5, lambda before, passage: True),
)
# Where the paragraph before is a quote.
GOES_ON = (
    Step(
        "source, further line or cut",
        5.0,
        lambda before, passage: passage.is_attribution or passage.paragraph.is_tight or passage.is_cut or before.is_cut,
    ),
    Step("introduction or label", -2.0, lambda before, passage: _introduces(passage) or passage.has_label),
    Step("after its source", -5.0, lambda before, passage: before.is_attribution and not passage.is_set_apart),
    Step("after the last turn", -4.0, lambda before, passage: before.is_turn and not passage.is_turn),
    Step(
        "after what was set apart",
        -4.0,
        lambda before, passage: before.is_set_apart and not passage.is_set_apart and not passage.is_item,
    ),
    Step(
        "item, verse or middle of a sentence",
        4.0,
        lambda before, passage: passage.is_item or passage.text[:1].islower() or (passage.is_verse and before.is_verse),
    ),
    Step("stanza", 3.0, lambda before, passage: passage.is_in_block and before.is_in_block),
    Step(
        "after verse, or a colon",
        -1.0,
        lambda before, passage: before.is_in_block or before.is_verse or before.ends_open,
    ),
    Step(
        "as long as the quote is",
        1.8,
        lambda before, passage: passage.n_words > max(20, min(30, passage.usual_words / 2)),
    ),
    Step("anything else", 0.3, lambda before, passage: True),
)


def begins(passage: Passage) -> float:
    """Log-odds that a quote begins here, where the paragraph before is ours."""
    before = passage.before
    if before is None:
        return -4.0
    return next(step.odds for step in BEGINS if step.holds(before, passage)) + before.introduction_weight


def goes_on(passage: Passage) -> float:
    """Log-odds that a quote goes on here, where the paragraph before is one."""
    before = passage.before
    if before is None:
        return 0.0
    odds = next(step.odds for step in GOES_ON if step.holds(before, passage))
    return odds + (_OF_WHOLE if passage.is_of_whole else 0.0)
