"""Finds each regular expression of the program, and the texts that would make it slow, from the pattern's own parse tree."""

from __future__ import annotations

import ast
import copy
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

SOURCE = Path(__file__).parents[1] / "src"
_CALLS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
_MAY_KEEP = re.compile(r"^import re$|spelling", re.MULTILINE)
# What may come more often than this is tried as if it could come without end.
_OFTEN = 20
_USUAL = "a0 \n-<\x00"
_MOST_LETTERS, _MOST_WORDS, _MOST_STARTS = 8, 24, 20


@dataclass(frozen=True, slots=True)
class Found:
    """A regular expression, where it stands, and the methods by which it is used."""

    where: str
    pattern: re.Pattern[Any]
    how: frozenset[str]


def find_patterns() -> tuple[list[Found], list[str]]:
    """Every call of `re` in the source, and the modules where only a run can know what the pattern is.

    Its text is worked out with the module's own names. What a module keeps is found even where it is made elsewhere.
    """
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
    used = {path: _uses(tree) for path, tree in trees.items()}
    everywhere: dict[str, set[str]] = {}
    for name, how in ((name, how) for uses in used.values() for name, how in uses.items()):
        if not name.startswith("_"):
            everywhere.setdefault(name, set()).update(how)
    found, later = list[Found](), list[str]()
    for path, tree in trees.items():
        # Stems are made patterns of in one place, for tables that are kept in others. A command is no module to import.
        if not _MAY_KEEP.search(path.read_text(encoding="utf-8")) or path.name == "__main__.py":
            continue
        module = importlib.import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
        uses = everywhere | used[path]
        for call in [node for node in ast.walk(tree) if _is_call_of_re(node)]:
            where, how = f"{path.relative_to(SOURCE.parent)}:{call.lineno}", {call.func.attr}  # type: ignore[attr-defined]
            if how == {"compile"}:
                how = uses.get(_name_of(tree, call), {"search"})
            pattern = _compiled(call, vars(module))
            if pattern is None:
                later.append(module.__name__)
            else:
                found.append(Found(where, pattern, frozenset(how)))
        for name, kept in vars(module).items():
            found += [
                Found(f"{module.__name__}.{name}", one, frozenset(uses.get(name, {"search"}))) for one in _kept(kept)
            ]
    return found, later


def _kept(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _kept(one)
    elif isinstance(value, dict):
        yield from _kept([*value, *value.values()])


def _name_of(tree: ast.Module, call: ast.AST) -> str:
    """The name that a compiled pattern is given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and node.value is call:
            return str(getattr(node.targets[0], "id", getattr(node.targets[0], "attr", "")))
    return ""


def _uses(tree: ast.AST) -> dict[str, set[str]]:
    """The methods called on each name of a module."""
    uses: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute) and node.attr in _CALLS:
            name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            uses.setdefault(name, set()).add(node.attr)
    return uses


def _is_call_of_re(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in _CALLS
    )


class _Unknown(ast.NodeTransformer):
    """Puts "x" for what stands in a text and is known only when the program runs."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        try:
            _value(node.value, self._names)
        except NameError:
            return ast.Constant("-")
        return node


def _compiled(call: Any, names: dict[str, Any]) -> re.Pattern[Any] | None:
    flags = [one.value for one in call.keywords if one.arg == "flags"]
    place = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(call.func.attr, 2)
    flags += call.args[place : place + 1]
    number = int(_value(flags[0], names)) if flags else 0
    pattern = _Unknown(names).visit(copy.deepcopy(call.args[0]))
    try:
        return re.compile(_value(pattern, names), number)
    except NameError:
        return None


def _value(node: ast.AST, names: dict[str, Any]) -> Any:
    code = compile(ast.fix_missing_locations(ast.Expression(node)), "pattern", "eval")  # type: ignore[arg-type]
    return eval(code, dict(names))


@dataclass(frozen=True, slots=True)
class Attack:
    """The beginning of something that matches, over and over, with an end that does not match."""

    before: str
    body: str
    tail: str
    is_bytes: bool

    def text(self, size: int) -> Any:
        """About `size` characters, or bytes."""
        text = self.before + self.body * (size // len(self.body)) + self.tail
        return text.encode("latin-1", "replace") if self.is_bytes else text


def attacks(pattern: re.Pattern[Any]) -> Iterator[Attack]:
    """From the parse tree: each beginning of what matches, and what each repetition takes, with what stands before it."""
    is_bytes = isinstance(pattern.pattern, bytes)
    source = pattern.pattern.decode("latin-1") if is_bytes else pattern.pattern
    tree = parser.parse(source, pattern.flags & ~re.UNICODE if is_bytes else pattern.flags)
    if not any(op in _REPEATS and value[1] > _OFTEN for op, value in _walk(tree)):
        # It looks at so many letters from each place, and no more.
        return
    letters = _alphabet(tree)
    pieces: dict[tuple[str, str], None] = {}
    for word in _words(tree, letters)[:_MOST_WORDS]:
        for end in [*range(1, min(len(word), _MOST_STARTS) + 1), len(word)]:
            pieces["", word[:end]] = None
    for before, body in _repeats(tree, letters, [""]):
        pieces[before, body] = None
        pieces["", before + body] = None
    for before, body in pieces:
        if body:
            yield from (Attack(before, body, tail, is_bytes) for tail in ("\x00", "\na"))


def _alphabet(tree: Any) -> str:
    """The letters that the pattern itself names, and a few that are in most texts."""
    named: list[str] = []
    for op, value in _walk(tree):
        if op in {codes.LITERAL, codes.NOT_LITERAL}:
            named.append(chr(value))
        elif op is codes.RANGE:
            named.append(chr(value[0]))
    return "".join(dict.fromkeys([*_USUAL, *named]))


def _walk(tree: Any) -> Iterator[tuple[Any, Any]]:
    for op, value in tree:
        yield op, value
        if op is codes.IN:
            yield from value
        for inner in _inside(op, value):
            yield from _walk(inner)


def _inside(op: Any, value: Any) -> list[Any]:
    if op is codes.BRANCH:
        return list(value[1])
    if op is codes.SUBPATTERN:
        return [value[3]]
    if op in _REPEATS:
        return [value[2]]
    if op in {codes.ASSERT, codes.ASSERT_NOT}:
        return [value[1]]
    if op is codes.ATOMIC_GROUP:
        return [value]
    return []


_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}


def _members(op: Any, value: Any, letters: str) -> list[str]:
    """Which of the letters one item takes."""
    if op is codes.LITERAL:
        return [chr(value)]
    single = parser.SubPattern(parser.State(), [(op, value)])
    return [letter for letter in letters if _takes(single, letter)][:_MOST_LETTERS] or ["x"]


def _takes(single: Any, letter: str) -> bool:
    ((op, value),) = single.data
    if op is codes.ANY:
        return letter != "\n"
    if op is codes.NOT_LITERAL:
        return letter != chr(value)
    is_negated, hit = False, False
    for kind, what in value:
        if kind is codes.NEGATE:
            is_negated = True
        elif kind is codes.LITERAL:
            hit |= letter == chr(what)
        elif kind is codes.RANGE:
            hit |= what[0] <= ord(letter) <= what[1]
        elif kind is codes.CATEGORY:
            hit |= bool(re.match(_CATEGORY[what], letter))
    return hit != is_negated


_CATEGORY = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
}


def _words(tree: Any, letters: str) -> list[str]:
    """Some texts that match, or nearly: each alternative once, what may be left out put in once."""
    words = [""]
    for op, value in tree:
        words = _join(words, _texts(op, value, letters))
    return words


def _join(words: list[str], texts: list[str]) -> list[str]:
    """Not every word with every text: each of them at least once."""
    return [words[n % len(words)] + texts[n % len(texts)] for n in range(min(_MOST_WORDS, max(len(words), len(texts))))]


def _texts(op: Any, value: Any, letters: str) -> list[str]:
    if op in {codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN}:
        return _members(op, value, letters)
    if op is codes.BRANCH:
        return [word for one in value[1] for word in _words(one, letters)[:4]]
    if op in _REPEATS:
        least, most, inner = value
        times = max(least, 1 if most else 0)
        return [word * min(times, 40) for word in _words(inner, letters)]
    if op in {codes.SUBPATTERN, codes.ATOMIC_GROUP}:
        return _words(_inside(op, value)[0], letters)
    # A place, a look around, or what was matched before.
    return [""]


def _repeats(tree: Any, letters: str, before: list[str]) -> Iterator[tuple[str, str]]:
    """For all that may come very often: what may stand before it, and what it takes."""
    for op, value in tree:
        if op in _REPEATS and value[1] > _OFTEN:
            for word in _words(value[2], letters)[:_MOST_LETTERS]:
                yield before[0], word
                yield "", word
        for inner in _inside(op, value):
            yield from _repeats(inner, letters, before)
        before = _join(before, _texts(op, value, letters))
