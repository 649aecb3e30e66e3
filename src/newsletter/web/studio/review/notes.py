"""Notes beside the words: left, answered, settled; suggestions accepted or declined."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from starlette.responses import Response

from newsletter.folder.notes.entry import EntryKind, NoteEntry
from newsletter.review.field import part_of_file, words_of
from newsletter.review.passage import CONTEXT, NotedPassage, passage_at
from newsletter.review.suggestion import accepted
from newsletter.review.thread import NoteThread, threads_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.review.margin import people_beside
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Missing, Mistake, NotNow
from newsletter.words.plain import unix_lines
from newsletter.words.user import Role, User

LONGEST_TEXT, LONGEST_QUOTE, LONGEST_PART = 8_000, 4_000, 300
_ENDS = {"settle": EntryKind.SETTLED, "reopen": EntryKind.REOPENED, "decline": EntryKind.DECLINED}
_SAID = {"add": "Noted.", "answer": "Answered.", "settle": "Settled.", "reopen": "Open again.", "decline": "Declined."}


def change(studio: Studio, visit: Visit) -> Response:
    """`act` is "add", or "answer", "settle", "reopen" or "decline" with the note's id in `on`.

    `id` is a mark that the form brings along, so that sent twice it is noted once.
    """
    act, file = visit.word("act"), visit.word("file")
    studio.parts.sheets.read(file)
    if act == "add":
        entry = _new_note(studio, visit, file)
    elif act == "answer":
        thread = _thread(studio, visit, file)
        entry = _entry(studio, visit, EntryKind.ANSWER, note=thread.note.id, text=text_of(visit, "note"))
    elif act in _ENDS:
        thread = _thread(studio, visit, file)
        entry = _entry(studio, visit, _ENDS[act], note=thread.note.id)
    else:
        raise NoSuchAct
    keep(studio, visit.who, file, visit.number("number"), entry)
    return _back(visit, file, entry, _SAID[act])


def accept(studio: Studio, visit: Visit) -> Response:
    """Put the words of a suggestion in place. Raises PassageChanged, with both texts, where the passage is another now."""
    file = visit.word("file")
    thread = _thread(studio, visit, file)
    if not thread.is_suggestion or not thread.is_open:
        raise NotNow("This suggestion was answered already.", fix="Load the page again to see by whom.")
    studio.write(visit, file, studio.parts.sheets.note(file, at=studio.now()).version, accepted(thread, file))
    entry = _entry(studio, visit, EntryKind.ACCEPTED, note=thread.note.id)
    keep(studio, visit.who, file, visit.number("number"), entry)
    return _back(visit, file, entry, "Accepted: the words are changed.")


def keep(studio: Studio, who: User, file: str, issue: int, entry: NoteEntry) -> None:
    """Add an entry to its file, and write down who is to be told of it."""
    if studio.parts.notes.add(file, entry):
        studio.sittings.note(who, *studio.parts.notes.files_of(file))
        studio.parts.note_post.note(entry, file, issue)


def passage_of(visit: Visit, words: str) -> NotedPassage:
    """The passage that a form names: its quote, with what a script sends of the words around it."""
    quote = unix_lines(visit.word("quote"))
    if len(quote) > LONGEST_QUOTE:
        raise Mistake("That is too long a passage.", fix="Mark the words that the note is about.")
    before, after = visit.word("before"), visit.word("after")
    if before or after:
        return NotedPassage(quote=quote, before=unix_lines(before)[-CONTEXT:], after=unix_lines(after)[:CONTEXT])
    return passage_at(words, quote) if quote else NotedPassage(quote="")


def text_of(visit: Visit, name: str, *, may_be_empty: bool = False) -> str:
    """What somebody wrote. Raises Mistake where it is very long, or empty and may not be."""
    text = unix_lines(visit.word(name)).strip()
    if not text and not may_be_empty:
        raise Mistake("There is nothing in this note.", fix="Write what you have to say.")
    if len(text) > LONGEST_TEXT:
        raise Mistake(f"A note holds {LONGEST_TEXT:,} letters at most.", fix="Make two of it.")
    return text


def name_of(form: str, *said: object) -> str:
    """The id of what a form says: the same for the same form with the same words, another one for every other."""
    return hashlib.sha256(repr((form or secrets.token_hex(8), *said)).encode()).hexdigest()[:16]


def note_of(visit: Visit, words: Mapping[str, str]) -> dict[str, object]:
    """What a form says of a new note: its passage in one of these parts, its text, and the words that it suggests."""
    field = visit.word("field")
    if field and field not in words:
        raise Mistake("There is nothing of that name to note on.", fix="Load the page again.")
    passage = passage_of(visit, words.get(field, ""))
    # Other words are a suggestion also where nobody ticked that they are; ticked without any, it is to be left out.
    given = unix_lines(visit.word("instead"))
    instead = given if given or visit.word("suggests") else None
    if len(given) > LONGEST_TEXT:
        raise Mistake(f"A suggestion holds {LONGEST_TEXT:,} letters at most.", fix="Make two of it.")
    if instead is not None and not passage.quote:
        raise Mistake("A suggestion needs the words that it is for.", fix="Mark them, or copy them into the field.")
    return {
        "field": field,
        "quote": passage.quote,
        "before": passage.before,
        "after": passage.after,
        "instead": instead,
        "text": text_of(visit, "note", may_be_empty=instead is not None),
    }


def _new_note(studio: Studio, visit: Visit, file: str) -> NoteEntry:
    words = words_of(studio.parts.sheets.read(file).text, file)
    known = {one.email for one in people_beside(studio.parts, visit.who)}
    to = visit.word("to")
    return _entry(studio, visit, EntryKind.NOTE, **note_of(visit, words), to=to if to in known else "")


def _entry(studio: Studio, visit: Visit, kind: EntryKind, **values: object) -> NoteEntry:
    who, newsletter = visit.who, studio.newsletter
    return NoteEntry(
        id=name_of(visit.word("id"), kind, *values.values()),
        kind=kind,
        at=studio.now(),
        by=who.name or who.email,
        email=who.email or newsletter.reply_to or newsletter.sender,
        **values,  # type: ignore[arg-type]
    )


def _thread(studio: Studio, visit: Visit, file: str) -> NoteThread:
    wanted = visit.word("on")
    found = next((one for one in threads_of(studio.parts.notes.entries(file)) if one.note.id == wanted), None)
    if found is None:
        raise Missing("This note is not there any more.", fix="Load the page again.")
    return found


def _back(visit: Visit, file: str, entry: NoteEntry, said: str) -> Response:
    if visit.data is not None:
        return visit.json({"id": entry.id})
    part = visit.text("part") or part_of_file(file, entry.field)
    return visit.go(f"/issues/{visit.number('number')}?part={part}#note-{entry.note or entry.id}", said=said)


def here(studio: Studio, visit: Visit) -> Response:
    """Hear in which part a page is, and say who else is where, and whether there are other notes by now."""
    number, part = visit.number("number"), str(visit.value("part", str))[:LONGEST_PART]
    studio.parts.presence.note(visit.who, number, part)
    file = str(visit.value("file", str))
    version = studio.parts.notes.version(file) if file else ""
    return visit.json({"present": studio.parts.presence.others(visit.who, number), "notes": version})


PAGES = (
    Page(path="/issues/{number:int}/here", change=here, do=Role.VIEWER),
    Page(path="/issues/{number:int}/notes", change=change, do=Role.VIEWER),
    Page(path="/issues/{number:int}/suggestions", change=accept, do=Role.AUTHOR),
)
