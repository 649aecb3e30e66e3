"""Places in an edition that differ by reader, and how they are filled for a whole parcel at once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

# A name longer than this is a mistake or an attack; it is cut, never refused.
VALUE_CAP = 200
# The reader's own links: made by us, longer than a name, never cut.
OWN_LINKS = frozenset({"unsubscribe_url", "preferences_url"})

Columns = Mapping[str, Sequence[str]]


class Context(StrEnum):
    """Where a value lands, which decides how it is escaped."""

    PLAIN = "plain"  # the text part
    HEADER = "header"  # the subject
    TEXT = "text"  # between tags
    ATTRIBUTE = "attribute"  # inside a quoted attribute that is not an address
    URL = "url"  # a whole href or src
    URL_PART = "url_part"  # a piece of one


@dataclass(frozen=True, slots=True)
class Field:
    """A reader's value by name; empty where the reader has none."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    text: str


@dataclass(frozen=True, slots=True)
class Filtered:
    """One of `FILTERS` applied to a value."""

    name: str
    of: Expression


@dataclass(frozen=True, slots=True)
class Default:
    """The value, or the other one where the first is empty."""

    of: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Compared:
    """`==` or `!=` of two values, as text."""

    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Combined:
    """`and` or `or` of two tests."""

    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Negated:
    of: Expression


Expression = Field | Literal | Filtered | Default | Compared | Combined | Negated


@dataclass(frozen=True, slots=True)
class Gap:
    """One value in one context. Equal gaps are one gap, however often they stand in an edition."""

    expression: Expression
    context: Context


@dataclass(frozen=True, slots=True)
class Choice:
    """`{% if %}`: one of two pieces of an edition, by reader. The branches are already in their part's language."""

    test: Expression
    then: Part
    otherwise: Part


@dataclass(frozen=True, slots=True)
class Part:
    """The subject, the HTML or the text of an edition: constant text and what differs, in order."""

    pieces: tuple[str | Gap | Choice, ...]

    @property
    def holes(self) -> tuple[Gap | Choice, ...]:
        return tuple(piece for piece in self.pieces if not isinstance(piece, str))

    @property
    def is_constant(self) -> bool:
        return not self.holes

    def fields(self) -> frozenset[str]:
        """The names of every reader's value this part can ask for."""
        names: set[str] = set()
        for hole in self.holes:
            if isinstance(hole, Gap):
                names |= _names(hole.expression)
            else:
                names |= _names(hole.test) | hole.then.fields() | hole.otherwise.fields()
        return frozenset(names)


FILTERS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "capitalize": str.capitalize,
    "title": str.title,
    "trim": str.strip,
}


def fill(hole: Gap | Choice, columns: Columns, n_readers: int) -> list[str]:
    """The values of one hole for every reader of a parcel, escaped for where they land."""
    if isinstance(hole, Gap):
        return _escaped(hole, _values(hole.expression, columns, n_readers))
    tests = _values(hole.test, columns, n_readers)
    then = fill_part(hole.then, columns, n_readers)
    otherwise = fill_part(hole.otherwise, columns, n_readers)
    return [yes if test else no for test, yes, no in zip(tests, then, otherwise, strict=True)]


def fill_part(part: Part, columns: Columns, n_readers: int) -> list[str]:
    """A whole part for every reader of a parcel."""
    if part.is_constant:
        return ["".join(piece for piece in part.pieces if isinstance(piece, str))] * n_readers
    strands = [
        [piece] * n_readers if isinstance(piece, str) else fill(piece, columns, n_readers) for piece in part.pieces
    ]
    return ["".join(strand) for strand in zip(*strands, strict=True)]


def _values(expression: Expression, columns: Columns, n_readers: int) -> Sequence[str]:
    """One column of values; a test is "1" where it holds and "" where it does not."""
    match expression:
        case Field(name):
            return columns[name] if name in columns else [""] * n_readers
        case Literal(text):
            return [text] * n_readers
        case Filtered(name, of):
            change = FILTERS[name]
            return [change(value) for value in _values(of, columns, n_readers)]
        case Default(of, otherwise):
            fallback = _values(otherwise, columns, n_readers)
            return [value or other for value, other in zip(_values(of, columns, n_readers), fallback, strict=True)]
        case Compared(left, operator, right):
            pairs = zip(_values(left, columns, n_readers), _values(right, columns, n_readers), strict=True)
            wanted = operator == "=="
            return ["1" if (one == other) is wanted else "" for one, other in pairs]
        case Combined(left, operator, right):
            pairs = zip(_values(left, columns, n_readers), _values(right, columns, n_readers), strict=True)
            if operator == "and":
                return [other if one else "" for one, other in pairs]
            return [one or other for one, other in pairs]
        case Negated(of):
            return ["" if value else "1" for value in _values(of, columns, n_readers)]


def _names(expression: Expression) -> frozenset[str]:
    match expression:
        case Field(name):
            return frozenset({name})
        case Literal():
            return frozenset()
        case Filtered(_, of) | Negated(of):
            return _names(of)
        case Default(one, other) | Compared(one, _, other) | Combined(one, _, other):
            return _names(one) | _names(other)


def _escaped(gap: Gap, values: Sequence[str]) -> list[str]:
    if isinstance(gap.expression, Field) and gap.expression.name in OWN_LINKS:
        clean: Sequence[str] = values
    else:
        clean = values if _all_clean(values) else [value if _all_clean((value,)) else tamed(value) for value in values]
    match gap.context:
        case Context.PLAIN | Context.HEADER:
            return list(clean)
        case Context.TEXT | Context.ATTRIBUTE:
            # Most names hold nothing to escape, and html.escape makes five passes to find that out.
            return [html.escape(value) if _MARKUP.search(value) else value for value in clean]
        case Context.URL:
            # Nearly all begin like this, and need no closer look.
            safe = [value if value.startswith("https://") or _is_safe_address(value) else "#" for value in clean]
            return [html.escape(value) if _MARKUP.search(value) else value for value in safe]
        case Context.URL_PART:
            return [quote(value, safe="") for value in clean]


def _all_clean(values: Sequence[str]) -> bool:
    """Nothing to tame in any of them: nearly always so, and quickly seen for all together."""
    return "".join(values).isprintable() and max(map(len, values), default=0) <= VALUE_CAP


_SAFE_STARTS = ("https://", "http://", "mailto:")
_MARKUP = re.compile("[&<>\"']")
# C0 and C1 controls, line and paragraph separators, and marks that turn the reading direction of what follows.
_CONTROL = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]+"
)


def tamed(value: str) -> str:
    """A reader's value without control characters, at most `VALUE_CAP` characters long."""
    return _CONTROL.sub(" ", value)[:VALUE_CAP].strip()


def _is_safe_address(value: str) -> bool:
    return value[:8].lower().startswith(_SAFE_STARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """How many of the `n_readers` who would get an issue have no value for a gap, and one of them who lacks the most."""

    n_empty: int
    n_readers: int
    example: str


def without_gaps(title: str) -> str:
    """A captured title as a subject or preheader: its braces are only braces, and would begin a gap there."""
    return re.sub(r"\{(?=[{%#])", "{ ", title)
