"""Tells whose words the paragraphs of an unmarked text are, and of each that is in doubt, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.collect.paragraphs import Paragraph
from newsletter.collect.voices.chain import chances
from newsletter.collect.voices.passage import Passage, Text
from newsletter.collect.voices.signs import SIGNS, Sign
from newsletter.collect.voices.steps import begins, goes_on

# Surer than this, either way, is no doubt.
_SURE = 0.84
# The same where the language is not known, so that no words of it are.
_SURE_OF_UNKNOWN = 0.97
# An introduction, or a quote that may go on, is a reason as well.
_STRONG = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A paragraph, whether it is a quote, and why that is a guess: `doubts` is empty where it is certain."""

    text: str
    is_quote: bool
    doubts: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        return bool(self.doubts)


def tell_voices(paragraphs: Sequence[Paragraph], signs: Sequence[Sign] = SIGNS) -> list[Voice]:
    """One voice for each paragraph, in order.

    What each says by itself is added up, and weighed against what stands before and behind it: an introduction, a quote
    that may go on, marks that close.
    """
    text = Text(paragraphs)
    passages, sure = text.passages, _SURE if text.language else _SURE_OF_UNKNOWN
    own = [sum(sign.weight for sign in signs if sign.holds(passage)) for passage in passages]
    likely = chances(own, [begins(passage) for passage in passages], [goes_on(passage) for passage in passages])
    return [_voice(passage, chance, sure, signs) for passage, chance in zip(passages, likely, strict=True)]


def _voice(passage: Passage, chance: float, sure: float, signs: Sequence[Sign]) -> Voice:
    is_quote = chance > 0.5
    doubts = () if max(chance, 1 - chance) >= sure else _reasons(passage, signs)
    return Voice(text=passage.text, is_quote=is_quote, doubts=doubts)


def _reasons(passage: Passage, signs: Sequence[Sign]) -> tuple[str, ...]:
    """The weightiest first."""
    found = [(abs(sign.weight), sign.reason) for sign in signs if sign.holds(passage)]
    if passage.before is not None and passage.before.introduces:
        found.append((passage.before.introduction_weight, "the paragraph before introduces somebody's words"))
    elif passage.excerpt:
        found.append((_STRONG, "the quote above it may go on"))
    if not passage.is_set_apart:
        found.append((_STRONG / 2, "it has no quotation marks"))
    return tuple(reason for _, reason in sorted(found, key=lambda one: -one[0]))
