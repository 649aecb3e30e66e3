"""Every sign by which a paragraph is told for a quote or for ours, with its weight and its reason in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.collect.voices import marks
from newsletter.collect.voices.passage import OPENS_EXCERPT, Passage

_LONGEST_VERSE = 14
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


def _has_end(passage: Passage) -> bool:
    is_source = passage.is_attribution or passage.is_signed or passage.is_signature
    return is_source or _is_marked_off(passage) or OPENS_EXCERPT.match(passage.text) is not None


def _takes_up(passage: Passage) -> bool:
    """It quotes words of the excerpt above, which neither those nor their introduction set apart or named before."""
    if passage.is_set_apart or passage.introduction is None:
        return False
    above = " ".join(one.text for one in passage.excerpt).casefold()
    theirs = {part.casefold() for one in passage.excerpt for part in marks.fragments(one.text)}
    named = passage.introduction.text.casefold()
    own = {part.casefold() for part in marks.fragments(passage.text)} - theirs
    return any(part in above and part not in named for part in own)


def _speaks_of_them(passage: Passage) -> bool:
    """It says "she" or "he" below an excerpt in the first person that speaks of nobody so."""
    above = passage.excerpt
    return (
        passage.has(passage.speech.they)
        and any(one.has(passage.speech.i) for one in above)
        and not any(one.has(passage.speech.they) for one in above)
        and not _is_marked_off(passage)
    )


def _names_source(passage: Passage) -> bool:
    said = passage.introduction
    if said is None or _has_end(passage) or passage.is_turn:
        return False
    quoted = " ".join(one.text for one in passage.excerpt)
    return any(name in passage.text and name not in quoted for name in said.names)


def _is_poem_line(passage: Passage) -> bool:
    return passage.is_of_poem and passage.n_words <= _LONGEST_VERSE and passage.n_sentences <= 1


def _is_own_words(passage: Passage) -> bool:
    return passage.before is not None and passage.before.ends_open and passage.before.quotes_itself


def _introduces_list(passage: Passage) -> bool:
    return (
        passage.ends_open
        and bool(passage.after and passage.after.is_item)
        and not (passage.before and passage.before.introduces)
    )


# What a paragraph says by itself.
SIGNS = (
    Sign("marked", 9.0, "it is marked with >", lambda passage: passage.paragraph.is_marked),
    Sign("indented", 5.6, "it is indented", lambda passage: passage.paragraph.is_indented),
    Sign(
        "others are marked",
        -3.0,
        "other quotes here are marked, and it is not",
        lambda passage: passage.whole.has_marks and not passage.paragraph.is_marked and not passage.is_set_apart,
    ),
    Sign(
        "marks",
        7.8,
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
        3.4,
        "it begins in the middle of something, as excerpts do",
        lambda passage: OPENS_EXCERPT.match(passage.text) is not None,
    ),
    Sign("turn", 7.0, "it is a question or an answer of an interview", lambda passage: passage.is_turn),
    Sign("rhyme", 4.5, "it is a line of something that rhymes", lambda passage: passage.is_rhymed),
    Sign("line of a poem", 2.2, "a poem is introduced, and it is as short as a line of one", _is_poem_line),
    Sign(
        "attribution",
        6.2,
        "it says whose words stand above",
        lambda passage: passage.is_attribution and passage.after is not None,
    ),
    Sign("signed", 5.0, "it ends with a dash and a name", lambda passage: passage.is_signed),
    Sign("signature", 2.4, "it is a name, as under a letter", lambda passage: passage.is_signature),
    Sign(
        "letter",
        4.4,
        "it begins or ends as a letter does",
        lambda passage: passage.opens_letter or passage.closes_letter,
    ),
    Sign(
        "stage direction",
        3.0,
        "it says that people laughed or clapped",
        lambda passage: passage.has(passage.speech.crowd),
    ),
    Sign(
        "press release",
        4.0,
        "it speaks as press releases do",
        lambda passage: passage.is_headline or passage.has(passage.speech.press),
    ),
    Sign(
        "label",
        -8.0,
        "it begins with a label of the desk",
        lambda passage: (
            passage.has_label and not (passage.is_set_apart or passage.is_turn or passage.has(passage.speech.press))
        ),
    ),
    Sign(
        "aside",
        -5.0,
        "it is an aside in brackets",
        lambda passage: _ASIDE.fullmatch(passage.text) is not None and not passage.is_cut,
    ),
    Sign(
        "desk",
        -3.2,
        "it speaks of this newsletter, its readers or its links",
        lambda passage: passage.has(passage.speech.desk) and not passage.is_set_apart,
    ),
    Sign(
        "about the text",
        -1.3,
        "it speaks of the text that is quoted",
        lambda passage: bool(passage.excerpt) and passage.has(passage.speech.about_text) and not passage.is_set_apart,
    ),
    Sign(
        "begins with the text",
        -1.4,
        "it begins with the text that is quoted",
        lambda passage: bool(passage.excerpt) and passage.speech.about_text.match(passage.text) is not None,
    ),
    Sign("takes up words", -4.0, "it quotes words of the quote above", _takes_up),
    Sign("names the source", -1.5, "it names the one who is quoted above", _names_source),
    Sign("addresses them", -4.0, "it speaks to the one who is quoted above", lambda passage: passage.addresses_source),
    Sign("speaks of them", -1.4, "it speaks of the one who says “I” above", _speaks_of_them),
    Sign("same person", 1.5, "it says “I” as the quote above does", lambda passage: passage.shares(passage.speech.i)),
    Sign("remark", -0.5, "it is short, as a remark is", _is_remark),
    Sign("opinion", -1.4, "it begins as a remark does", _is_opinion),
    Sign(
        "closes",
        -2.0,
        "nothing stands below it and the quote above",
        lambda passage: passage.after is None and bool(passage.excerpt) and not _has_end(passage),
    ),
    Sign("own words", -12.2, "the paragraph before says that its writer wrote this", _is_own_words),
    Sign("introduces", -5.0, "it ends with a colon, so it introduces", lambda passage: passage.leads_on),
    Sign("introduces a list", -2.5, "it ends with a colon", _introduces_list),
    Sign("announces", -2.4, "it announces what follows", lambda passage: passage.introduces and not passage.ends_open),
    Sign(
        "address",
        -2.0,
        "it gives an address to read on",
        lambda passage: "http" in passage.text and not passage.is_set_apart,
    ),
)
