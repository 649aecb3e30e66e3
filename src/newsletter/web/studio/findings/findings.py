"""The page of what `check` finds in an issue: in three kinds, and what was accepted. A script has it as JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from starlette.responses import Response

from newsletter.compose.press import Proof, press
from newsletter.preflight.check import check
from newsletter.preflight.rules import finding
from newsletter.preflight.waivers import waivers_of
from newsletter.web.studio.findings.shown_findings import id_of, kinds_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit, place_json
from newsletter.wiring.surroundings import around, check_unrendered_issue, words_of
from newsletter.words.finding import Finding
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError, Place
from newsletter.words.user import Role


def show(studio: Studio, visit: Visit) -> Response:
    """In the issue as it is saved. `?bare` is the list alone, for the page that the words are written on.

    After a fix, `?file=`, `?before=` and `?after=` name the change, so that it can be taken back.
    """
    number = visit.number("number")
    is_bare = "bare" in visit.request.query_params
    if not is_bare and "text/html" not in visit.request.headers.get("accept", ""):
        return visit.json({"findings": [_as_json(one) for one in _found_now(studio, number)]})
    issue = studio.parts.issues.get_issue(number)
    found, web = _found_for_page(studio, number)
    return studio.page(
        visit,
        "findings_list.html" if is_bare else "findings.html",
        is_bare=is_bare,
        issue=issue,
        kinds=None if found is None else kinds_of(found),
        accepted=_accepted(issue, found or []),
        web=web,
        change={name: visit.asked(name) for name in ("file", "before", "after")} if visit.asked("after") else None,
    )


def checked(studio: Studio, number: int) -> tuple[Proof, list[Finding]]:
    """An issue as it is saved, and what `check` finds in it without the web."""
    proof = press(studio.parts.shelf, studio.newsletter, number)
    return proof, check(proof, around(studio.parts, proof, online=False))


def _found_now(studio: Studio, number: int) -> list[Finding]:
    """All of it, however long that takes."""
    try:
        return checked(studio, number)[1]
    except NewsletterError as error:
        return _in_the_way(studio, number, error)


def ask_web(studio: Studio, visit: Visit) -> Response:
    """Have the web asked about the words of now."""
    number = visit.number("number")
    studio.parts.web_looks.ask(number, words_of(press(studio.parts.shelf, studio.newsletter, number)))
    studio.runner.wake()
    return visit.go(f"/issues/{number}/findings")


@dataclass(frozen=True, slots=True)
class WebState:
    """Whether the web is being asked about these very words, and when it was."""

    is_looking: bool
    asked_at: datetime | None


def _found_for_page(studio: Studio, number: int) -> tuple[list[Finding] | None, WebState | None]:
    """All of it, with what the web said where somebody asked; None while it is being looked for. No state where there is no mail."""
    try:
        proof = press(studio.parts.shelf, studio.newsletter, number)
        web = studio.parts.web_looks.find(number, words_of(proof))
        found = studio.all_findings(proof) if web is None or web.found is None else list(web.found)
        return found, WebState(web is not None and web.is_looking, web.looked_at if web else None)
    except NewsletterError as error:
        return _in_the_way(studio, number, error), None


def _in_the_way(studio: Studio, number: int, stop: NewsletterError) -> list[Finding]:
    """What keeps the issue from being rendered, and what else there is to find. Nothing of it can be settled by a press."""
    try:
        found = check_unrendered_issue(studio.parts, number, stop)
    except NewsletterError as error:
        found = [finding("does-not-render", error.place or Place(""), error.message, error.fix)]
    return [replace(one, mend=None, answer=None) for one in found]


def _accepted(issue: Issue, found: list[Finding]) -> list[tuple[str, str, list[str]]]:
    """Each waiver of the issue: what it waives, for which reason, and what is said about what it fits."""
    waivers = sorted(waivers_of(issue), key=lambda one: one.place.line or 0)
    return [
        (
            f"{one.code} {one.where}".strip(),
            one.reason,
            [other.shown for other in found if other.waived == one.reason and one.fits(other)],
        )
        for one in waivers
    ]


def _as_json(found: Finding) -> dict[str, object]:
    return {
        "id": id_of(found),
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


PAGES = (Page(path="/issues/{number:int}/findings", show=show, change=ask_web, do=Role.AUTHOR),)
