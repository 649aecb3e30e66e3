"""The margin of a part: the notes on its words, in the order in which their passages stand there."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from newsletter.folder.notes.entry import EntryKind, NoteEntry
from newsletter.review.field import fields_of_part, part_of_file, words_of
from newsletter.review.passage import find_passage
from newsletter.review.thread import NoteThread, threads_of
from newsletter.wiring import Parts
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.user import User

_AT_THE_END = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginNote:
    """A thread as the margin shows it.

    `is_gone`: its words are not there any more. `at` is where they stand, for the order. `next_id` names what its form adds.
    """

    thread: NoteThread
    next_id: str
    is_gone: bool
    at: tuple[int, int]

    @property
    def note(self) -> NoteEntry:
        return self.thread.note


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """The notes of a part: those that are open, and those that are over.

    `version` changes with every entry of the file. `problem` says why the file can't be read, where it can't.
    `people` are those that a note can be for, `names` says their names by
    address, and `next_id` names the note that the form adds.
    """

    file: str
    fields: tuple[str, ...]
    version: str
    open: Sequence[MarginNote]
    over: Sequence[MarginNote]
    problem: str
    people: Sequence[User]
    names: Mapping[str, str]
    next_id: str


def people_beside(parts: Parts, visitor: User) -> Sequence[User]:
    """Everybody with an account but the visitor."""
    return [one.user for one in parts.users.list_users() if one.user.id != visitor.id]


def margin_of(parts: Parts, part: str, file: str, visitor: User) -> Margin | None:
    """The margin of the part with this key, whose words are in `file`; None for a part without words."""
    fields = fields_of_part(part)
    if not fields:
        return None
    words = _words(parts, file)
    try:
        version, entries, problem = parts.notes.version(file), parts.notes.entries(file), ""
    except NewsletterError as error:
        version, entries, problem = "", (), error.message
    notes = [_placed(one, words, fields) for one in threads_of(entries) if one.note.field in fields]
    notes.sort(key=lambda one: one.at)
    return Margin(
        file=file,
        fields=fields,
        version=version,
        problem=problem,
        open=[one for one in notes if one.thread.is_open],
        over=[one for one in notes if not one.thread.is_open],
        people=people_beside(parts, visitor),
        next_id=secrets.token_hex(8),
        names={one.user.email: one.user.name for one in parts.users.list_users()},
    )


def count_open(parts: Parts, issue: Issue) -> Counter[str]:
    """The open notes of an issue by part."""
    return Counter(part_of_file(file, thread.note.field) for file, thread in open_threads(parts, issue))


def open_threads(parts: Parts, issue: Issue) -> Iterator[tuple[str, NoteThread]]:
    """Every open note of an issue with the file that it is about. A file of notes that can't be read has none."""
    for file in files_of(issue):
        with suppress(NewsletterError):
            yield from ((file, one) for one in threads_of(parts.notes.entries(file)) if one.is_open)


def files_of(issue: Issue) -> Sequence[str]:
    """The issue's own file, and those of its posts."""
    return [issue.file, *(f"posts/{slug}.md" for slug in issue.slugs())]


def _words(parts: Parts, file: str) -> Mapping[str, str]:
    try:
        return words_of(parts.sheets.read(file).text, file)
    except NewsletterError:
        return {}


def _placed(thread: NoteThread, words: Mapping[str, str], fields: tuple[str, ...]) -> MarginNote:
    note = thread.note
    order = fields.index(note.field)
    next_id = secrets.token_hex(8)
    if not note.quote:
        return MarginNote(thread=thread, next_id=next_id, is_gone=False, at=(order, -1))
    span = find_passage(words.get(note.field, ""), thread.passage)
    # Once a suggestion is accepted its words have to be others.
    is_gone = span is None and not (thread.ended and thread.ended.kind is EntryKind.ACCEPTED)
    return MarginNote(thread=thread, next_id=next_id, is_gone=is_gone, at=(order, span.start if span else _AT_THE_END))
