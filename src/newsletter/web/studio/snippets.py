"""Saved texts in the studio: offered where words are written, and saved from words that are selected there."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.collect.paste.snippets import add_snippet, list_snippets
from newsletter.folder.touch import with_added
from newsletter.web.studio.issue.compose_form import save_form
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing
from newsletter.words.user import Role


def show(studio: Studio, visit: Visit) -> Response:
    """All of them, for the menu."""
    return visit.json([{"name": one.name, "text": one.text} for one in list_snippets(studio.parts.directory)])


def save(studio: Studio, visit: Visit) -> Response:
    """Keep words under a name."""
    file = add_snippet(studio.parts.directory, str(visit.value("name", str)), str(visit.value("text", str)))
    studio.sittings.note(visit.who, file)
    return visit.json({"said": "Saved: it is offered under Insert."})


def insert(studio: Studio, visit: Visit) -> Response:
    """For a form without scripts: the text comes to the end of the words that were typed."""
    file, base, name = visit.text("file"), save_form(studio, visit), visit.text("snippet")
    found = next((one for one in list_snippets(studio.parts.directory) if one.name == name), None)
    if found is None:
        raise Missing("This saved text is not there any more.", fix="Choose another one. Your words are saved.")
    studio.write(visit, file, base, lambda text: with_added(text, visit.text("into"), found.text, file=file))
    return visit.go(f"/issues/{visit.number('number')}?part={visit.text('part')}", said="Inserted at the end.")


PAGES = (
    Page(path="/snippets", show=show, change=save, see=Role.AUTHOR, do=Role.AUTHOR),
    Page(path="/issues/{number:int}/snippet", change=insert, do=Role.AUTHOR),
)
