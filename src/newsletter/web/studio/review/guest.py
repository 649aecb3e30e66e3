"""What a guest sees who came by a review link: an issue or one post to read, and their own notes beside it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from urllib.parse import quote, unquote

from starlette.responses import Response

from newsletter.access.network import network_of
from newsletter.folder.notes.entry import EntryKind, NoteEntry
from newsletter.review.field import words_of
from newsletter.review.links_sql import ReviewLink
from newsletter.review.manuscript import ManuscriptPart, manuscript_of_issue, manuscript_of_post
from newsletter.review.thread import NoteThread, threads_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.review.margin import files_of
from newsletter.web.studio.review.notes import keep, name_of, note_of, text_of
from newsletter.web.studio.studio import Studio, spoken
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Missing, Mistake, NewsletterError, NotNow
from newsletter.words.plain import printable_line
from newsletter.words.user import Role, User

_NAME = "newsletter_guest"
_LONGEST_NAME = 80
_SPAN = timedelta(minutes=10)
_FOR_LINK, _FOR_NETWORK, _IN_ALL = 40, 80, 400
_LARGEST = 64 * 1024


def show(studio: Studio, visit: Visit) -> Response:
    """Looking changes nothing."""
    link = _link(studio, visit)
    threads = {file: _own(studio, link, file) for file in _files(studio, link)}
    answer = studio.page(
        visit,
        "guest.html",
        link=link,
        parts=_parts(studio, link),
        threads=threads,
        name=unquote(visit.request.cookies.get(_NAME, "")) or link.guest,
        mark=secrets.token_hex(8),
        here=visit.request.url.path,
    )
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def change(studio: Studio, visit: Visit) -> Response:
    """Leave a note, answer one, or settle an own one: `act` is "add", "answer" or "settle"."""
    link, file = _link(studio, visit), visit.text("file")
    if file not in _files(studio, link):
        raise Missing("This link does not lead to that.", fix="Go back, and load the page again.")
    name = printable_line(visit.text("name"))[:_LONGEST_NAME]
    if not name:
        raise Mistake("Your note needs a name, so that they know whose it is.", fix="Go back, and write your name.")
    _spend(studio, visit, link)
    entry = _entry(studio, visit, link, file, name)
    guest = User(id=-link.id, name=name, email="", role=Role.VIEWER)
    keep(studio, guest, file, link.issue, entry)
    answer = visit.go(
        f"/review/{visit.request.path_params['token']}#note-{entry.note or entry.id}", said="Thank you: it is noted."
    )
    path = f"{studio.root}/studio/review"
    secure = visit.request.url.scheme == "https"
    answer.set_cookie(_NAME, quote(name), max_age=14 * 86_400, path=path, httponly=True, samesite="lax", secure=secure)
    return answer


def _entry(studio: Studio, visit: Visit, link: ReviewLink, file: str, name: str) -> NoteEntry:
    values: dict[str, object]
    if visit.text("act") == "answer":
        kind, values = EntryKind.ANSWER, {"note": _thread(studio, visit, link, file), "text": text_of(visit, "note")}
    elif visit.text("act") == "settle":
        kind, values = EntryKind.SETTLED, {"note": _thread(studio, visit, link, file)}
    elif visit.text("act") == "add":
        words = words_of(studio.parts.sheets.read(file).text, file)
        kind, values = EntryKind.NOTE, {**note_of(visit, words), "to": link.email}
    else:
        raise NoSuchAct
    made = name_of(visit.text("id"), kind, name, *values.values())
    return NoteEntry(id=made, kind=kind, at=studio.now(), by=name, guest=link.mark, **values)  # type: ignore[arg-type]


def _thread(studio: Studio, visit: Visit, link: ReviewLink, file: str) -> str:
    """The id of the note that is answered or settled. Raises Missing for one that did not come by this link."""
    found = next((one for one in _own(studio, link, file) if one.note.id == visit.text("on")), None)
    if found is None:
        raise Missing("This note is not there any more.", fix="Go back, and load the page again.")
    return found.note.id


def _link(studio: Studio, visit: Visit) -> ReviewLink:
    """Raises Missing for a link that is not genuine, has ended, or was withdrawn: the same for each."""
    said = studio.sessions.read_signed(str(visit.request.path_params["token"]), now=studio.now()) or ""
    word, _, number = said.partition(" ")
    link = studio.parts.review_links.find(int(number)) if word == "review" and number.isdecimal() else None
    if link is None or not link.is_good(studio.now()):
        raise Missing("This link has ended, or was withdrawn.", fix="Ask for a new one.")
    return link


def _files(studio: Studio, link: ReviewLink) -> Collection[str]:
    """The files that the link leads to: one post, or the issue with its posts."""
    if link.slug:
        return [f"posts/{link.slug}.md"]
    try:
        return files_of(studio.parts.issues.get_issue(link.issue))
    except NewsletterError as error:
        raise _unreadable() from error


def _parts(studio: Studio, link: ReviewLink) -> Sequence[ManuscriptPart]:
    try:
        if link.slug:
            return manuscript_of_post(studio.parts.posts.get_post(link.slug), spoken)
        return manuscript_of_issue(studio.parts.issues.get_issue(link.issue), studio.parts.posts, spoken)
    except NewsletterError as error:
        raise _unreadable() from error


def _unreadable() -> Missing:
    """What is wrong with a file is for editors, who can mend it."""
    return Missing("This can't be read at the moment.", fix="Ask the person who sent you the link.")


def _own(studio: Studio, link: ReviewLink, file: str) -> Sequence[NoteThread]:
    """The notes that came by this link: what editors note among themselves is not for guests."""
    return [one for one in threads_of(studio.parts.notes.entries(file)) if one.note.guest == link.mark]


def _spend(studio: Studio, visit: Visit, link: ReviewLink) -> None:
    """Raises NotNow where too much came by the link, or from one network, of late."""
    n_notes = sum(one.guest == link.mark for file in _files(studio, link) for one in studio.parts.notes.entries(file))
    limits = {_mark(f"link {link.id}"): _FOR_LINK, _mark(f"network {network_of(visit.place)}"): _FOR_NETWORK}
    now = studio.now()
    if n_notes >= _IN_ALL or studio.parts.users.spend_try(limits, at=now, since=now - _SPAN) is None:
        raise NotNow("That is many notes in a short time.", fix="Wait ten minutes, then send this one again.")


def _mark(text: str) -> str:
    return hashlib.sha256(f"review {text}".encode()).hexdigest()[:32]


PAGES = (Page(path="/review/{token}", show=show, change=change, is_open=True, is_public=True, largest=_LARGEST),)
