"""The YAML at the head of a post or an issue, read with its line numbers so that every mistake can be pointed at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches

import yaml

from newsletter.folder.yaml.lost_text import refuse_lost_text
from newsletter.folder.yaml.nodes import compose
from newsletter.words.mistake import Mistake, Place

_FENCE = re.compile(r"---[ \t]*")
# Controls, Unicode's own line ends and halves of characters have no place in a title.
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its value and where the key stands."""

    value: yaml.Node
    place: Place


@dataclass(frozen=True, slots=True)
class Fields:
    """A YAML mapping by key. Scalars are read as the author typed them: `no` is a word and `010` is ten."""

    entries: Mapping[str, Entry]
    place: Place
    lines: Sequence[str] = ()

    def place_of(self, key: str) -> Place:
        return self.entries[key].place if key in self.entries else self.place

    def only(self, known: Iterable[str]) -> None:
        """Raise Mistake for a key that means nothing here."""
        allowed = tuple(known)
        for key, entry in self.entries.items():
            if key not in allowed:
                close = get_close_matches(key, allowed, n=1)
                fix = f"Did you mean `{close[0]}`?" if close else f"The keys are: {', '.join(allowed)}."
                raise Mistake(f"`{key}` means nothing here, so it would be lost.", fix=fix, place=entry.place)

    def prose(self, key: str) -> str | None:
        """`text` for what readers or authors read. Raises Mistake where YAML would take a part of it for something else."""
        entry = self.entries.get(key)
        if entry is not None and isinstance(entry.value, yaml.ScalarNode):
            refuse_lost_text(entry.value, self.lines, key, entry.place)
        return self.text(key)

    def text(self, key: str) -> str | None:
        """One line of text; None where the key is absent or empty."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        if not isinstance(entry.value, yaml.ScalarNode):
            raise Mistake(f"`{key}` must be text.", fix=f'Write it as: {key}: "some words"', place=entry.place)
        return _line(entry.value)

    def column_of(self, key: str) -> int | None:
        """Where a text begins in the line of its key; None where it does not stand there letter by letter."""
        entry = self.entries.get(key)
        if entry is None or not isinstance(entry.value, yaml.ScalarNode):
            return None
        start, end = entry.value.start_mark, entry.value.end_mark
        quote = 1 if entry.value.style in {"'", '"'} else 0
        is_whole = end.column - start.column - 2 * quote == len(entry.value.value) == len(entry.value.value.strip())
        is_here = start.line == end.line and start.line + 1 == entry.place.line
        return start.column + 1 + quote if is_whole and is_here and entry.value.style not in {"|", ">"} else None

    def required(self, key: str, fix: str, *, is_prose: bool = True) -> str:
        value = self.prose(key) if is_prose else self.text(key)
        if value is None:
            raise Mistake(f"`{key}` is missing.", fix=fix, place=self.place_of(key))
        return value

    def texts(self, key: str) -> tuple[tuple[str, Place], ...]:
        """A list of texts, each with its place."""
        fix = f"Write it as: {key}: [one, another]"
        found = []
        for node, place in self._items(key, fix):
            # Between brackets no # can stand without breaking them.
            if isinstance(node, yaml.ScalarNode) and not getattr(self.entries[key].value, "flow_style", False):
                refuse_lost_text(node, self.lines, key, place)
            value = _line(node) if isinstance(node, yaml.ScalarNode) else None
            if value is None:
                raise Mistake(f"`{key}` must be a list of texts, and this one is not text.", fix=fix, place=place)
            found.append((value, place))
        return tuple(found)

    def words(self, key: str) -> tuple[str, ...]:
        return tuple(value for value, _ in self.texts(key))

    def parts(self, key: str, fix: str) -> tuple[Fields, ...]:
        """A list of mappings."""
        return tuple(_fields(node, place, fix, self.lines) for node, place in self._items(key, fix))

    def pairs(self, key: str, fix: str) -> tuple[tuple[str, str, Place], ...]:
        """A mapping of words to texts, each with its place; each must have its text."""
        entry = self.entries.get(key)
        if entry is None or (isinstance(entry.value, yaml.ScalarNode) and _line(entry.value) is None):
            return ()
        inner = _fields(entry.value, entry.place, fix, self.lines)
        return tuple((name, inner.required(name, fix), entry.place) for name, entry in inner.entries.items())

    def day(self, key: str) -> date | None:
        """A date such as 2026-11-26; a time after it is read and left out."""
        value = self.text(key)
        if value is None:
            return None
        try:
            return datetime.fromisoformat(value).date()
        except ValueError as error:
            raise Mistake(
                f"`{key}` is not a date: {value}",
                fix=f"Write year, month, day: {key}: 2026-11-26",
                place=self.place_of(key),
            ) from error

    def number(self, key: str) -> int:
        """A whole number from 1 to 999,999."""
        value = self.required(key, f"Add a line: {key}: 12", is_prose=False)
        if not re.fullmatch("0*[1-9][0-9]{0,5}", value):
            raise Mistake(
                f"`{key}` must be a whole number: {value}", fix=f"Write it as: {key}: 12", place=self.place_of(key)
            )
        return int(value)

    def _items(self, key: str, fix: str) -> list[tuple[yaml.Node, Place]]:
        entry = self.entries.get(key)
        if entry is None or (isinstance(entry.value, yaml.ScalarNode) and _line(entry.value) is None):
            return []
        if not isinstance(entry.value, yaml.SequenceNode):
            raise Mistake(f"`{key}` must be a list.", fix=fix, place=entry.place)
        return [(node, _place(entry.place.file, node.start_mark)) for node in entry.value.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file taken apart: its fields, and the text below them, which begins on `body_line`."""

    fields: Fields
    body: str
    body_line: int


def read_document(text: str, file: str) -> Document:
    """Take a file apart. Raises Mistake with line and column."""
    lines = text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        raise Mistake(
            "This file does not begin with a line of three hyphens, so it has no title.",
            fix="Begin it with:\n---\ntitle: What it is called\n---",
            place=Place(file, 1),
        )
    end = next((n for n, line in enumerate(lines[1:], 1) if _FENCE.fullmatch(line)), None)
    if end is None:
        raise Mistake(
            "The front matter never ends.",
            fix="Close it with a line of three hyphens: ---",
            place=Place(file, len(lines)),
        )
    # The empty line stands for the fence, so that YAML counts lines as the file does.
    fields = _read_fields("\n".join(["", *lines[1:end], ""]), file)
    first = next((n for n, line in enumerate(lines[end + 1 :], end + 1) if line.strip(" \t")), len(lines))
    return Document(fields=fields, body="\n".join(lines[first:]).rstrip(" \t\n"), body_line=first + 1)


def _read_fields(source: str, file: str) -> Fields:
    place = Place(file, 1)
    try:
        root = compose(source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _explained(error, _place(file, mark) if mark else place) from error
    except yaml.reader.ReaderError as error:
        spot = Place(file, source.count("\n", 0, error.position) + 1)
        raise Mistake("The front matter holds a control character.", fix="Delete it.", place=spot) from error
    except RecursionError as error:
        raise Mistake("The front matter is nested too deeply to be read.", fix="Make it flat.", place=place) from error
    if root is None:
        return Fields({}, place)
    return _fields(root, place, "Write each line as `key: value`.", source.split("\n"))


def _fields(node: yaml.Node, place: Place, fix: str, lines: Sequence[str]) -> Fields:
    if not isinstance(node, yaml.MappingNode):
        raise Mistake(
            "This must be made of lines such as `key: value`.", fix=fix, place=_place(place.file, node.start_mark)
        )
    entries: dict[str, Entry] = {}
    for key, value in node.value:
        spot = _place(place.file, key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            raise Mistake("A key must be a word.", fix=fix, place=spot)
        if key.value in entries:
            before = entries[key.value].place.line
            raise Mistake(
                f"`{key.value}` stands here twice; it is already on line {before}.",
                fix="Delete one of them.",
                place=spot,
            )
        entries[key.value] = Entry(value, spot)
    return Fields(entries, place, lines)


def _line(node: yaml.ScalarNode) -> str | None:
    is_empty = node.tag == "tag:yaml.org,2002:null"
    return None if is_empty else _CONTROL.sub(" ", str(node.value)).strip() or None


def _place(file: str, mark: yaml.Mark) -> Place:
    return Place(file, mark.line + 1, mark.column + 1)


def _explained(error: yaml.MarkedYAMLError, place: Place) -> Mistake:
    problem = str(error.problem or "it can't be read")
    if "mapping values are not allowed" in problem:
        return Mistake(
            "A colon inside this value is read as the start of another one.",
            fix='Put the value in quotes: title: "Ferries: a history"',
            place=place,
        )
    if "'\\t'" in problem:
        return Mistake("A tab stands where only spaces may stand.", fix="Use spaces.", place=place)
    return Mistake(
        f"The front matter is not valid YAML: {problem}.",
        fix="Look at this line and the one before. Values that hold quotes, brackets, # or a colon go in quotes.",
        place=place,
    )
