"""The page of an issue on its way out: how far it is, what stops it, and the form that says to whom and when."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from newsletter.providers.registry import PRACTICE
from newsletter.schedule.times.line import times_ahead
from newsletter.web.studio.page import Page
from newsletter.web.studio.send import look
from newsletter.web.studio.send.control import waits_of
from newsletter.web.studio.send.version import approval_of, find_version, moved_since, subject_of
from newsletter.web.studio.send.wish import TypedWish, typed_wish
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.clocks import desk_of
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role

_UNFINISHED = (MailingStatus.PLANNING, MailingStatus.SCHEDULED, MailingStatus.SENDING, MailingStatus.PAUSED)


def show(studio: Studio, visit: Visit) -> Response:
    """Looking changes nothing. With `?list=` it is the last look, but with `?edit=` the form with what was typed."""
    if not visit.asked("list") or visit.asked("edit"):
        return _form(studio, visit)
    try:
        return look.show(studio, visit)
    except Mistake as wrong:
        return _form(studio, visit, wrong)


def _form(studio: Studio, visit: Visit, wrong: Mistake | None = None) -> Response:
    parts, number = studio.parts, visit.number("number")
    issue = parts.issues.get_issue(number)
    version, problem = find_version(studio, number)
    proof = version.proof if version else None
    findings = studio.findings(proof, None) if proof else []
    counted = studio.lists()
    n_active = {row.name: row.active for row in counted or ()}
    going = [one for one in parts.ledger.mailings.list_in(_UNFINISHED) if one.issue == number]
    values: dict[str, Any] = {
        "issue": issue,
        "tally": parts.ledger.tallies.find(number),
        "practice_page": PRACTICE.page(parts.directory),
        "going": going,
        "waiting": {one.id: studio.waiting(one.id) for one in going if one.status is MailingStatus.SCHEDULED},
        "halts": {one.id: waits_of(studio, one) for one in going},
        "lists": parts.readers.list_names(),
        "readers": n_active,
        "segments": [name for name, _ in parts.segments.list_all()],
        "timetables": {
            timetable.list_name: next(times_ahead(desk_of(parts), timetable), None)
            for timetable in parts.schedule.timetables.list_all()
        },
        "version": version,
        "subject": subject_of(studio, version.edition) if version else issue.subject,
        "folder_words": studio.looks.show(proof.rendered.edition) if proof else "",
        "approval": approval_of(studio, version) if version else None,
        "moved": moved_since(studio, visit.asked("seen"), version),
        "problem": problem,
        "findings": findings,
        "typed": _with_list(studio, typed_wish(visit.asked), issue.lists, n_active),
        "wrong": wrong,
        "refusal": parts.refusal,
        "lacks": parts.config.lacks,
        "due": parts.outlook(),
        "went_at": parts.ledger.tallies.list_went([number]).get(number),
        "now": studio.now(),
        "runner_problem": studio.runner.problem,
        "is_counting": findings is None,
    }
    return studio.page(visit, "send.html", status=400 if wrong else 200, **values)


def _with_list(studio: Studio, typed: TypedWish, meant: tuple[str, ...], n_active: dict[str, int]) -> TypedWish:
    """The form's list: the one that was chosen, else the issue's own, else the one with most readers."""
    names = meant or tuple(sorted(studio.parts.readers.list_names(), key=lambda name: -n_active.get(name, 0)))
    return typed if typed.list_name else typed.on_list(next(iter(names), ""))


PAGES = (Page(path="/issues/{number:int}/send", show=show, change=look.send, do=Role.EDITOR),)
