"""How many bytes merge tags can take for one reader: in the mail itself, and in a provider's call that carries them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from newsletter.words.edition import Edition
from newsletter.words.gap import (
    OWN_LINKS,
    VALUE_CAP,
    Choice,
    Combined,
    Context,
    Default,
    Expression,
    Field,
    Filtered,
    Gap,
    Literal,
    Part,
    fill,
)

# What a letter can come to: four bytes as it is (😀), six escaped in HTML ("), twelve in an address (😀 again).
_LETTER = {
    Context.PLAIN: 4,
    Context.HEADER: 4,
    Context.TEXT: 6,
    Context.ATTRIBUTE: 6,
    Context.URL: 6,
    Context.URL_PART: 12,
}
# In capitals a few letters of two bytes become three letters of two bytes each (ΐ), before the value is cut.
_GROWN = {context: max(n_bytes, 18 if context is Context.URL_PART else 6) for context, n_bytes in _LETTER.items()}
# key id, subscriber, list, issue and tag of words/token.py, with the dots between them.
_TOKEN_LETTERS = 4 + 13 + 13 + 13 + 22 + 4
_USUAL_PUBLIC_URL = "https://newsletter.a-domain-that-is-rather-long.example.org"

Weight = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How long values may be: `letters` by field, `others` for fields that are not named there, links under `public_url`."""

    letters: Mapping[str, int] = field(default_factory=dict)
    others: int = 0
    public_url: str = _USUAL_PUBLIC_URL

    def of(self, name: str) -> int:
        return self.letters.get(name, self.others)


def worst_bytes(part: Part, extent: Extent) -> int:
    """The most bytes of UTF-8 that a part can have for one reader."""
    return _worst_of(part, extent, _in_mail)


def worst_carried(edition: Edition, extent: Extent, bytes_per_gap: int) -> int:
    """The most bytes that the values of one reader take in a call, as JSON, `bytes_per_gap` for the naming of each.

    Every distinct gap is carried once, a branch whole wherever it is not the shorter one.
    """
    # Two braces round them all, and no comma after the last.
    return 1 + sum(bytes_per_gap + _worst(hole, extent, carried_bytes) for hole in edition.holes)


def carried_bytes(text: str) -> int:
    """The bytes of a text inside a JSON string: quotes and line ends take two."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")) - 2


def _in_mail(text: str) -> int:
    return len(text.encode())


def _worst_of(part: Part, extent: Extent, weight: Weight) -> int:
    return sum(weight(piece) if isinstance(piece, str) else _worst(piece, extent, weight) for piece in part.pieces)


def _worst(hole: Gap | Choice, extent: Extent, weight: Weight) -> int:
    if isinstance(hole, Choice):
        return max(_worst_of(part, extent, weight) for part in (hole.then, hole.otherwise))
    return _worst_value(hole.expression, hole.context, extent, weight, ())


def _worst_value(
    expression: Expression, context: Context, extent: Extent, weight: Weight, filters: tuple[str, ...]
) -> int:
    """`filters` are those that the value still goes through, the last of them first."""
    match expression:
        case Field(name) if name in OWN_LINKS:
            link = f"{extent.public_url}/preferences/{'x' * _TOKEN_LETTERS}"
            return weight(fill(Gap(Field(name), context), {name: [link]}, 1)[0])
        case Field(name):
            most = min(extent.of(name) * (_GROWN if filters else _LETTER)[context], VALUE_CAP * _LETTER[context])
            # Where an address is missing or unsafe, a # stands.
            return max(most, context is Context.URL)
        case Literal():
            filtered: Expression = expression
            for one in reversed(filters):
                filtered = Filtered(one, filtered)
            return weight(fill(Gap(filtered, context), {}, 1)[0])
        case Filtered(name, of):
            return _worst_value(of, context, extent, weight, (*filters, name))
        case Default(one, other) | Combined(one, _, other):
            return max(_worst_value(side, context, extent, weight, filters) for side in (one, other))
    # What is left are tests, whose value is "1" or nothing.
    return 1
