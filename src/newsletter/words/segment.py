"""The language of segments: a saved question about readers, as a syntax tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from newsletter.words.field_name import as_asked
from newsletter.words.mistake import Mistake

MOST_ISSUES = 24
_LONGEST = 2_000
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class HasField:
    """A field compared with a text, case ignored: `=`, `!=`, `contains`, `starts with`, `ends with`."""

    name: str
    operator: str
    text: str


@dataclass(frozen=True, slots=True)
class Tagged:
    tag: str


@dataclass(frozen=True, slots=True)
class Joined:
    """On the list since before, or not before, the beginning of a day in UTC."""

    operator: str
    on: date


@dataclass(frozen=True, slots=True)
class Behaved:
    """Opened or clicked at least `at_least` of the last `of_last` issues."""

    what: str
    at_least: int
    of_last: int


@dataclass(frozen=True, slots=True)
class ClickedLink:
    """Clicked an address that begins like this."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Got:
    """Was handed an issue."""

    issue: int


@dataclass(frozen=True, slots=True)
class Engaged:
    """Opened or clicked one of the last 12 issues, or has not been here for 12 issues yet."""


@dataclass(frozen=True, slots=True)
class Not:
    of: Predicate


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Predicate, ...]


Predicate = HasField | Tagged | Joined | Behaved | ClickedLink | Got | Engaged | Not | AllOf | AnyOf

# Facts of every reader, which are no fields of the newsletter's own.
COLUMNS = frozenset({"email", "first_name", "last_name"})

_TOKEN = re.compile(
    r'\s*(?:"([^"\n]*)"|(\d{4}-\d\d-\d\d)|(\d+)|([^\W\d](?:[\w-]|[^\x00-\x7f\s“”„«»‘’])*)|(!=|=|\(|\)))'
)
_FIX = 'For example: plan = "pro" and not tagged vip. docs/readers.md has the whole language.'
_WORDS = frozenset({"and", "or", "not"})


def read_segment(text: str) -> Predicate:
    """The tree of a segment. Raises Mistake with the place where it stops making sense."""
    if len(text) > _LONGEST:
        raise Mistake(f"A segment has at most {_LONGEST:,} characters.", fix=_FIX)
    reader = _Parser(_tokens(text))
    tree = reader.any_of(0)
    if not reader.at_end:
        raise reader.mistake("`and` or `or`")
    return tree


def fields_asked(tree: Predicate) -> frozenset[str]:
    """The fields of the newsletter's own that a question is about."""
    match tree:
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*map(fields_asked, parts))
        case Not(of):
            return fields_asked(of)
        case HasField(name) if name not in COLUMNS:
            return frozenset({name})
        case _:
            return frozenset()


def asks_what_readers_did(tree: Predicate) -> bool:
    """Whether a question is about opens or clicks, which are known of readers only where tracking is switched on."""
    match tree:
        case AllOf(parts) | AnyOf(parts):
            return any(map(asks_what_readers_did, parts))
        case Not(of):
            return asks_what_readers_did(of)
        case _:
            return isinstance(tree, Behaved | ClickedLink | Engaged)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def _tokens(text: str) -> list[_Token]:
    kinds = ("text", "date", "number", "word", "sign")
    tokens, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip()) + 1
            raise Mistake(f"This segment can't be read from character {column} on.", fix=_FIX)
        number = match.lastindex or 0
        tokens.append(_Token(kinds[number - 1], match[number], match.start(number) + 1))
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent; `or` binds less than `and`, and that less than `not`."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._tokens)

    def mistake(self, wanted: str) -> Mistake:
        if self.at_end:
            return Mistake(f"The segment ends where {wanted} is missing.", fix=_FIX)
        found = self._tokens[self._at]
        return Mistake(f"At character {found.column} of the segment: {wanted} is wanted, not {found.text!r}.", fix=_FIX)

    def any_of(self, depth: int) -> Predicate:
        if depth > _DEEPEST:
            raise Mistake("This segment has too many brackets within brackets.", fix=_FIX)
        parts = [self._all_of(depth)]
        while self._word("or"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self, depth: int) -> Predicate:
        parts = [self._negated(depth)]
        while self._word("and"):
            parts.append(self._negated(depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _negated(self, depth: int) -> Predicate:
        if self._word("not"):
            return Not(self._negated(depth + 1) if depth < _DEEPEST else self.any_of(depth + 1))
        if self._sign("("):
            inner = self.any_of(depth + 1)
            if not self._sign(")"):
                raise self.mistake("`)`")
            return inner
        return self._test()

    def _test(self) -> Predicate:
        if self._word("tagged"):
            return Tagged(self._take("a tag", "word", "text").lower())
        if self._word("joined"):
            operator = "before" if self._word("before") else "after" if self._word("after") else ""
            if not operator:
                raise self.mistake("`before` or `after`")
            return Joined(operator, self._date())
        if self._word("got"):
            self._word("issue")
            return Got(int(self._take("the number of an issue", "number")))
        if self._word("engaged"):
            return Engaged()
        if self._word("opened"):
            return self._behaved("opened")
        if self._word("clicked"):
            if self._is("text"):
                return ClickedLink(self._take("an address", "text"))
            return self._behaved("clicked")
        return self._field()

    def _behaved(self, what: str) -> Behaved:
        at_least = int(self._take("a number of issues", "number"))
        if not (self._word("of") and self._word("last")):
            raise self.mistake("`of last`")
        of_last = int(self._take("a number of issues", "number"))
        if not 1 <= at_least <= of_last <= MOST_ISSUES:
            raise Mistake(
                f"`{what} {at_least} of last {of_last}` makes no sense; the last number is at most {MOST_ISSUES}.",
                fix=_FIX,
            )
        return Behaved(what, at_least, of_last)

    def _field(self) -> HasField:
        self._word("field")
        if not self._is("word") or self._tokens[self._at].text.lower() in _WORDS:
            raise self.mistake("a question")
        name = as_asked(self._take("a field", "word")).lower()
        if self._sign("="):
            operator = "="
        elif self._sign("!="):
            operator = "!="
        elif self._word("contains"):
            operator = "contains"
        elif self._word("starts") and self._word("with"):
            operator = "starts with"
        elif self._word("ends") and self._word("with"):
            operator = "ends with"
        else:
            raise self.mistake("`=`, `!=`, `contains`, `starts with` or `ends with`")
        return HasField(name, operator, self._take("a text in quotes", "text"))

    def _date(self) -> date:
        text = self._take("a date such as 2026-01-31", "date")
        try:
            return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            raise Mistake(f"There is no day {text}.", fix=_FIX) from None

    def _is(self, kind: str) -> bool:
        return not self.at_end and self._tokens[self._at].kind == kind

    def _word(self, word: str) -> bool:
        return self._accept("word", word)

    def _sign(self, sign: str) -> bool:
        return self._accept("sign", sign)

    def _accept(self, kind: str, text: str) -> bool:
        found = self._is(kind) and self._tokens[self._at].text.lower() == text
        self._at += found
        return found

    def _take(self, wanted: str, *kinds: str) -> str:
        if self.at_end or self._tokens[self._at].kind not in kinds:
            raise self.mistake(wanted)
        self._at += 1
        return self._tokens[self._at - 1].text
