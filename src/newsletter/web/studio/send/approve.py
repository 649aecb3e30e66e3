"""Approving an issue: these very words go, whatever is edited afterwards."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.compose.press import press
from newsletter.schedule.choice import FindingsStop, FindingsUnanswered, approve_issue, withdraw_approval
from newsletter.schedule.times.line import turn_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.send.look import look_again
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.clocks import desk_of
from newsletter.words.mistake import Mistake
from newsletter.words.moment import say_moment
from newsletter.words.user import Role


def approve(studio: Studio, visit: Visit) -> Response:
    """Pin the issue to the words that it has now, or take that back."""
    number, desk = visit.number("number"), desk_of(studio.parts)
    if visit.text("act") == "withdraw":
        withdraw_approval(desk, number)
        return visit.go(f"/issues/{number}/send", said="The approval is taken back.")
    studio.parts.farewells.check()
    seen = visit.text("words")
    if seen and seen != press(studio.parts.shelf, studio.newsletter, number).rendered.edition.digest:
        return look_again(visit, number, seen, "Nothing was approved: the words were changed since you looked.")
    try:
        approve_issue(desk, number, by=visit.who.name, despite_findings=visit.text("despite") == "yes", seen=seen)
    except FindingsUnanswered as unanswered:
        return visit.go(f"/issues/{number}/send#before", said=unanswered.message)
    except FindingsStop as stopped:
        if stopped.found.is_firm:
            raise Mistake(f"{stopped.found.shown} It was not approved.", fix=stopped.found.shown_fix) from stopped
        return visit.go(f"/issues/{number}/send#before", said=f"{stopped.found.shown} It was not approved.")
    back = {"home": "", "compose": f"/issues/{number}"}.get(visit.text("back"), f"/issues/{number}/send")
    return visit.go(
        back, said=f"Approved: these words go{_when_approved(studio, number)}, whatever is edited afterwards."
    )


def _when_approved(studio: Studio, number: int) -> str:
    turn = turn_of(desk_of(studio.parts), number)
    return f" {say_moment(turn.at, turn.timetable.cadence.zone)}" if turn and turn.timetable.held_at is None else ""


PAGES = (Page(path="/issues/{number:int}/approve", change=approve, do=Role.EDITOR),)
