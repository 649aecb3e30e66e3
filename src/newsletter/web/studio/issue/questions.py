"""What the findings about an issue ask before anybody can approve it, and the one press that answers each."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from newsletter.compose.press import Proof
from newsletter.folder.answer import with_waiver, without_note
from newsletter.web.studio.issue.preview import checked, finding_id
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.finding import Finding, that_ask
from newsletter.words.mistake import Missing
from newsletter.words.user import Role


def answer(studio: Studio, visit: Visit) -> Response:
    """Settle one question: its note goes out of the post, or the issue says that it stays as it is."""
    number = visit.number("number")
    proof, listed = checked(studio, number)
    found = next((one for one in that_ask(listed) if finding_id(one) == visit.word("finding")), None)
    if found is None:
        raise Missing("That is not asked any more.", fix="Somebody answered it, or changed the words it was about.")
    file, edit = found.place.file, _edit(proof, found, by=visit.who.name)
    sheet = studio.parts.sheets.note(file, at=studio.now())
    studio.write(visit, file, sheet.version, edit)
    if visit.data is not None:
        return visit.json({"answered": file})
    return visit.go("#before" if visit.text("back") == "home" else f"/issues/{number}/send#before")


def _edit(proof: Proof, found: Finding, *, by: str) -> Callable[[str], str]:
    assert found.answer
    if found.answer.note:
        return without_note(found.place.file, proof.posts[found.post or ""].checks, found.answer.note)
    return with_waiver(proof.issue.file, proof.issue.waivers, found.code, f"kept as it is by {by}")


PAGES = (Page(path="/issues/{number:int}/answer", change=answer, do=Role.AUTHOR),)
