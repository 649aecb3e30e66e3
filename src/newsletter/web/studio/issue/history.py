"""What a file held before: every version that is kept, what changed in each, and the way back to it."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.folder.sheet import SavedVersion
from newsletter.folder.touch import edit_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.difference import compared
from newsletter.words.user import Role

_MOST = 100


def show(studio: Studio, visit: Visit) -> Response:
    """The versions of `?file=`; with `?version=`, what going back to it would change."""
    file = visit.asked("file")
    sheets = studio.parts.sheets
    now = sheets.read(file)
    version = visit.asked("version")
    chosen = sheets.old_text(file, version) if version else None
    kept: list[SavedVersion] = []
    for saved in sheets.history(file):
        if not kept or kept[-1].version != saved.version:
            kept.append(saved)
    return studio.page(
        visit,
        "history.html",
        sheet=now,
        kept=kept[:_MOST],
        issue=visit.asked("issue"),
        version=version,
        lines=compared(now.text, chosen) if chosen is not None else [],
    )


def go_back(studio: Studio, visit: Visit) -> Response:
    """Make the file hold an old version again. What it holds now is kept like every other."""
    file, version = visit.text("file"), visit.text("version")
    text = studio.parts.sheets.old_text(file, version)
    studio.write(visit, file, visit.text("base"), edit_of(file, "raw", text))
    return visit.go(f"/history?file={file}&issue={visit.text('issue')}", said=f"{file} is as it was.")


PAGES = (Page(path="/history", show=show, change=go_back, do=Role.AUTHOR),)
