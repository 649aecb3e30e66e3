"""What in a paragraph introduces somebody else's words, and how strongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.collect.voices.passage import Passage

# Log-odds that a quote begins below; those of one sentence are added up.
INTRODUCTIONS = {
    "colon": 9.0,
    "colon below few words, or words about ourselves": 5.2,
    "comma": 6.0,
    "dash": 4.2,
    "own words": 1.4,
    "announces": 5.4,
    "announced further up": 3.4,
    "a named person says": 2.7,
    "somebody says": 2.0,
    "we say": 0.4,
    "speaks of a text": 1.2,
    "without a stop": 3.8,
}
# In a text of whole sentences one of so many words without a stop leads on to the next paragraph.
_FEWEST_LEFT_OPEN = 12


def introduction_weight(passage: Passage) -> float:
    """How strongly a paragraph announces somebody else's words, in log-odds; 0 where it does not."""
    return sum(INTRODUCTIONS[name] for name in introduced_by(passage))


def introduced_by(passage: Passage) -> list[str]:
    """The names of what introduces, as the table has them."""
    after = passage.after
    if after is None or passage.is_bare_label or passage.is_set_apart or after.is_address or passage.is_within_sentence:
        return []
    if passage.is_item and not (passage.ends_open and not after.is_item):
        return []
    last, speech = passage.last_sentence, passage.speech
    speaks = speech.says.search(last) or speech.announces.search(last)
    if after.is_item and not speaks:
        return []
    if passage.quotes_itself:
        return ["own words"]
    if passage.ends_open:
        return [_of_colon(passage)]
    if last.endswith((",", "，")):
        return ["comma"] if speech.says.search(last) else []
    if last.endswith(("—", "–")):
        return ["comma" if speech.says.search(last) else "dash"]
    return _of_sentence(passage, last)


def _of_colon(passage: Passage) -> str:
    last, speech = passage.last_sentence, passage.speech
    speaks = speech.says.search(last) or speech.announces.search(last) or passage.has(speech.texts)
    names = passage.ends_with_name and not passage.speaks_of_itself
    is_thin = passage.may_be_label or passage.speaks_of_itself
    return "colon" if speaks or names or not is_thin else "colon below few words, or words about ourselves"


def _of_sentence(passage: Passage, last: str) -> list[str]:
    found, speech = list[str](), passage.speech
    if speech.announces.search(last):
        found.append("announces")
    elif passage.has(speech.announces):
        found.append("announced further up")
    if speech.says.search(last):
        is_ours = passage.speaks_of_itself
        found.append("a named person says" if passage.names else "we say" if is_ours else "somebody says")
    is_in_sentences = passage.whole.passages[-1].n_sentences > 0
    if passage.text[-1].isalnum() and passage.n_words >= _FEWEST_LEFT_OPEN and is_in_sentences:
        found.append("without a stop")
    is_below = passage.excerpt or (passage.before is not None and passage.before.introduces)
    if not is_below and speech.about_text.search(last):
        found.append("speaks of a text")
    return found
