"""What pages listen to, read from their own source: names of fields, and the words that they compare them with."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import newsletter.web

_ROOM = Path(newsletter.web.__file__).parent
# How a page asks for what was sent: `visit.text("email")`, `request.query_params.get("lang")`.
_ASKING = frozenset({"text", "texts", "asked", "word", "value", "file", "get", "getlist", "all"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`names` of fields and parameters, `words` that may be their values, `choices` between which a page tells apart."""

    names: tuple[str, ...]
    words: tuple[str, ...]
    choices: tuple[str, ...] = ()


@cache
def vocabulary(room: str) -> Vocabulary:
    """Of the modules below a folder of `newsletter.web`, or of one of its modules."""
    place = _ROOM / room
    names, words, choices = set[str](), set[str](), set[str]()
    for path in sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASKING:
                names |= {one.value for one in node.args[:1] if _is_word(one)}
            elif isinstance(node, ast.Compare):
                choices |= {one.value for one in node.comparators if _is_word(one)}
            elif isinstance(node, ast.Dict):
                choices |= {one.value for one in node.keys if one is not None and _is_word(one)}
            elif _is_word(node):
                words.add(node.value)
    assert names or words, room
    return Vocabulary(tuple(sorted(names)), tuple(sorted(words - names)), tuple(sorted(choices - names)))


def _is_word(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) < 30
