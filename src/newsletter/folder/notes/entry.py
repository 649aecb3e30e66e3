"""One line of a file of notes: a note, an answer to one, or what became of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

import orjson


class EntryKind(StrEnum):
    """`NOTE` begins a thread; every other kind belongs to the note that it names."""

    NOTE = "note"
    ANSWER = "answer"
    SETTLED = "settled"
    REOPENED = "reopened"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEntry:
    """`note` names the note that an answer belongs to. `email` is the writer's, "" for a guest; `guest` is the mark of their link.

    Of a note: `to` is the address of the person it is for, `field` the part of the file (`body`, `subject`; "" for all of
    it), `quote` the passage with the words `before` and `after` it, `instead` the words that are suggested for it (None:
    nothing is suggested).
    """

    id: str
    kind: EntryKind
    at: datetime
    by: str
    email: str = ""
    guest: str = ""
    note: str = ""
    to: str = ""
    field: str = ""
    quote: str = ""
    before: str = ""
    after: str = ""
    instead: str | None = None
    text: str = ""

    def line(self) -> str:
        """JSON on one line, with its line end; what is empty is left out."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        said = {
            name: value for name, value in values.items() if value not in ("", None) or (name, value) == ("instead", "")
        }
        return orjson.dumps(said).decode() + "\n"


_TEXTS = frozenset({"id", "by", "email", "guest", "note", "to", "field", "quote", "before", "after", "text"})


def entry_of(line: str) -> NoteEntry | None:
    """None for a line that is no entry, for whatever reason: it stays in its file, and is not shown."""
    try:
        said = orjson.loads(line)
        if not isinstance(said, dict) or not isinstance(said.get("instead", ""), str):
            return None
        texts = {name: said[name] for name in _TEXTS if name in said}
        at = datetime.fromisoformat(said["at"])
        if at.tzinfo is None or not all(isinstance(value, str) for value in texts.values()):
            return None
        return NoteEntry(kind=EntryKind(said["kind"]), at=at, instead=said.get("instead"), **texts)
    except (ValueError, KeyError, TypeError):
        return None


def merged_lines(base: str, ours: str, theirs: str) -> str:
    """Both sides' lines: those of ours, then what only theirs has. A line that either side took out stays out."""
    before, mine, others = (_lines(text) for text in (base, ours, theirs))
    kept = [line for line in mine if line in others or line not in before]
    added = [line for line in others if line not in mine and line not in before]
    return "".join(f"{line}\n" for line in (*kept, *added))


def _lines(text: str) -> dict[str, None]:
    """Each line once and in order; a mapping, so that looking one up is quick."""
    return dict.fromkeys(line for line in text.split("\n") if line.strip())
