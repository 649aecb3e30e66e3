"""Runs a template's Jinja over an issue, and remembers which line of which file wrote each stretch of what comes out."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from jinja2 import TemplateSyntaxError
from jinja2.exceptions import SecurityError, TemplateNotFound, UndefinedError

from newsletter.compose.sandbox import MOST_CHARACTERS, begin, environment_for
from newsletter.ports.folder import TemplateFiles
from newsletter.words.mistake import Mistake, NewsletterError, Place

_NAMED = re.compile("'([^']+)'|^(\\S+)$")
# What a message says of our own classes and functions, which authors have not heard of.
_PARTS_OF_OURS = re.compile(r"(?<![a-z_.])newsletter\.[a-z_.]++(?=[A-Z])|_context\.<locals>\.")
# Captured pages hold these now and then; XML has no way to write them, and no screen shows them.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class LineStretch:
    """From `start` on, the output was made by a line of the Python that Jinja compiled a file to: `module` and `line`."""

    start: int
    module: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class TemplateOutput:
    """What a template made, with the map back to its files.

    `trusted` are the stretches (start, end), in order, that hold HTML of our own making, printed whole.
    """

    text: str
    stretches: tuple[LineStretch, ...]
    template: TemplateFiles
    trusted: tuple[tuple[int, int], ...] = ()

    def place(self, offset: int) -> Place:
        """The author's line and column for a character of `text`; for a value, those of the expression that gave it."""
        if not self.stretches:
            return Place(path_of(self.template, "issue.mjml"), 1)
        index = max(0, bisect_right(self.stretches, offset, key=lambda stretch: stretch.start) - 1)
        stretch = self.stretches[index]
        end = self.stretches[index + 1].start if index + 1 < len(self.stretches) else len(self.text)
        name, line = _origin(stretch.module, stretch.line)
        lines = self.template.files[name].split("\n")
        column = _column(self.text[stretch.start : end], lines, line)
        file = path_of(self.template, name)
        if column is None:
            return Place(file, line, max(lines[line - 1].find("{{"), 0) + 1)
        before = self.text[stretch.start : offset]
        n_lines = before.count("\n")
        return Place(file, line + n_lines, len(before) + column if n_lines == 0 else len(before) - before.rfind("\n"))


def write(
    template: TemplateFiles, name: str, context: Mapping[str, Any], trusted: Collection[str] = frozenset()
) -> TemplateOutput:
    """Run one file of a template; `trusted` is the HTML among its values that is known to be whole and safe.

    Raises Mistake at the template's file and line for whatever goes wrong in it.
    """
    if name not in template.files:
        raise Mistake(
            f"The template {template.name} has no {name}.",
            fix=f"Add {name}, or start from a built-in template.",
            place=Place(path_of(template, name)),
        )
    environment = environment_for(template.location, tuple(sorted(template.files.items())), name.endswith(".mjml"))
    begin()
    try:
        made = environment.get_template(name)
        return _gather(template, made.root_render_func(made.new_context(dict(context))), trusted)
    except NewsletterError as error:
        error.place = error.place or _with_column(_place_of(error, template, name), template, error.message)
        raise
    except Exception as error:  # noqa: BLE001 - whatever an author's line raises is a mistake in that line
        raise _mistake(error, template, name) from None


def path_of(template: TemplateFiles, name: str) -> str:
    """A file of a template as its author would type it."""
    return posixpath.join(template.location, name)


def calling_line(template: TemplateFiles, frame: FrameType | None, call: str) -> Place | None:
    """The line of the template that is running now, looked up from a function it called, and the first column of `call`.

    `call` is a pattern for what the line says there.
    """
    while frame is not None:
        place = _frame_place(template, frame, frame.f_lineno)
        if place is not None and place.line is not None:
            name = posixpath.relpath(place.file, template.location)
            found = re.search(call, template.files[name].split("\n")[place.line - 1])
            return Place(place.file, place.line, found.start() + 1 if found else None)
        frame = frame.f_back
    return None


def _gather(template: TemplateFiles, chunks: Any, trusted: Collection[str]) -> TemplateOutput:
    out: list[str] = []
    stretches: list[LineStretch] = []
    whole: list[tuple[int, int]] = []
    size = 0
    for chunk in chunks:
        running = chunks
        while (inner := _inner(running)) is not None:
            running = inner
        stretches.append(LineStretch(size, running.gi_frame.f_globals, running.gi_frame.f_lineno))
        out.append(chunk)
        if chunk in trusted:
            whole.append((size, size + len(chunk)))
        size += len(chunk)
        if size > MOST_CHARACTERS:
            name, line = _origin(stretches[-1].module, stretches[-1].line)
            raise Mistake(
                "The template writes more than two million characters.",
                fix="Look for a loop without an end.",
                place=_with_column(Place(path_of(template, name), line), template, ""),
            )
    return TemplateOutput(UNPRINTABLE.sub(" ", "".join(out)), tuple(stretches), template, tuple(whole))


def _inner(running: Any) -> Any:
    """The generator of an included file or block that is running inside this one; Jinja calls it `gen`."""
    for found in (running.gi_yieldfrom, running.gi_frame.f_locals.get("gen")):
        if getattr(found, "gi_frame", None) is not None:
            return found
    return None


def _column(chunk: str, lines: list[str], line: int) -> int | None:
    """Where a chunk begins in its line, from 1; None where it is a value and not text of the template itself."""
    head, *more = chunk.split("\n", 2)
    source = lines[line - 1]
    if more and (line >= len(lines) or not lines[line].startswith(more[0])):
        return None
    # Text that a tag's own line end was cut from begins on the next line, and is counted as this one's end.
    if not head:
        return len(source) + 1
    return source.find(head) + 1 or None


def _origin(module: Mapping[str, Any], line: int) -> tuple[str, int]:
    """The template's name and line, from the module Jinja compiled it to."""
    pairs = [part.partition("=") for part in str(module["debug_info"]).split("&") if part]
    known = [(int(python), int(source)) for source, _, python in pairs]
    found = [source for python, source in known if python <= line]
    return str(module["name"]), found[-1] if found else 1


def _frame_place(template: TemplateFiles, frame: FrameType, line: int) -> Place | None:
    module = frame.f_globals
    if module.get("name") in template.files and "debug_info" in module:
        name, source_line = _origin(module, line)
        return Place(path_of(template, name), source_line)
    return None


def _mistake(error: Exception, template: TemplateFiles, name: str) -> Mistake:
    place = _place_of(error, template, name)
    message = _PARTS_OF_OURS.sub("", str(error)).rstrip(".")
    if isinstance(error, TemplateSyntaxError):
        place = Place(path_of(template, error.name or name), error.lineno)
        message = (error.message or "").rstrip(".")
    place = _with_column(place, template, message)
    match error:
        case TemplateSyntaxError():
            return Mistake(f"The template can't be read: {message}.", fix="Mend that line.", place=place)
        case TemplateNotFound():
            return Mistake(f"There is no file {error.name} in this template.", fix="Name one that is.", place=place)
        case UndefinedError():
            return Mistake(f"{message}.", fix="Check the spelling of the name.", place=place)
        case SecurityError():
            return Mistake(f"Templates may not do this: {message}.", fix="Take it out.", place=place)
        case RecursionError():
            return Mistake("This goes round without an end.", fix="Look for a file that includes itself.", place=place)
    return Mistake(f"This line fails: {message}.", fix="Mend the expression.", place=place)


def _with_column(place: Place, template: TemplateFiles, message: str) -> Place:
    """Jinja knows lines only: the column is that of a name in the message, or else of the first tag in the line."""
    source = template.files.get(posixpath.relpath(place.file, template.location), "").split("\n")
    if place.line is None or not 0 < place.line <= len(source):
        return place
    line = source[place.line - 1]
    for name in (one or other for one, other in _NAMED.findall(message)):
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line)
        if found:
            return Place(place.file, place.line, found.start() + 1)
    tag = re.search(r"\{[{%]", line) or re.search(r"\S", line)
    return Place(place.file, place.line, tag.start() + 1 if tag else 1)


def _place_of(error: BaseException, template: TemplateFiles, name: str) -> Place:
    """The innermost line of the template in an error's traceback, whose frames Jinja has not rewritten yet."""
    found: Place | None = None
    step: TracebackType | None = error.__traceback__
    while step is not None:
        found = _frame_place(template, step.tb_frame, step.tb_lineno) or found
        step = step.tb_next
    return found or Place(path_of(template, name))
