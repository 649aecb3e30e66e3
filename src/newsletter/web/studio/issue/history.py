"""What a file held before: every version that is kept, what changed in each, and the way back to it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from newsletter.folder.sheet import SavedVersion
from newsletter.folder.touch import edit_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.difference import compared
from newsletter.words.user import Role

_MOST = 100


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A version, and whether it is what the file holds now."""

    saved: SavedVersion
    is_now: bool


def show(studio: Studio, visit: Visit) -> Response:
    """The versions of `?file=`; with `?version=`, what going back to it would change."""
    file = visit.asked("file")
    sheets = studio.parts.sheets
    now = sheets.read(file)
    version = visit.asked("version")
    chosen = sheets.old_text(file, version) if version else None
    entries: list[HistoryEntry] = []
    for saved in sheets.history(file):
        if not entries or entries[-1].saved.version != saved.version:
            entries.append(HistoryEntry(saved, saved.version == now.version))
    return studio.page(
        visit,
        "history.html",
        sheet=now,
        entries=entries[:_MOST],
        issue=visit.asked("issue"),
        version=version,
        lines=compared(now.text, chosen) if chosen is not None else [],
    )


def go_back(studio: Studio, visit: Visit) -> Response:
    """Make the file hold an old version again. What it holds now is kept like every other."""
    file, version = visit.text("file"), visit.text("version")
    sheets = studio.parts.sheets
    text = sheets.old_text(file, version)
    sheets.change(file, visit.text("base"), edit_of(file, "raw", text), by=visit.who.name, at=studio.now())
    studio.sittings.note(visit.who, file)
    return visit.go(f"/history?file={file}&issue={visit.text('issue')}", said=f"{file} is as it was.")


PAGES = (Page(path="/history", show=show, change=go_back, do=Role.AUTHOR),)
