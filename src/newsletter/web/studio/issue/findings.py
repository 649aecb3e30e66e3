"""What `check` finds in an issue, for the script that shows it; and the presses that mend a finding or answer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.responses import Response

from newsletter.compose.press import Proof, press
from newsletter.folder.touch import with_waiver, without_note
from newsletter.preflight.check import check
from newsletter.preflight.mends import mended
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit, place_json
from newsletter.wiring.surroundings import around, check_unrendered_issue
from newsletter.words.finding import Finding, that_ask
from newsletter.words.mistake import Missing, NewsletterError
from newsletter.words.user import Role


def show(studio: Studio, visit: Visit) -> Response:
    """What `check` finds without the web, in the issue as it is saved."""
    number = visit.number("number")
    try:
        _, found = _checked(studio, number)
    except NewsletterError as error:
        place = place_json(error.place)
        stops: dict[str, object] = {
            "code": "broken",
            "severity": "error",
            "message": error.message,
            "fix": error.fix,
            "place": place,
        }
        first = stops | {"why": "", "waived": None, "answer": None, "at_words": False, "mend": None, "slug": None}
        # Nothing can be mended or answered by a press before the issue renders.
        others = [replace(one, mend=None, answer=None) for one in _others(studio, number, error)]
        return visit.json({"findings": [first, *map(_as_json, others)]})
    return visit.json({"findings": [_as_json(one) for one in found]})


def _others(studio: Studio, number: int, stop: NewsletterError) -> list[Finding]:
    """What else there is to find; nothing, where the issue's own file can't be read."""
    try:
        return [one for one in check_unrendered_issue(studio.parts, number, stop) if one.message != stop.message]
    except NewsletterError:
        return []


def mend(studio: Studio, visit: Visit) -> Response:
    """Make the change that a finding proposes, where the file still is as it was when it was found."""
    _, listed = _checked(studio, visit.number("number"))
    found = next((one for one in listed if _id(one) == visit.word("finding")), None)
    if found is None or found.mend is None:
        raise Missing("That is not found any more.", fix="Somebody mended it already.")
    change, file = found.mend, found.mend.place.file
    sheet = studio.parts.sheets.note(file, at=studio.now())
    studio.write(visit, file, sheet.version, lambda text: mended(text, change))
    return visit.json({"mended": file})


def answer(studio: Studio, visit: Visit) -> Response:
    """Settle one question: its note goes out of the post, or the issue says that it stays as it is."""
    number = visit.number("number")
    proof, listed = _checked(studio, number)
    found = next((one for one in that_ask(listed) if _id(one) == visit.word("finding")), None)
    if found is None or (found.answer and found.answer.at_words):
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


def _checked(studio: Studio, number: int) -> tuple[Proof, list[Finding]]:
    """An issue as it is saved, and what `check` finds in it without the web."""
    proof = press(studio.parts.shelf, studio.newsletter, number)
    return proof, check(proof, around(studio.parts, proof, online=False))


def _as_json(found: Finding) -> dict[str, object]:
    return {
        "id": _id(found),
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "why": found.why,
        "fix": found.fix,
        "place": place_json(found.place),
        "slug": found.post,
        "waived": found.waived,
        "answer": found.answer.press if found.answer else None,
        "at_words": found.answer is not None and found.answer.at_words,
        "mend": {"old": found.mend.old, "new": found.mend.new, "is_sure": found.mend.is_sure} if found.mend else None,
    }


def _id(found: Finding) -> str:
    """The same for the same finding at the same place."""
    return f"{found.code}|{found.place}|{found.message}"


PAGES = (
    Page(path="/issues/{number:int}/findings", show=show),
    Page(path="/issues/{number:int}/mend", change=mend, do=Role.AUTHOR),
    Page(path="/issues/{number:int}/answer", change=answer, do=Role.AUTHOR),
)
