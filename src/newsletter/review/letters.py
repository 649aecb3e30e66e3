"""Tells people of the notes that are for them: one mail a sitting, with the passages and a link to each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from newsletter.folder.notes.entry import EntryKind, NoteEntry
from newsletter.folder.notes.files import NoteFiles
from newsletter.notices.notice import Notice
from newsletter.review.field import part_of_file
from newsletter.review.thread import NoteThread, threads_of
from newsletter.review.untold_sql import UntoldNote, UntoldNotes
from newsletter.words.mistake import NewsletterError
from newsletter.words.plain import shortened

_LONGEST_QUOTE, _LONGEST_TEXT = 120, 600


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePost:
    """`owner` is the address of the person at the machine; `public_url` has no slash at its end.

    `list_accounts` gives the addresses of those who may come into the studio now: nobody else is told anything.
    """

    untold: UntoldNotes
    notes: NoteFiles
    public_url: str
    owner: str
    list_accounts: Callable[[], Sequence[str]]

    def note(self, entry: NoteEntry, file: str, issue: int) -> None:
        """Write down who is to be told of an entry."""
        threads = {one.note.id: one for one in threads_of(self.notes.entries(file))}
        thread = threads.get(entry.note or entry.id)
        told = [email for email in _told(thread, entry) if self._knows(email)] if thread else []
        if not told and entry.guest and entry.kind is EntryKind.NOTE:
            told = [self.owner]
        for email in told:
            self.untold.add(UntoldNote(email=email, entry=entry.id, file=file, issue=issue, at=entry.at))

    def post_due(self, now: datetime) -> int:
        """Write a mail for everybody whose sitting is over. Returns how many."""
        return sum(self.untold.tell(email, partial(self._letter, now)) for email in self.untold.people_due(now))

    def _letter(self, now: datetime, waiting: Sequence[UntoldNote]) -> Notice | None:
        said = [paragraph for one in waiting if (paragraph := self._paragraph(one))]
        issue, email = waiting[0].issue, waiting[0].email
        if not said or not self._knows(email):
            return None
        writers = list(dict.fromkeys(by for by, _ in said))
        names = ", ".join(writers[:3])
        n_notes = "A note" if len(said) == 1 else f"{len(said)} notes"
        about = hashlib.sha256(email.encode()).hexdigest()[:24]
        return Notice(
            about=f"notes:{about}",
            kind=waiting[0].entry[:20],
            tell=(email,),
            subject=f"{n_notes} from {names} on issue {issue}",
            body="\n\n".join(text for _, text in said),
            made_at=now,
        )

    def _knows(self, email: str) -> bool:
        return email.lower() in {one.lower() for one in (self.owner, *self.list_accounts())}

    def _paragraph(self, one: UntoldNote) -> tuple[str, str] | None:
        """The writer and what is said of an entry; None where it is gone, or can't be read."""
        try:
            entries = self.notes.entries(one.file)
        except NewsletterError:
            return None
        entry = next((found for found in entries if found.id == one.entry), None)
        threads = {thread.note.id: thread for thread in threads_of(entries)}
        thread = threads.get(entry.note or entry.id) if entry else None
        if entry is None or thread is None:
            return None
        part = urlencode({"part": part_of_file(one.file, thread.note.field)})
        link = f"{self.public_url}/studio/issues/{one.issue}?{part}#note-{thread.note.id}"
        return _writer(entry), f"{said_of(thread, entry)}\n{link}"


def said_of(thread: NoteThread, entry: NoteEntry) -> str:
    """What an entry says, as a mail tells it."""
    note, by = thread.note, _writer(entry)
    quote = f"“{shortened(' '.join(note.quote.split()), _LONGEST_QUOTE)}”" if note.quote else "all of it"
    text = shortened(entry.text, _LONGEST_TEXT)
    if entry.kind is EntryKind.NOTE and note.instead is not None:
        instead = f"“{shortened(note.instead, _LONGEST_QUOTE)}”" if note.instead else "nothing"
        return f"{by} suggests {instead} for {quote}." + (f"\n{text}" if text else "")
    if entry.kind is EntryKind.NOTE:
        return f"{by} on {quote}:\n{text}"
    if entry.kind is EntryKind.ANSWER:
        return f"{by} answers on {quote}:\n{text}"
    return f"{by} {_DID[entry.kind]} on {quote}."


def _writer(entry: NoteEntry) -> str:
    """A guest chooses the name, which may be that of one of us."""
    return f"{entry.by} (guest)" if entry.guest else entry.by


_DID = {
    EntryKind.SETTLED: "settled the note",
    EntryKind.REOPENED: "opened the note again",
    EntryKind.ACCEPTED: "accepted your suggestion",
    EntryKind.DECLINED: "declined your suggestion",
}


def _told(thread: NoteThread, entry: NoteEntry) -> Sequence[str]:
    """The addresses that hear of an entry: the person a note is for; everybody in the thread, of what comes after it.

    Nobody hears of their own words.
    """
    note = thread.note
    if entry.kind is EntryKind.NOTE:
        told = [note.to]
    elif entry.kind is EntryKind.ANSWER:
        told = [note.email, note.to, *(answer.email for answer in thread.answers)]
    else:
        told = [note.email]
    return [email for email in dict.fromkeys(told) if email and email.lower() != entry.email.lower()]
