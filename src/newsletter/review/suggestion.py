"""Accepting a suggestion: the words that it was made for give way to the others, or it is refused with both texts."""

from __future__ import annotations

from collections.abc import Callable

from newsletter.folder.touch import edit_of
from newsletter.review.field import words_of
from newsletter.review.passage import find_passage, words_there_now
from newsletter.review.thread import NoteThread
from newsletter.words.mistake import NotNow


class PassageChanged(NotNow):
    """The words of a suggestion are not there any more; `wanted` were to stand, `there` stand now ("": nobody knows where)."""

    def __init__(self, thread: NoteThread, there: str) -> None:
        self.wanted, self.there = thread.note.instead or "", there
        now = f"There stands now: “{there}”." if there else "The words around them are gone, too."
        super().__init__(
            f"The words “{thread.note.quote}” were changed meanwhile, so nothing was. {now}",
            fix=f"Suggested was: “{self.wanted}”. Change it by hand, then settle the note.",
        )


def accepted(thread: NoteThread, file: str) -> Callable[[str], str]:
    """The edit of a file's text that puts the suggested words in place. The edit raises PassageChanged."""

    def edit(text: str) -> str:
        words = words_of(text, file).get(thread.note.field, "")
        span = find_passage(words, thread.passage)
        if span is None or not (span.is_literal and span.is_only):
            raise PassageChanged(
                thread, words_there_now(words, thread.passage) if span is None else words[span.start : span.end]
            )
        new = f"{words[: span.start]}{thread.note.instead}{words[span.end :]}"
        return edit_of(file, thread.note.field, new)(text)

    return edit
