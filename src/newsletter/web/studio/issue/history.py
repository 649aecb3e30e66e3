"""Earlier versions by person and time: what each of them changed, and the ways back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from starlette.responses import Response

from newsletter.folder.issue_file import parse_issue
from newsletter.folder.post_file import parse_post
from newsletter.folder.sheet import Clash
from newsletter.folder.touch import edit_of
from newsletter.review.changes import SavedChange, changes_in
from newsletter.review.field import words_of
from newsletter.web.number import read_number
from newsletter.web.studio.page import Page
from newsletter.web.studio.review.margin import files_of
from newsletter.web.studio.studio import Studio, spoken
from newsletter.web.studio.visit import Visit
from newsletter.words.difference import DiffLine, compared, count_words_changed
from newsletter.words.mistake import NewsletterError, NotNow
from newsletter.words.user import Role

_MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """A change as the list shows it: whose, when, and how many words of what."""

    change: SavedChange
    title: str
    n_words: int


def show(studio: Studio, visit: Visit) -> Response:
    """The changes of `?file=`, or of all files of `?issue=`; with `?file=` and `?version=`, the change that made it."""
    file, version, issue = visit.asked("file"), visit.asked("version"), visit.asked("issue")
    now = studio.parts.sheets.read(file) if file else None
    changes = _changes(studio, [file] if file else _files(studio, issue))
    chosen = next((one for one in changes if version == one.after), None) if now else None
    then = studio.parts.sheets.old_text(file, version) if now and version else None
    return studio.page(
        visit,
        "history.html",
        sheet=now,
        title=_title(studio, file) if file else "",
        rows=[_line(studio, one) for one in islice(changes, _MOST)],
        issue=issue,
        chosen=_line(studio, chosen) if chosen else None,
        version=version if then is not None else "",
        made=_difference(file, _text(studio, file, chosen.before), then) if chosen and then is not None else [],
        back=_difference(file, now.text, then) if now and then is not None else [],
    )


def go_back(studio: Studio, visit: Visit) -> Response:
    """Make the file hold an old version again, or, with `act` "undo", take back the one change that led from `before` to it.

    What the file holds now is kept like every other version.
    """
    file, version, sheets = visit.text("file"), visit.text("version"), studio.parts.sheets
    if visit.text("act") == "undo":
        before = sheets.old_text(file, visit.text("before"))
        try:
            studio.write(visit, file, version, edit_of(file, "raw", before))
        except Clash as clash:
            raise NotNow(
                "These words were changed again since, so that change can't be taken back by itself.",
                fix="Put back the whole version, or change the words by hand.",
            ) from clash
        said = "That change is taken back."
        if visit.text("back") == "findings":
            return visit.go(f"/issues/{visit.text('issue')}/findings", said=said)
    else:
        studio.write(visit, file, visit.text("base"), edit_of(file, "raw", sheets.old_text(file, version)))
        said = "It is as it was."
    return visit.go(f"/history?file={file}&issue={visit.text('issue')}", said=said)


def _files(studio: Studio, issue: str) -> Sequence[str]:
    number = read_number(issue)
    return files_of(studio.parts.issues.get_issue(number)) if number is not None else []


def _changes(studio: Studio, files: Sequence[str]) -> Sequence[SavedChange]:
    """The changes of these files, newest first; a post that is gone has none."""
    changes: list[SavedChange] = []
    for file in files:
        try:
            changes += changes_in(file, studio.parts.sheets.history(file))
        except NewsletterError:
            continue
    return sorted(changes, key=lambda one: one.at, reverse=True)


def _line(studio: Studio, change: SavedChange) -> HistoryLine:
    before, after = (_text(studio, change.file, version) for version in (change.before, change.after))
    n_words = count_words_changed(_words(before, change.file), _words(after, change.file))
    return HistoryLine(change=change, title=_title(studio, change.file), n_words=n_words)


def _difference(file: str, before: str, after: str) -> list[DiffLine]:
    """What changed in the words; where these are the same, in everything else that the file says."""
    return compared(_words(before, file), _words(after, file)) or compared(before, after)


def _words(text: str, file: str) -> str:
    """What people read of a file's text; all of it where it can't be read as it is."""
    try:
        return "\n\n".join(words_of(text, file).values()) if text else ""
    except NewsletterError:
        return text


def _text(studio: Studio, file: str, version: str) -> str:
    return studio.parts.sheets.old_text(file, version) if version else ""


def _title(studio: Studio, file: str) -> str:
    """What the words of a file are called."""
    text = studio.parts.sheets.read(file).text
    try:
        if file.startswith("posts/"):
            return parse_post(text, slug="", file=file).title
        return f"Issue {parse_issue(text, file=file).number}: {spoken(parse_issue(text, file=file).subject)}"
    except NewsletterError:
        return file


PAGES = (Page(path="/history", show=show, change=go_back, do=Role.AUTHOR),)
