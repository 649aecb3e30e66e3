"""Tells whose words the paragraphs of an unmarked text are, and of each that is in doubt, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.collect.paragraphs import Paragraph
from newsletter.collect.voices.chain import chances
from newsletter.collect.voices.look import Look, Text
from newsletter.collect.voices.signs import SIGNS, Sign, begins, goes_on

# Surer than this, either way, is no doubt.
_SURE = 0.84
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
    looks = Text(paragraphs).looks
    own = [sum(sign.weight for sign in signs if sign.holds(look)) for look in looks]
    likely = chances(own, [begins(look) for look in looks], [goes_on(look) for look in looks])
    return [_voice(look, chance) for look, chance in zip(looks, likely, strict=True)]


def _voice(look: Look, chance: float) -> Voice:
    is_quote = chance > 0.5
    doubts = () if max(chance, 1 - chance) >= _SURE else _reasons(look)
    return Voice(text=look.text, is_quote=is_quote, doubts=doubts)


def _reasons(look: Look) -> tuple[str, ...]:
    """The weightiest first."""
    found = [(abs(sign.weight), sign.reason) for sign in SIGNS if sign.holds(look)]
    if look.before is not None and look.before.introduces:
        found.append((look.before.introduction_weight, "the paragraph before introduces somebody's words"))
    elif look.excerpt:
        found.append((_STRONG, "the quote above it may go on"))
    if not look.is_set_apart:
        found.append((_STRONG / 2, "it has no quotation marks"))
    return tuple(reason for _, reason in sorted(found, key=lambda one: -one[0]))
