"""Reads the gaps an author wrote, `{{ first_name }}` and `{% if plan == "pro" %}`, and puts sentinels in their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from newsletter.compose.sentinels import SentinelKind, Sentinels
from newsletter.words.field_name import as_asked
from newsletter.words.gap import FILTERS, Combined, Compared, Default, Expression, Field, Filtered, Literal, Negated
from newsletter.words.mistake import Mistake, Place

# Reads syntax only: no template is ever compiled or run by it.
_SYNTAX = Environment(keep_trailing_newline=True, autoescape=True)
# Far beyond what anybody writes, far below what would exhaust the parser.
_LONGEST = 400
_DEEPEST = 40
_ALLOWED = "A gap may hold a field, default(...), " + ", ".join(FILTERS) + ", ==, !=, in, and, or, not and if."


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of an author's text, by offsets, in which braces are only braces; or a remark that is left out."""

    start: int
    end: int
    kept: bool


@dataclass(frozen=True, slots=True)
class TextOrigin:
    """Where a text stands in its file. `column` is None where only the line is known (a value in front matter)."""

    file: str
    line: int = 1
    column: int | None = 1

    def place(self, source: str, offset: int) -> Place:
        before = source[:offset]
        n_lines = before.count("\n")
        if self.column is None:
            return Place(self.file, self.line + n_lines)
        column = offset - (before.rfind("\n") + 1) + (self.column if n_lines == 0 else 1)
        return Place(self.file, self.line + n_lines, column)


def read_gaps(source: str, sentinels: Sentinels, origin: TextOrigin, regions: Sequence[Region] = ()) -> str:
    """`source` with a sentinel for every gap. `regions` are in order and do not overlap.

    Raises Mistake at the author's line and column for anything outside the small language.
    """
    if "{" not in source and not regions:
        return source
    return _GapReading(source, sentinels, origin, regions).run()


@dataclass(frozen=True, slots=True)
class _Tag:
    """One `{{ }}` or `{% %}`: where it begins, and its inside with the offset at which that begins."""

    is_block: bool
    start: int
    inside: str
    inside_at: int


@dataclass(slots=True)
class _If:
    """An {% if %} that is not closed yet; `depth` grows with each {% elif %}."""

    tag: _Tag
    seen_else: bool = False
    depth: int = 1


@dataclass(slots=True)
class _GapReading:
    source: str
    sentinels: Sentinels
    origin: TextOrigin
    regions: Sequence[Region]
    open: list[_If] = field(default_factory=list)

    def run(self) -> str:
        out: list[str] = []
        for item in self._items(_masked(self.source, self.regions)):
            if isinstance(item, _Tag):
                out.append(self._block(item) if item.is_block else self._value(item))
            else:
                out.append(_kept(self.source, *item, self.regions))
        if self.open:
            raise self._mistake(
                self.open[-1].tag.start, "This {% if %} has no {% endif %}.", "Close it with {% endif %}."
            )
        return "".join(out)

    def _items(self, masked: str) -> Iterator[_Tag | tuple[int, int]]:
        """Tags, and the stretches (start, end) of plain text between them. Jinja comments fall out here."""
        offset = inside_at = 0
        begun: int | None = None
        try:
            for _, kind, value in _SYNTAX.lex(masked):
                start = masked.index(value, offset)
                offset = start + len(value)
                if kind == "data":
                    yield start, offset
                elif kind in {"variable_begin", "block_begin", "raw_begin", "comment_begin"}:
                    begun, inside_at = start, offset
                elif kind in {"raw_end", "comment_end"}:
                    begun = None
                elif kind in {"variable_end", "block_end"}:
                    yield _Tag(kind == "block_end", begun or 0, masked[inside_at:start], inside_at)
                    begun = None
        except TemplateSyntaxError as error:
            raise self._unreadable(error.message, masked, offset if begun is None else begun) from None
        if begun is not None:
            raise self._unreadable("it is never closed", masked, begun)

    def _unreadable(self, reason: str | None, masked: str, offset: int) -> Mistake:
        opening = min((at for at in (masked.find("{{", offset), masked.find("{%", offset)) if at >= 0), default=offset)
        return self._mistake(
            opening,
            f"This gap can't be read: {reason}.",
            'For braces that are only braces, write {{ "{{" }}.',
        )

    def _value(self, tag: _Tag) -> str:
        node = self._parsed(tag, tag.inside, tag.inside_at)
        place = self.origin.place(self.source, tag.start)
        if isinstance(node, nodes.CondExpr):
            return self._inline_if(tag, node, place)
        return self.sentinels.mint(SentinelKind.VALUE, place, self._printable(tag, node))

    def _inline_if(self, tag: _Tag, node: nodes.CondExpr, place: Place) -> str:
        test = self._expression(tag, node.test)
        parts = [
            self.sentinels.mint(SentinelKind.IF, place, test),
            self.sentinels.mint(SentinelKind.VALUE, place, self._printable(tag, node.expr1)),
            self.sentinels.mint(SentinelKind.ELSE, place),
            self.sentinels.mint(SentinelKind.VALUE, place, self._printable(tag, node.expr2)) if node.expr2 else "",
            self.sentinels.mint(SentinelKind.END, place),
        ]
        return "".join(parts)

    def _printable(self, tag: _Tag, node: nodes.Expr) -> Expression:
        expression = self._expression(tag, node)
        if _is_test(expression):
            raise self._mistake(tag.start, "This gap is a test; there is nothing to print.", "Use it in {% if ... %}.")
        return expression

    def _block(self, tag: _Tag) -> str:
        word, rest = (*tag.inside.split(maxsplit=1), "", "")[:2]
        rest = rest.rstrip()
        place = self.origin.place(self.source, tag.start)
        if word == "if":
            self.open.append(_If(tag))
            self._fathom(tag)
            return self.sentinels.mint(SentinelKind.IF, place, self._test(tag, rest))
        if word not in {"elif", "else", "endif"}:
            raise self._mistake(tag.start, f"{{% {word} %}} is not part of the language of gaps.", _ALLOWED)
        if rest and word != "elif":
            fix = f"Write {{% elif {rest[3:]} %}}." if rest.startswith("if ") else f"Write {{% {word} %}}."
            raise self._mistake(tag.start, f"Nothing can stand after {word} in {{% {word} %}}.", fix)
        if not self.open:
            raise self._mistake(tag.start, f"{{% {word} %}} stands without an {{% if %}} before it.", "Remove it.")
        branching = self.open[-1]
        if word == "endif":
            self.open.pop()
            return self.sentinels.mint(SentinelKind.END, place)
        if branching.seen_else:
            raise self._mistake(tag.start, f"{{% {word} %}} comes after {{% else %}}.", "Put {% else %} last.")
        if word == "else":
            branching.seen_else = True
            return self.sentinels.mint(SentinelKind.ELSE, place)
        branching.depth += 1
        self._fathom(tag)
        return self.sentinels.mint(SentinelKind.ELIF, place, self._test(tag, rest))

    def _fathom(self, tag: _Tag) -> None:
        """Every {% elif %} is an {% if %} inside the {% else %} before it; they are walked by recursion later."""
        if sum(branching.depth for branching in self.open) > _DEEPEST:
            raise self._mistake(tag.start, "Too many branches stand inside each other.", "Say it more simply.")

    def _test(self, tag: _Tag, source: str) -> Expression:
        at = tag.inside_at + tag.inside.find(source) if source else tag.inside_at
        return self._expression(tag, self._parsed(tag, source, at))

    def _parsed(self, tag: _Tag, source: str, at: int) -> nodes.Expr:
        if len(source) > _LONGEST:
            raise self._mistake(tag.start, "This gap is too long to be read.", "Say it more simply.")
        if not source.strip():
            raise self._mistake(tag.start, "This gap is empty.", "Name a field, such as {{ first_name }}.")
        try:
            parser = Parser(_SYNTAX, source, state="variable")
            node = parser.parse_expression()
            if parser.stream.eos:
                return node
            rest = str(parser.stream.current.value)
            raise self._mistake(
                _find(self.source, rest, at, tag.start), f"Nothing is expected before “{rest}”.", _ALLOWED
            )
        except TemplateSyntaxError as error:
            raise self._mistake(tag.start, f"This gap can't be read: {error.message}.", _ALLOWED) from None
        except (RecursionError, ValueError):
            raise self._mistake(tag.start, "This gap is too long to be read.", "Say it more simply.") from None

    def _expression(self, tag: _Tag, node: nodes.Expr) -> Expression:
        match node:
            case nodes.Name():
                return Field(as_asked(node.name))
            case nodes.Const() if isinstance(node.value, str | int) and not isinstance(node.value, bool):
                return Literal(str(node.value))
            case nodes.Filter():
                return self._filter(tag, node)
            case nodes.Compare():
                return self._comparison(tag, node)
            case nodes.And() | nodes.Or():
                operator = "and" if isinstance(node, nodes.And) else "or"
                return Combined(self._expression(tag, node.left), operator, self._expression(tag, node.right))
            case nodes.Not():
                return Negated(self._expression(tag, node.node))
        raise self._mistake(tag.start, f"{_said(node)} not part of the language of gaps.", _ALLOWED)

    def _filter(self, tag: _Tag, node: nodes.Filter) -> Expression:
        at = _find(self.source, node.name, tag.inside_at, tag.start)
        if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise self._mistake(at, f"The filter {node.name} is written in a way that gaps don't allow.", _ALLOWED)
        of = self._expression(tag, node.node)
        if node.name in {"default", "d"}:
            # Jinja's second argument says "for empty values too", which is what a gap always means.
            if not 1 <= len(node.args) <= 2:
                raise self._mistake(at, "default needs the words to use instead.", 'Write default("there").')
            return Default(of, self._expression(tag, node.args[0]))
        if node.name not in FILTERS or node.args:
            raise self._mistake(at, f"There is no filter {node.name} of that form in gaps.", _ALLOWED)
        return Filtered(node.name, of)

    def _comparison(self, tag: _Tag, node: nodes.Compare) -> Expression:
        left, operand = self._expression(tag, node.expr), node.ops[0]
        if len(node.ops) == 1 and operand.op in {"eq", "ne"}:
            return Compared(left, "==" if operand.op == "eq" else "!=", self._expression(tag, operand.expr))
        if len(node.ops) == 1 and operand.op in {"in", "notin"} and isinstance(operand.expr, nodes.List | nodes.Tuple):
            found: Expression = Literal("")
            for item in operand.expr.items:
                one = Compared(left, "==", self._expression(tag, item))
                found = one if found == Literal("") else Combined(found, "or", one)
            return found if operand.op == "in" else Negated(found)
        raise self._mistake(tag.start, "Gaps compare with == and != only, or with in and a list in brackets.", _ALLOWED)

    def _mistake(self, offset: int, message: str, fix: str) -> Mistake:
        return Mistake(message, fix=fix, place=self.origin.place(self.source, offset))


def _is_test(expression: Expression) -> bool:
    """Whether what would be printed is only that something holds."""
    match expression:
        case Compared() | Combined() | Negated():
            return True
        case Filtered(_, of):
            return _is_test(of)
        case Default(of, otherwise):
            return _is_test(of) or _is_test(otherwise)
    return False


_SAID = {
    nodes.Call: "A call is",
    nodes.Getattr: "A dot is",
    nodes.Getitem: "An index is",
    nodes.Test: "“is” is",
    nodes.List: "A list on its own is",
    nodes.Dict: "A dictionary is",
    nodes.Concat: "Joining with ~ is",
}


def _said(node: nodes.Expr) -> str:
    if isinstance(node, nodes.BinExpr | nodes.UnaryExpr):
        return "Arithmetic is"
    return _SAID.get(type(node), "This is")


def _find(source: str, word: str, start: int, otherwise: int) -> int:
    at = source.find(word, start)
    return at if at >= 0 else otherwise


def _masked(source: str, regions: Sequence[Region]) -> str:
    """The text with everything literal made harmless, every offset and line unchanged."""
    out, offset = [], 0
    for region in regions:
        out.append(source[offset : region.start])
        out.append("".join("\n" if letter == "\n" else "x" for letter in source[region.start : region.end]))
        offset = region.end
    return "".join([*out, source[offset:]])


def _kept(source: str, start: int, end: int, regions: Sequence[Region]) -> str:
    """A stretch of the source without the remarks in it; their line ends stay, so that lines keep their numbers."""
    out, offset = [], start
    for region in regions:
        if region.kept or region.end <= start or region.start >= end:
            continue
        out.append(source[offset : max(region.start, offset)])
        out.append("\n" * source.count("\n", max(region.start, start), min(region.end, end)))
        offset = min(region.end, end)
    return "".join([*out, source[offset:end]])
