"""Every sign by which a paragraph is told for a quote or for ours, with its weight and its reason in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.collect.voices import marks
from newsletter.collect.voices.look import ADDRESS, OPENS_EXCERPT, Look

_ASIDE = re.compile(r"\[[^\]]*\]|\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Sign:
    """`weight` is log-odds of a quote, above 0 for one and below for ours; `reason` is said of a paragraph in doubt."""

    name: str
    weight: float
    reason: str
    holds: Callable[[Look], bool]


def _is_remark(look: Look) -> bool:
    is_else = look.is_item or look.is_verse or look.is_in_block or look.ends_open or look.is_attribution or look.is_cut
    return look.n_sentences <= 1 and look.n_words < 20 and not is_else and not _is_marked_off(look)


def _is_opinion(look: Look) -> bool:
    match = look.speech.remark.match(look.text)
    is_theirs = look.is_in_block or (look.shares(look.speech.i) and look.speech.i.match(look.text) is not None)
    return match is not None and not is_theirs and not _is_marked_off(look)


def _is_marked_off(look: Look) -> bool:
    return look.is_set_apart or marks.is_mostly(look.text)


def _takes_up(look: Look) -> bool:
    """It quotes words of the excerpt above, which those did not quote themselves."""
    above = " ".join(one.text for one in look.excerpt).casefold()
    theirs = {part.casefold() for one in look.excerpt for part in marks.fragments(one.text)}
    own = {part.casefold() for part in marks.fragments(look.text)}
    return not look.is_set_apart and any(part in above for part in own - theirs)


def _names_source(look: Look) -> bool:
    said = look.introduction
    if said is None or _is_marked_off(look) or look.is_attribution or look.is_turn:
        return False
    quoted = {name for one in look.excerpt for name in one.names}
    return bool((said.names - quoted) & look.names)


def _is_new_person(look: Look) -> bool:
    return bool(look.excerpt) and look.has(look.speech.i) and not look.shares(look.speech.i) and not look.is_in_block


def _is_our_person(look: Look) -> bool:
    said = look.introduction
    return _is_new_person(look) and said is not None and said.has(look.speech.i)


def _introduces(look: Look) -> bool:
    return look.ends_open and not (look.after and look.after.is_item) and not look.is_set_apart


def _introduces_list(look: Look) -> bool:
    return look.ends_open and bool(look.after and look.after.is_item) and not (look.before and look.before.introduces)


# What a paragraph says by itself.
SIGNS = (
    Sign("marked", 9.0, "it is marked with >", lambda look: look.paragraph.is_marked),
    Sign("indented", 6.0, "it is indented", lambda look: look.paragraph.is_indented),
    Sign(
        "others are marked",
        -3.0,
        "other quotes here are marked, and it is not",
        lambda look: look.whole.has_marks and not look.paragraph.is_marked and not look.is_set_apart,
    ),
    Sign(
        "marks",
        8.0,
        "it stands in quotation marks",
        lambda look: look.is_running or (look.is_in_marks and look.n_words >= 8),
    ),
    Sign(
        "few words in marks",
        2.5,
        "it stands in quotation marks",
        lambda look: look.is_in_marks and not look.is_running and look.n_words < 8,
    ),
    Sign(
        "mostly in marks",
        6.0,
        "most of it stands in quotation marks",
        lambda look: not look.is_in_marks and marks.is_mostly(look.text),
    ),
    Sign(
        "opens in the middle",
        5.0,
        "it begins in the middle of something, as excerpts do",
        lambda look: OPENS_EXCERPT.match(look.text) is not None,
    ),
    Sign("turn", 7.0, "it is a question or an answer of an interview", lambda look: look.is_turn),
    Sign(
        "attribution",
        6.0,
        "it says whose words stand above",
        lambda look: look.is_attribution and look.after is not None,
    ),
    Sign(
        "label",
        -8.0,
        "it begins with a label of the desk",
        lambda look: look.has_label and not look.is_set_apart and not look.is_turn,
    ),
    Sign(
        "aside",
        -5.0,
        "it is an aside in brackets",
        lambda look: _ASIDE.fullmatch(look.text) is not None and not look.is_cut,
    ),
    Sign(
        "desk",
        -3.0,
        "it speaks of this newsletter, its readers or its links",
        lambda look: look.has(look.speech.desk) and not look.is_set_apart,
    ),
    Sign(
        "about the text",
        -1.3,
        "it speaks of the text that is quoted",
        lambda look: bool(look.excerpt) and look.has(look.speech.about_text) and not look.is_set_apart,
    ),
    Sign("takes up words", -4.0, "it quotes words of the quote above", _takes_up),
    Sign("names the source", -2.0, "it names the one who is quoted above", _names_source),
    Sign("new person", -1.0, "it says “I”, and the quote above does not", _is_new_person),
    Sign("our person", -1.2, "it says “I”, as what introduced the quote does", _is_our_person),
    Sign("same person", 1.5, "it says “I” as the quote above does", lambda look: look.shares(look.speech.i)),
    Sign("same we", 1.0, "it says “we” as the quote above does", lambda look: look.shares(look.speech.we)),
    Sign("remark", -1.5, "it is short, as a remark is", _is_remark),
    Sign("opinion", -1.8, "it begins as a remark does", _is_opinion),
    Sign("introduces", -6.0, "it ends with a colon, so it introduces", _introduces),
    Sign("introduces a list", -1.0, "it ends with a colon", _introduces_list),
    Sign("announces", -3.0, "it announces what follows", lambda look: look.introduces and not look.ends_open),
    Sign("address", -2.0, "it gives an address to read on", lambda look: "http" in look.text and not look.is_set_apart),
)


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from one paragraph to the next, with the log-odds of a quote there: the first that holds counts."""

    name: str
    odds: float
    holds: Callable[[Look, Look], bool]


# Where the paragraph before is ours. What that one announces comes on top (`Look.introduction_weight`).
BEGINS = (
    Step(
        "nothing begins with a source, an address or a further line",
        -8.0,
        lambda before, look: look.is_attribution or look.paragraph.is_tight or ADDRESS.match(look.text) is not None,
    ),
    Step("set apart", 2.0, lambda before, look: look.is_set_apart or look.is_turn),
    Step("under a label", -5.5, lambda before, look: before.is_bare_label),
    Step("anything else", -3.5, lambda before, look: True),
)
# Where the paragraph before is a quote.
GOES_ON = (
    Step(
        "source, further line or cut",
        5.0,
        lambda before, look: look.is_attribution or look.paragraph.is_tight or look.is_cut or before.is_cut,
    ),
    Step("introduction or label", -2.0, lambda before, look: _introduces(look) or look.has_label),
    Step("after its source", -5.0, lambda before, look: before.is_attribution and not look.is_set_apart),
    Step("after the last turn", -4.0, lambda before, look: before.is_turn and not look.is_turn),
    Step(
        "after what was set apart",
        -4.0,
        lambda before, look: before.is_set_apart and not look.is_set_apart and not look.is_item,
    ),
    Step(
        "item, verse or middle of a sentence",
        4.0,
        lambda before, look: look.is_item or look.text[:1].islower() or (look.is_verse and before.is_verse),
    ),
    Step("stanza", 3.0, lambda before, look: look.is_in_block and before.is_in_block),
    Step(
        "after verse, or a colon", -1.0, lambda before, look: before.is_in_block or before.is_verse or before.ends_open
    ),
    Step("as long as the quote is", 1.8, lambda before, look: look.n_words > max(20, min(30, look.usual_words / 2))),
    Step("anything else", 0.3, lambda before, look: True),
)


def begins(look: Look) -> float:
    """Log-odds that a quote begins here, where the paragraph before is ours."""
    before = look.before
    if before is None:
        return -4.0
    return next(step.odds for step in BEGINS if step.holds(before, look)) + before.introduction_weight


def goes_on(look: Look) -> float:
    """Log-odds that a quote goes on here, where the paragraph before is one."""
    before = look.before
    return 0.0 if before is None else next(step.odds for step in GOES_ON if step.holds(before, look))
