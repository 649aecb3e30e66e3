"""The Jinja that templates run in: it knows which line writes what, and bounds what a line can use up."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
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
# What a text may grow to in one step: its length times that of what it is joined or replaced by.
_MOST_GROWTH = 20_000_000
_WIDENING = frozenset({"do_indent", "do_batch", "do_tojson", "expandtabs"})
# Processor time of one file of a template; a large issue takes a tenth of a second.
_MOST_SECONDS = 2.0
# A number of more bits is no number that anybody prints; multiplied with itself it doubles.
_MOST_BITS = 4_096
# These go through a text several times over.
_SLOW = frozenset({"do_wordwrap", "do_striptags", "do_urlize", "do_title", "do_truncate", "do_xmlattr"})
_MOST_SLOWLY = 100_000
_WIDTH = re.compile(r"%[^%a-zA-Z]*(?:\*|\d{5})")
_MAKING = (nodes.Concat, nodes.Compare, nodes.List, nodes.Dict)
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
    tests: dict[str, Any] = environment.tests
    environment.tests = {name: _bounded(found) for name, found in tests.items()}
    environment.filters["wrap"] = lambda text, width=72: "\n\n".join(
        wrapped(" ".join(part.split()), width) for part in str(text).strip().split("\n\n")
    )
    environment.filters["underlined"] = heading
    del environment.globals["lipsum"]
    return environment


def begin() -> None:
    """Count the rounds of this thread's template from nothing."""
    _ROUNDS.left = _MOST_ROUNDS
    _ROUNDS.until = time.thread_time() + _MOST_SECONDS


def _count(n_rounds: int = 1) -> None:
    _ROUNDS.left = getattr(_ROUNDS, "left", _MOST_ROUNDS) - n_rounds
    if _ROUNDS.left < 0:
        raise SecurityError("its loops go round too often, or print too much")
    if time.thread_time() > getattr(_ROUNDS, "until", float("inf")):
        raise SecurityError(f"it takes more than {_MOST_SECONDS:.0f} seconds to work out")


def _weighed(value: Any) -> Any:
    """A value that is not larger, with all that it holds, than what a template may write.

    Lists that hold one list twice are small, and without end as text: each is looked at as often as it would be written.
    """
    _count(0)
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise SecurityError("this number grows too large")
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        raise SecurityError("this grows too long")
    if isinstance(value, list | tuple | dict):
        _refuse_heavy(value)
    return value


def _refuse_heavy(value: Any) -> None:
    weight, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        weight += 1 + (len(one) if isinstance(one, str | list | tuple | dict) else 0)
        if weight > MOST_CHARACTERS:
            raise SecurityError("this grows too long")
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            waiting += one


def _counted(values: Iterator[Any]) -> Iterator[Any]:
    """What a filter gives one by one is bounded as a list would be."""
    weight = 0
    for value in values:
        _count(0)
        weight += 1 + _length(value)
        if weight > MOST_CHARACTERS:
            raise SecurityError("this grows too long")
        yield value


def _printed(value: Any) -> Any:
    _weighed(value)
    if isinstance(value, str) and len(value) > _LETTERS_A_ROUND:
        _count(len(value) // _LETTERS_A_ROUND)
    return value


class _Mapped(CodeGenerator):
    """Yields each node on its own, so that every stretch of output has a line."""

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 - the name is Jinja's
        for child in node.nodes:
            self.newline(child)
            super().visit_Output(nodes.Output([child], lineno=child.lineno), frame)

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        """Weigh what is put together or compared where that is done, so that nothing that holds it has to be weighed.

        Joined in a loop, a text doubles with each round; two large things take long to compare.
        """
        is_weighed = isinstance(node, _MAKING) or (isinstance(node, nodes.Tuple) and node.ctx == "load")
        if is_weighed:
            self.write("environment.held(")
        super().visit(node, *args, **kwargs)
        if is_weighed:
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
            if is_repeating and _length(one) * other > _LARGEST:
                raise SecurityError("repeated text is too long")
        return self.held(super().call_binop(context, operator, left, right))

    def held(self, value: Any) -> Any:
        """A value that is not larger than what a template may write."""
        return _weighed(value)

    def round(self) -> None:
        """Once for each round of a loop, call of a macro, block and included file. No template can name it."""
        _count()

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
        found: Any
        for found in [template, *template.find_all((nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block))]:
            counting = nodes.Call(nodes.EnvironmentAttribute("round"), [], [], None, None)
            found.body.insert(0, nodes.ExprStmt(counting).set_lineno(found.lineno or 1))
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
        _refuse_slow(function.__name__, args[n_before - 1] if args else None, args[n_before:], kwargs)
        made = function(*args, **kwargs)
        return _counted(made) if hasattr(made, "__next__") else _weighed(made)

    return bounded


def _refuse_large(name: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    length = _length(value)
    for arg in (*args, *kwargs.values()):
        if isinstance(arg, int) and abs(arg) > _LARGEST:
            raise SecurityError(f"a number over {_LARGEST:,} can't be given here")
        growth = arg if isinstance(arg, int) and name in _WIDENING else _length(arg)
        if length * growth > _MOST_GROWTH:
            raise SecurityError("this grows too long")


def _refuse_slow(name: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """What is worked out in one step can't be stopped half-way, so it has to be small before."""
    length = _length(value)
    _count(length // _LETTERS_A_ROUND // 2)
    if name in _SLOW and length > _MOST_SLOWLY:
        raise SecurityError("this text is too long for that")
    if name.endswith("do_sum") and not isinstance(kwargs.get("start", (*args, 0, 0)[1]), int | float):
        raise SecurityError("only numbers can be summed")


def _length(value: Any) -> int:
    """How many there are to join or to replace; of what is not counted yet, as many as `range` may give."""
    if isinstance(value, str | list | tuple | dict | range):
        return len(value)
    return 100_000 if hasattr(value, "__next__") else 0
