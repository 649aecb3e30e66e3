"""The Jinja that templates run in: it knows which line writes what, and bounds what a line can use up."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.compose.plain import heading, wrapped

# A template that makes more than this is broken: mail clients clip at about 100 kB.
MOST_CHARACTERS = 2_000_000
# The largest number that a filter or a method may be given: widths, counts, lengths.
_LARGEST = 10_000
# Rounds of all loops and calls of macros together; a large issue takes a few hundred. Printing counts as well.
_MOST_ROUNDS = 50_000
_LETTERS_A_ROUND = 50
# What a text may grow to at one stroke: its length times that of what it is joined or replaced by.
_MOST_GROWTH = 20_000_000
_WIDENING = frozenset({"do_indent", "do_batch", "do_tojson", "expandtabs"})
_WIDTH = re.compile(r"%[^%a-zA-Z]*(?:\*|\d{5})")
_ROUNDS = threading.local()


@lru_cache(maxsize=16)
def environment_for(location: str, files: tuple[tuple[str, str], ...], escape: bool) -> Environment:
    """For the files of one template. `location` keeps two templates with equal files apart in messages."""
    del location
    environment = _Sandbox(
        loader=DictLoader(dict(files)),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_printed,
    )
    environment.filters = {name: _bounded(found) for name, found in environment.filters.items()}
    environment.filters["wrap"] = lambda text, width=72: "\n\n".join(
        wrapped(" ".join(part.split()), width) for part in str(text).strip().split("\n\n")
    )
    environment.filters["underlined"] = heading
    del environment.globals["lipsum"]
    environment.globals["_round"] = _count
    return environment


def begin() -> None:
    """Count the rounds of this thread's template from nothing."""
    _ROUNDS.left = _MOST_ROUNDS


def _count(n_rounds: int = 1) -> None:
    _ROUNDS.left = getattr(_ROUNDS, "left", _MOST_ROUNDS) - n_rounds
    if _ROUNDS.left < 0:
        raise SecurityError("its loops go round too often, or print too much")


def _printed(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LETTERS_A_ROUND:
        _count(len(value) // _LETTERS_A_ROUND)
    return value


class _Mapped(CodeGenerator):
    """Yields each node on its own, so that every stretch of output has a line."""

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 - the name is Jinja's
        for child in node.nodes:
            self.newline(child)
            super().visit_Output(nodes.Output([child], lineno=child.lineno), frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        """Joined in a loop, a text doubles with each round."""
        self.write("environment.held(")
        super().visit_Concat(node, frame)
        self.write(")")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox bounds neither memory nor time."""

    code_generator_class = _Mapped
    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """These operators are how a short line uses up both."""
        if operator == "**":
            raise SecurityError("powers are not available")
        if operator == "%" and isinstance(left, str) and _WIDTH.search(left):
            raise SecurityError("a number is too wide")
        for one, other in ((left, right), (right, left)):
            is_repeating = operator == "*" and isinstance(one, str | list | tuple) and isinstance(other, int)
            if is_repeating and len(one) * other > _LARGEST:
                raise SecurityError("repeated text is too long")
        return self.held(super().call_binop(context, operator, left, right))

    def held(self, value: Any) -> Any:
        """A value that is not larger than what a template may write."""
        if isinstance(value, str | list | tuple) and len(value) > MOST_CHARACTERS:
            raise SecurityError("this grows too long")
        return value

    def call(__self, __context: Any, __obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as Jinja has it
        """A call of a function, a macro or a method; `range` has a bound of its own."""
        if __obj is not __self.globals["range"]:
            _refuse_large(getattr(__obj, "__name__", ""), getattr(__obj, "__self__", None), args, kwargs)
        return __self.held(super().call(__context, __obj, *args, **kwargs))

    def wrap_str_format(self, value: Any) -> Any:
        """str.format takes widths from inside its text; the filter `format` does the same work."""
        if super().wrap_str_format(value) is not None:
            raise SecurityError("write format as a filter")

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for found in list(template.find_all((nodes.For, nodes.Macro, nodes.CallBlock))):
            counting = nodes.Call(nodes.Name("_round", "load"), [], [], None, None)
            found.body.insert(0, nodes.ExprStmt(counting).set_lineno(found.lineno))  # type: ignore[attr-defined]
        template.set_environment(self)
        return template


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that takes no large numbers beside its value and makes nothing large."""
    n_before = 2 if hasattr(function, "jinja_pass_arg") else 1

    @wraps(function)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        _refuse_large(function.__name__, args[n_before - 1] if args else None, args[n_before:], kwargs)
        if function.__name__ == "do_format" and _WIDTH.search(str(args[n_before - 1])):
            raise SecurityError("a number is too wide")
        made = function(*args, **kwargs)
        if isinstance(made, str) and len(made) > MOST_CHARACTERS:
            raise SecurityError("this grows too long")
        return made

    return bounded


def _refuse_large(name: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    length = _length(value)
    for arg in (*args, *kwargs.values()):
        if isinstance(arg, int) and abs(arg) > _LARGEST:
            raise SecurityError(f"a number over {_LARGEST:,} can't be given here")
        growth = arg if isinstance(arg, int) and name in _WIDENING else _length(arg)
        if length * growth > _MOST_GROWTH:
            raise SecurityError("this grows too long")


def _length(value: Any) -> int:
    """How many there are to join or to replace; of what is not counted yet, as many as `range` may give."""
    if isinstance(value, str | list | tuple | dict | range):
        return len(value)
    return 100_000 if hasattr(value, "__next__") else 0
