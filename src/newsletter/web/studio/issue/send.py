"""Sending an issue: to which readers, when and with which words, a last look before, and control while it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.compose.press import press
from newsletter.ledger.rows import MailingRow, Tally
from newsletter.ledger.sample import sample
from newsletter.ledger.settle import leave, look, send_again
from newsletter.providers.registry import PRACTICE
from newsletter.schedule.approval import Version, version_that_goes
from newsletter.schedule.choice import FindingsUnanswered, approve_issue, send_next, withdraw_approval
from newsletter.segments.audience import Audience, Forecast
from newsletter.web.number import read_number
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.clocks import desk_of
from newsletter.wiring.surroundings import check_counting
from newsletter.words.difference import DiffLine
from newsletter.words.edition import Edition
from newsletter.words.finding import that_stop
from newsletter.words.halt import say_halt
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing, Mistake, NewsletterError, NotNow
from newsletter.words.moment import say_moment
from newsletter.words.slot import Approval
from newsletter.words.times.typed_time import parse_moment
from newsletter.words.user import Role

_WHEN = ("now", "next", "at")
_MOST_FIRST = 1_000
# Long enough for the page to come back and find it.
_LAST_LOOK_SECONDS = 10.0
_UNFINISHED = (MailingStatus.PLANNING, MailingStatus.SCHEDULED, MailingStatus.SENDING, MailingStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class SendWish:
    """What the form asks for: `when` is "now", "next" or "at". `first` readers are the canary; 0 sends to all at once."""

    list_name: str
    segment: str
    when: str
    at: str
    first: int = 0


def show(studio: Studio, visit: Visit) -> Response:
    """The form to send an issue. Looking changes nothing; with `?list=` the last look stands below the form."""
    parts, number = studio.parts, visit.number("number")
    issue = parts.issues.get_issue(number)
    names = parts.readers.list_names()
    counted = studio.lists()
    # A list that nobody is on must not be offered before the one that has the readers.
    n_active = {row.name: row.active for row in counted or ()}
    wish = _wish(visit.asked, issue.lists or tuple(sorted(names, key=lambda name: -n_active.get(name, 0))[:1]))
    version, problem = _version(studio, number)
    proof = version.proof if version else None
    is_asked = bool(visit.asked("list"))
    audience = _audience(studio, number, wish) if is_asked else None
    findings = studio.findings(proof, audience) if proof else []
    tally = parts.ledger.tallies.find(number)
    forecast = _forecast(studio, number, audience, tally) if audience else None
    going = [one for one in parts.ledger.mailings.list_in(_UNFINISHED) if one.issue == number]
    values: dict[str, Any] = {
        "issue": issue,
        "tally": tally,
        "practice_page": PRACTICE.page(parts.directory),
        "going": going,
        "waiting": {one.id: studio.waiting(one.id) for one in going if one.status is MailingStatus.SCHEDULED},
        "halts": {one.id: _waits(studio, one) for one in going},
        "lists": names,
        "readers": n_active,
        "segments": [name for name, _ in parts.segments.list_all()],
        "timetables": {
            timetable.list_name: next(iter(islice(timetable.cadence.after(studio.now()), 1)), None)
            for timetable in parts.schedule.timetables.list_all()
        },
        "version": version,
        "subject": _subject(studio, version.edition) if version else issue.subject,
        "words": studio.looks.show(version.edition) if version else "",
        "folder_words": studio.looks.show(proof.rendered.edition) if proof else "",
        "approval": _approval(studio, version) if version else None,
        "moved": _moved(studio, visit.asked("seen"), version),
        "problem": problem,
        "findings": findings,
        "wish": wish,
        "refusal": parts.refusal,
        "lacks": parts.config.lacks,
        "outlook": studio.parts.outlook(of_slot=wish.when == "next"),
        "due": studio.parts.outlook(),
        "went_at": parts.ledger.tallies.list_went([number]).get(number),
        "now": studio.now(),
        "runner_problem": studio.runner.problem,
        "is_asked": is_asked,
        "forecast": forecast,
        "said_when": _said_when(studio, wish) if is_asked else "",
        "is_counting": findings is None or (is_asked and forecast is None),
    }
    return studio.page(visit, "send.html", **values)


def send(studio: Studio, visit: Visit) -> Response:
    """Plan the sending: from here on it goes, now or at its time, in the words of the last look.

    Where other words would go by now, the look comes back with the difference, and nothing is sent. Errors that `check`
    finds in them stop it unless told otherwise.
    """
    parts, number = studio.parts, visit.number("number")
    parts.check_may_send()
    wish = _wish(visit.text, ())
    version = version_that_goes(desk_of(parts), number)
    seen, edition, despite = visit.text("words"), version.edition, visit.text("despite") == "yes"
    if seen not in ("", edition.digest):
        return _look_again(visit, number, seen, "Nothing was sent: the words were changed since you looked.", wish)
    audience = _audience(studio, number, wish)
    _refuse_errors(studio, version, audience, despite=despite)
    if wish.when == "next":
        return _send_next(studio, visit, audience, wish, edition, despite=despite)
    start_at = _moment(studio, wish) if wish.when == "at" else None
    mailing = parts.ledger.planning.open_mailing(
        edition,
        list_name=wish.list_name,
        parcel_size=parts.parcel_size,
        start_at=start_at,
        segment=audience.segment,
        canary=wish.first,
        canary_waits=wish.first > 0,
    )
    if (mailing.edition_digest, mailing.segment) != (edition.digest, audience.segment):
        raise NotNow(
            f"Issue {number} is on its way to {wish.list_name!r} already, with the words and readers of then.",
            fix="Let it finish, or cancel it first.",
        )
    studio.runner.wake()
    if start_at is None:
        said = f"Issue {number} goes to {wish.list_name!r} now."
    else:
        when = say_moment(start_at, studio.newsletter.zone)
        said = f"Issue {number} goes to {wish.list_name!r} {when}. {parts.outlook().words}"
    return visit.go(f"/issues/{number}/send", said=said)


def _refuse_errors(studio: Studio, version: Version, audience: Audience, *, despite: bool) -> None:
    """Raise NotNow for an error that `check` finds, unless other words than those in the folder were approved."""
    if version.proof and not version.is_edited:
        errors = that_stop(check_counting(studio.parts, version.proof, audience), despite=despite)
        if errors:
            raise NotNow(f"{errors[0].message} Nothing was sent.", fix=errors[0].fix, place=errors[0].place)


def _send_next(
    studio: Studio, visit: Visit, audience: Audience, wish: SendWish, edition: Edition, *, despite: bool
) -> Response:
    """Put the issue into the next slot of the list's schedule."""
    parts, number = studio.parts, visit.number("number")
    timetable = parts.schedule.timetables.find(wish.list_name)
    if timetable is None:
        raise Mistake(f"No schedule is set for {wish.list_name!r}.", fix="Set one under Settings.")
    try:
        slot = send_next(
            desk_of(parts),
            timetable,
            number,
            by=visit.who.name,
            segment=audience.segment,
            despite_findings=despite,
            seen=edition.digest,
        )
    except FindingsUnanswered as unanswered:
        return visit.go(f"/issues/{number}/send#before", said=unanswered.message)
    said = f"It goes out {say_moment(slot.due_at, timetable.cadence.zone)}. {parts.outlook(of_slot=True).words}"
    return visit.go(f"/issues/{number}/send", said=said)


def control(studio: Studio, visit: Visit) -> Response:
    """Pause, go on, cancel; and what to do about readers who may or may not have it."""
    parts, number, act = studio.parts, visit.number("number"), visit.text("act")
    if act == "pause":
        said = "Paused." if parts.ledger.control.pause(number, f"paused by {visit.who.name}") else "It was over."
    elif act == "resume":
        parts.ledger.control.resume(number)
        # Resuming a sending that had missed its time sends it now: it must not be held for that again.
        parts.ledger.control.start_due(studio.now())
        studio.runner.wake()
        said = "It goes on."
    elif act == "now":
        waiting = [one for one in parts.ledger.mailings.list_in([MailingStatus.SCHEDULED]) if one.issue == number]
        moved = [one for one in waiting if parts.schedule.sendings.move_start(one.id, studio.now())]
        parts.ledger.control.start_due(studio.now())
        studio.runner.wake()
        said = "It goes now." if moved else "Nothing of this issue waits for its time."
    elif act == "cancel":
        parts.ledger.control.cancel(number)
        said = "Cancelled. Who has it has it; nobody else will get it."
    else:
        said = _settle(studio, number, act)
    return visit.go(f"/issues/{number}/send", said=said)


def _settle(studio: Studio, number: int, act: str) -> str:
    """Look what became of readers who may or may not have the issue, send it to them again, or leave them."""
    parts = studio.parts
    parts.sweep()
    if act == "look":
        found = look(parts.looker, number)
        studio.runner.wake()
        return f"{found.found:,} have it, {found.absent:,} don't and are queued again, {found.uncertain:,} are unknown."
    if act == "resend":
        n_readers = send_again(parts.looker, number)
        studio.runner.wake()
        return f"{n_readers:,} are queued again."
    if act == "leave":
        return f"{leave(parts.looker, number):,} are left as they are."
    raise NoSuchAct


def approve(studio: Studio, visit: Visit) -> Response:
    """Pin the issue to the words that it has now, or take that back."""
    number, desk = visit.number("number"), desk_of(studio.parts)
    if visit.text("act") == "withdraw":
        withdraw_approval(desk, number)
        return visit.go(f"/issues/{number}/send", said="The approval is taken back.")
    seen = visit.text("words")
    if seen and seen != press(studio.parts.shelf, studio.newsletter, number).rendered.edition.digest:
        return _look_again(visit, number, seen, "Nothing was approved: the words were changed since you looked.")
    try:
        approve_issue(desk, number, by=visit.who.name, despite_findings=visit.text("despite") == "yes", seen=seen)
    except FindingsUnanswered as unanswered:
        return visit.go(f"/issues/{number}/send#before", said=unanswered.message)
    back = {"home": "", "compose": f"/issues/{number}"}.get(visit.text("back"), f"/issues/{number}/send")
    return visit.go(back, said="Approved: these words go, whatever is edited afterwards.")


def progress(studio: Studio, visit: Visit) -> Response:
    """How far each sending of the issue is, from the batches: cheap enough to ask every second."""
    parts, number = studio.parts, visit.number("number")
    rows = [one for one in parts.ledger.mailings.list_in(list(MailingStatus)) if one.issue == number]
    return visit.json({"mailings": [_progress(studio, row) for row in rows[-10:]]})


def _progress(studio: Studio, row: MailingRow) -> dict[str, object]:
    settled, planned = studio.parts.ledger.accounts.progress(row.id)
    return {
        "id": row.id,
        "status": row.status.value,
        "settled": settled,
        "planned": planned,
        "why": row.pause_reason,
        "waits": _waits(studio, row),
    }


def _waits(studio: Studio, row: MailingRow) -> str:
    """Why it does not move, and until when; empty where it does, or where the reason is shown already."""
    config = studio.parts.config
    if row.status is not MailingStatus.SENDING:
        return ""
    halt = studio.parts.ledger.halts.find(row.id, provider=config.provider, pace=config.pace)
    return say_halt(halt, now=studio.now(), zone=studio.newsletter.zone) if halt else ""


def _wish(read: Callable[[str], str], lists: tuple[str, ...]) -> SendWish:
    when = read("when") or "now"
    if when not in _WHEN:
        raise Mistake("It can go now, in the next slot, or at a time.", fix="Load the page again, and choose one.")
    return SendWish(
        read("list") or next(iter(lists), ""), read("segment"), when, read("at"), _first(read("first"), when)
    )


def _first(text: str, when: str) -> int:
    if not text.strip():
        return 0
    number = read_number(text.strip())
    if number is None or not 0 < number <= _MOST_FIRST:
        raise Mistake(f"A few first are 1 to {_MOST_FIRST:,} readers.", fix="Type a number, or leave it empty.")
    if when == "next":
        raise Mistake(
            "A slot sends to everybody at once.", fix="Choose a time instead, or leave the few that go first empty."
        )
    return number


def _moment(studio: Studio, wish: SendWish) -> datetime:
    return parse_moment(wish.at, now=studio.now(), zone=studio.newsletter.zone).at


def _said_when(studio: Studio, wish: SendWish) -> str:
    if wish.when == "at":
        return say_moment(_moment(studio, wish), studio.newsletter.zone)
    timetable = studio.parts.schedule.timetables.find(wish.list_name) if wish.when == "next" else None
    at = _next_slot(studio, wish)
    return say_moment(at, timetable.cadence.zone) if timetable and at else "now"


def _next_slot(studio: Studio, wish: SendWish) -> datetime | None:
    timetable = studio.parts.schedule.timetables.find(wish.list_name) if wish.when == "next" else None
    following = next(timetable.cadence.after(studio.now()), None) if timetable else None
    return following.at if following else None


def _audience(studio: Studio, number: int, wish: SendWish) -> Audience:
    """The readers that the form asks for. Raises Mistake for a list or a time that does not exist."""
    parts = studio.parts
    if parts.readers.find_list(wish.list_name) is None:
        raise Missing(f"There is no list called {wish.list_name!r}.", fix="Choose one of those there are.")
    question = parts.segments.get(wish.segment) if wish.segment else ""
    at = _moment(studio, wish) if wish.when == "at" else _next_slot(studio, wish)
    return Audience(lists=(wish.list_name,), issue=number, segment=question, at=at)


def _forecast(studio: Studio, number: int, audience: Audience, tally: Tally | None) -> Forecast | None:
    """The readers it would reach; None while they are being counted. An older count is not good enough for a last look."""
    [list_name] = audience.lists
    count = partial(studio.parts.ledger.forecasts.make, number, list_name, segment=audience.segment, at=audience.at)
    # Readers who were planned meanwhile change the question.
    key = ("forecast", audience, tally.planned if tally else 0)
    return studio.cache.ask(key, count, fresh_for=_LAST_LOOK_SECONDS, stale_for=0.0)


def _version(studio: Studio, number: int) -> tuple[Version | None, NewsletterError | None]:
    """What would go now, and what is wrong with the folder."""
    try:
        version = version_that_goes(desk_of(studio.parts), number)
    except NewsletterError as error:
        return None, error
    return version, version.problem


def _subject(studio: Studio, edition: Edition) -> str:
    return sample(edition, studio.newsletter, studio.parts.key, None, list_id=0, date=studio.now()).subject


def _look_again(visit: Visit, number: int, seen: str, said: str, wish: SendWish | None = None) -> Response:
    """The look that was asked for, with what changed since the one before."""
    asked: dict[str, object] = {"seen": seen}
    if wish:
        asked |= {"list": wish.list_name, "segment": wish.segment, "when": wish.when, "at": wish.at}
        asked |= {"first": wish.first or ""}
    return visit.go(f"/issues/{number}/send?{urlencode(asked)}#moved", said=said)


def _moved(studio: Studio, seen: str, version: Version | None) -> list[DiffLine] | None:
    """What changed since the look at `seen`; None where nothing did, empty where its words are no longer remembered."""
    shown = (version.edition, *([version.proof.rendered.edition] if version.proof else [])) if version else ()
    if not seen or seen in {edition.digest for edition in shown}:
        return None
    before = studio.looks.find(seen)
    return studio.changes(before, shown[-1]) if before and shown else []


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval, and how the words differ from it today."""

    approval: Approval
    is_changed: bool
    lines: list[DiffLine]


def _approval(studio: Studio, version: Version) -> Approved | None:
    if version.approval is None:
        return None
    lines = studio.changes(version.edition, version.proof.rendered.edition) if version.proof else []
    return Approved(version.approval, version.is_edited, lines)


PAGES = (
    Page(path="/issues/{number:int}/send", show=show, change=send, do=Role.EDITOR),
    Page(path="/issues/{number:int}/control", change=control, do=Role.EDITOR),
    Page(path="/issues/{number:int}/approve", change=approve, do=Role.EDITOR),
    Page(path="/issues/{number:int}/progress", show=progress),
)
