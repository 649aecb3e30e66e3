"""Notes with what was answered and what became of them, put together from their lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from newsletter.folder.notes.entry import EntryKind, NoteEntry
from newsletter.review.passage import NotedPassage

_ENDS = frozenset({EntryKind.SETTLED, EntryKind.ACCEPTED, EntryKind.DECLINED})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteThread:
    """A note, the answers to it in order, and the entry that ended it; None while it is open."""

    note: NoteEntry
    answers: tuple[NoteEntry, ...] = ()
    ended: NoteEntry | None = None

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def passage(self) -> NotedPassage:
        return NotedPassage(quote=self.note.quote, before=self.note.before, after=self.note.after)

    @property
    def is_suggestion(self) -> bool:
        return self.note.instead is not None


def threads_of(entries: Iterable[NoteEntry]) -> Sequence[NoteThread]:
    """The threads of a file's entries, oldest first. Entries about a note that is not there are left out."""
    threads: dict[str, NoteThread] = {}
    rest = []
    for entry in entries:
        if entry.kind is EntryKind.NOTE:
            threads[entry.id] = NoteThread(note=entry)
        else:
            rest.append(entry)
    # A clock that was slow elsewhere must not part an answer from its note.
    for entry in rest:
        if entry.note in threads:
            threads[entry.note] = _with(threads[entry.note], entry)
    return list(threads.values())


def _with(thread: NoteThread, entry: NoteEntry) -> NoteThread:
    if entry.kind is EntryKind.ANSWER:
        return replace(thread, answers=(*thread.answers, entry))
    return replace(thread, ended=entry if entry.kind in _ENDS else None)
