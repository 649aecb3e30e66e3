"""The presses that settle a finding: fix it, answer what it asks, accept it with a reason, and take that back."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.compose.press import Proof
from newsletter.folder.touch import with_waiver, without_note, without_waiver
from newsletter.preflight.mends import mended
from newsletter.preflight.waivers import waiver_for
from newsletter.web.studio.findings.findings import checked
from newsletter.web.studio.findings.shown_findings import id_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.finding import Finding, that_ask
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.user import Role

_LONGEST_REASON = 300


def mend(studio: Studio, visit: Visit) -> Response:
    """Make the change that a finding proposes, where the file still is as it was when it was found."""
    number = visit.number("number")
    _, listed = checked(studio, number)
    found = next((one for one in listed if id_of(one) == visit.word("finding")), None)
    if found is None or found.mend is None:
        raise Missing("That is not found any more.", fix="Somebody fixed it already.")
    change, file = found.mend, found.mend.place.file
    sheet = studio.parts.sheets.note(file, at=studio.now())
    done = studio.write(visit, file, sheet.version, lambda text: mended(text, change))
    if visit.data is not None:
        return visit.json({"mended": file})
    what = urlencode({"file": file, "before": sheet.version, "after": done.sheet.version})
    said = f"“{change.old}” is gone." if change.new is None else f"“{change.old}” is “{change.new}” now."
    return visit.go(f"/issues/{number}/findings?{what}", said=said)


def answer(studio: Studio, visit: Visit) -> Response:
    """Settle one question: its note goes out of the post, or the issue says that it stays as it is."""
    number = visit.number("number")
    proof, listed = checked(studio, number)
    found = next((one for one in that_ask(listed) if id_of(one) == visit.word("finding")), None)
    if found is None or (found.answer and found.answer.at_words):
        raise Missing("That is not asked any more.", fix="Somebody answered it, or changed the words it was about.")
    file = found.place.file
    _write(studio, visit, file, _edit(proof, found, by=visit.who.name))
    if visit.data is not None:
        return visit.json({"answered": file})
    return visit.go(_back(visit, number))


def accept(studio: Studio, visit: Visit) -> Response:
    """Leave a finding as it is, for a reason that stands in the issue; or, with `act` "back", look at it again."""
    number = visit.number("number")
    issue = studio.parts.issues.get_issue(number)
    if visit.text("act") == "back":
        _write(studio, visit, issue.file, without_waiver(issue.file, visit.text("what")))
        return visit.go(f"/issues/{number}/findings", said="It is looked at again.")
    reason = " ".join(visit.text("reason").split())
    if not reason or len(reason) > _LONGEST_REASON:
        raise Mistake(
            "Say in a sentence why it may stay as it is.",
            fix="Somebody who looks at the issue later reads it there.",
        )
    _, listed = checked(studio, number)
    found = next((one for one in listed if one.counts and id_of(one) == visit.text("finding")), None)
    if found is None or found.answer:
        raise Missing("That is not found any more.", fix="Somebody fixed it, or changed the words it was about.")
    _write(studio, visit, issue.file, with_waiver(issue.file, waiver_for(found), f"{reason} ({visit.who.name})"))
    return visit.go(_back(visit, number), said="Accepted.")


def _edit(proof: Proof, found: Finding, *, by: str) -> Callable[[str], str]:
    assert found.answer
    if found.answer.note:
        return without_note(found.place.file, proof.posts[found.post or ""].checks, found.answer.note)
    return with_waiver(proof.issue.file, found.code, f"kept as it is by {by}")


def _write(studio: Studio, visit: Visit, file: str, edit: Callable[[str], str]) -> None:
    sheet = studio.parts.sheets.note(file, at=studio.now())
    studio.write(visit, file, sheet.version, edit)


def _back(visit: Visit, number: int) -> str:
    """The page that the form stood on."""
    pages = {"home": "#before", "findings": f"/issues/{number}/findings"}
    return pages.get(visit.text("back"), f"/issues/{number}/send#before")


PAGES = (
    Page(path="/issues/{number:int}/mend", change=mend, do=Role.AUTHOR),
    Page(path="/issues/{number:int}/answer", change=answer, do=Role.AUTHOR),
    Page(path="/issues/{number:int}/accept", change=accept, do=Role.AUTHOR),
)
