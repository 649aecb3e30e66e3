"""Opaque words that stand for gaps while text travels through Markdown, Jinja, MJML and CSS inlining."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from newsletter.words import gap
from newsletter.words.field_name import as_asked
from newsletter.words.gap import Context, Default, Expression, Field, Gap, Literal, Part
from newsletter.words.mistake import Mistake, Place


class SentinelKind(Enum):
    """What a sentinel stands for."""

    VALUE = "value"
    IF = "if"
    ELIF = "elif"
    ELSE = "else"
    END = "end"


@dataclass(frozen=True, slots=True)
class Mark:
    """The meaning of one sentinel, and where its author wrote it. `expression` is the value or the test."""

    kind: SentinelKind
    expression: Expression
    place: Place


_NOTHING = Literal("")
# Without those of hexadecimal numbers, so that no digest or colour is ever taken for the beginning of a word.
_LETTERS = "ghijklmnopqrstuvwxyz0123456789"
# What any sentinel looks like, for those who only ask how long a line will be.
ANY_SENTINEL = re.compile("q[g-z0-9]{6}[0-9]{2,}z")


class Sentinels:
    """Mints sentinels that occur in none of `sources`, and remembers what each one stands for.

    A sentinel is lower-case ASCII letters and digits only, so nothing on the way escapes, folds or splits it. Its word
    follows from all the sources: the same files give the same word, and nobody who wrote one of them can know it.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._word = _unused_word("\0".join(sources))
        self.marks: list[Mark] = []
        self.pattern = re.compile(f"{self._word}([0-9]+)z")
        self.hold_pattern = re.compile(f"{self._word}h([0-9]+)z")

    def mint(self, kind: SentinelKind, place: Place, expression: Expression = _NOTHING) -> str:
        self.marks.append(Mark(kind, expression, place))
        return f"{self._word}{len(self.marks) - 1:02d}z"

    def hold(self, number: int) -> str:
        """A word for HTML that is put in its place later; `hold_pattern` finds it."""
        return f"{self._word}h{number}z"

    def mark(self, match: re.Match[str]) -> Mark:
        """The meaning of a match of `pattern`."""
        return self.marks[int(match[1])]

    def spoilt(self, text: str) -> int | None:
        """Where a sentinel was cut short or put into capitals: a reader would see it."""
        if text.lower().count(self._word) == sum(1 for _ in self.pattern.finditer(text)):
            return None
        whole = {match.start() for match in self.pattern.finditer(text)}
        words = re.finditer(self._word, text, re.IGNORECASE)
        return next((match.start() for match in words if match.start() not in whole), 0)

    def opened_in(self, text: str) -> int:
        """How many branches a text opens more than it closes."""
        kinds = [self.mark(match).kind for match in self.pattern.finditer(text)]
        return kinds.count(SentinelKind.IF) - kinds.count(SentinelKind.END)

    def has_branch(self, text: str) -> bool:
        return any(self.mark(match).kind is not SentinelKind.VALUE for match in self.pattern.finditer(text))

    def is_control(self, text: str) -> bool:
        """Whether `text` holds tags such as `{% if %}` and nothing else, so that no paragraph is to be put round it."""
        matches = list(self.pattern.finditer(text))
        bare = not self.pattern.sub("", text).strip()
        return bool(matches) and bare and all(self.mark(match).kind is not SentinelKind.VALUE for match in matches)

    def fields(self) -> dict[str, Place]:
        """Every reader's value that was asked for, with the first place that asks."""
        found: dict[str, Place] = {}
        for mark in self.marks:
            for name in sorted(names(mark.expression)):
                found.setdefault(name, mark.place)
        return found

    def spelled(self, text: str) -> str:
        """`text` with every sentinel written out again the way authors write gaps."""
        return self.pattern.sub(lambda match: _spelling(self.mark(match)), text)


class ReaderGap:
    """What `reader("first_name")` gives a template: a gap that can be printed and nothing else."""

    def __init__(self, sentinel: str, name: str) -> None:
        self._sentinel = sentinel
        self._name = name

    def __str__(self) -> str:
        return self._sentinel

    def __html__(self) -> str:
        return self._sentinel

    def _refuse(self, *_: object) -> bool:
        raise Mistake(
            f'reader("{self._name}") differs by reader, so a template can print it but not decide by it.',
            fix="Write the condition in the issue instead: {% if " + self._name + ' == "..." %}.',
        )

    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __bool__ = __contains__ = _refuse
    __hash__ = None  # type: ignore[assignment]


def reader_gap(sentinels: Sentinels, place: Place, name: object, default: object = None) -> ReaderGap:
    """A gap that a template asks for. Raises Mistake for a name that can't be one."""
    if not isinstance(name, str) or not as_asked(name).isidentifier():
        raise Mistake(f"reader({name!r}) is not the name of a field.", fix='Write it like reader("first_name").')
    expression: Expression = Field(as_asked(name))
    if default is not None:
        expression = Default(expression, Literal(str(default)))
    return ReaderGap(sentinels.mint(SentinelKind.VALUE, place, expression), name)


def names(expression: Expression) -> frozenset[str]:
    """The fields an expression asks for."""
    return Part((Gap(expression, Context.PLAIN),)).fields()


def written(expression: Expression) -> str:
    """An expression in the words of the author's language, with single quotes so that it fits in an attribute."""
    match expression:
        case gap.Field(name):
            return name
        case gap.Literal(text):
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        case gap.Filtered(name, of):
            return f"{written(of)} | {name}"
        case gap.Default(of, otherwise):
            return f"{written(of)} | default({written(otherwise)})"
        case gap.Compared(left, operator, right) | gap.Combined(left, operator, right):
            return f"({written(left)} {operator} {written(right)})"
        case gap.Negated(of):
            return f"not {written(of)}"


def _spelling(mark: Mark) -> str:
    match mark.kind:
        case SentinelKind.VALUE:
            return "{{ " + written(mark.expression) + " }}"
        case SentinelKind.IF | SentinelKind.ELIF:
            return "{% " + f"{mark.kind.value} {written(mark.expression)}" + " %}"
        case SentinelKind.ELSE:
            return "{% else %}"
        case SentinelKind.END:
            return "{% endif %}"


def _unused_word(text: str) -> str:
    """A word that `text` does not hold.

    An entity or a percent code of a captured page (&#103;) is decoded on the way and could spell any word that its
    writer knows: so it is one that they can't know.
    """
    folded = text.lower()
    digest = hashlib.blake2s(text.encode("utf-8", "surrogatepass"))
    while True:
        number = int.from_bytes(digest.digest()[:8], "big")
        word = "q"
        for _ in range(6):
            number, letter = divmod(number, len(_LETTERS))
            word += _LETTERS[letter]
        if word not in folded:
            return word
        digest.update(b"again")
