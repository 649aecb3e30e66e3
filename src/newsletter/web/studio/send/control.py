"""A hand on what is on its way: pause, go on, stop, cancel; and what to do about readers who may or may not have it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from newsletter.ledger.rows import MailingRow, Tally
from newsletter.ledger.settle import leave, look, send_again
from newsletter.web.number import read_number
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.halt import say_halt
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.mistake import NotNow
from newsletter.words.user import Role

_ENDED = (MailingStatus.FINISHED, MailingStatus.CANCELLED)


def control(studio: Studio, visit: Visit) -> Response:
    """Pause, go on, cancel; and what to do about readers who may or may not have it.

    Sending at once and stopping are about the one sending whose button was pressed: others of the issue keep their times.
    """
    parts, number, act = studio.parts, visit.number("number"), visit.text("act")
    only = read_number(visit.text("mailing"))
    if act == "pause":
        said = "Paused." if parts.ledger.control.pause(number, f"paused by {visit.who.name}") else "It was over."
    elif act == "resume":
        parts.ledger.control.resume(number)
        # Resuming a sending that had missed its time sends it now: it must not be held for that again.
        parts.ledger.control.start_due(studio.now())
        studio.runner.wake()
        said = "It goes on."
    elif act == "now":
        waiting = _sendings(studio, number, only, [MailingStatus.SCHEDULED])
        moved = [one for one in waiting if parts.schedule.sendings.move_start(one.id, studio.now())]
        parts.ledger.control.start_due(studio.now())
        studio.runner.wake()
        said = "It goes now." if moved else "Nothing of this issue waits for its time."
    elif act == "cancel":
        parts.ledger.control.cancel(number)
        said = "Cancelled. Readers who have it keep it; nobody else will get it."
    elif act == "stop":
        said = _stop(studio, number, only, by=visit.who.name)
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


def progress(studio: Studio, visit: Visit) -> Response:
    """How far each sending of the issue is, from the batches: cheap enough to ask every second."""
    parts, number = studio.parts, visit.number("number")
    rows = [one for one in parts.ledger.mailings.list_in(list(MailingStatus)) if one.issue == number]
    return visit.json({"mailings": [_progress(studio, row) for row in rows[-10:]]})


def ask_to_cancel(studio: Studio, visit: Visit) -> Response:
    """How many have it and how many would never get it: asked before it is cancelled."""
    parts, number = studio.parts, visit.number("number")
    tally = parts.ledger.tallies.find(number)
    left = [one for one in parts.ledger.mailings.list_in(list(MailingStatus)) if one.issue == number]
    if tally is None or all(one.status in _ENDED for one in left):
        raise NotNow("Nothing of this issue is on its way.", fix="There is nothing to cancel.")
    return studio.page(
        visit,
        "cancel.html",
        issue=parts.issues.get_issue(number),
        n_have=_n_have(tally),
        n_never=tally.handover[HandOver.PENDING],
        is_paused=all(one.status is MailingStatus.PAUSED for one in left if one.status not in _ENDED),
    )


def _n_have(tally: Tally) -> int:
    """Readers who have it, or may have it because their call had begun."""
    return sum(tally.handover[one] for one in (HandOver.ACCEPTED, HandOver.SENDING, HandOver.UNCERTAIN, HandOver.LEFT))


def _sendings(studio: Studio, number: int, only: int | None, states: Sequence[MailingStatus]) -> list[MailingRow]:
    """Those of an issue, or `only` one of them."""
    rows = studio.parts.ledger.mailings.list_in(list(states))
    return [one for one in rows if one.issue == number and only in (None, one.id)]


def _stop(studio: Studio, number: int, only: int | None, *, by: str) -> str:
    """End a sending that has not begun. One that has is paused: its end is a decision of its own."""
    parts = studio.parts
    # First nothing more may be claimed; then it can be seen whether anything was.
    if not parts.ledger.control.pause(number, f"stopped by {by}.", only=only):
        return "It was over."
    rows = _sendings(studio, number, only, [one for one in MailingStatus if one not in _ENDED])
    if any(parts.schedule.sendings.has_begun(one.id) for one in rows):
        return "It had begun, and is paused: some readers have it already."
    parts.ledger.control.cancel(number, only=only)
    return "Stopped: nobody has it."


def _progress(studio: Studio, row: MailingRow) -> dict[str, object]:
    settled, planned = studio.parts.ledger.accounts.progress(row.id)
    return {
        "id": row.id,
        "status": row.status.value,
        "settled": settled,
        "planned": planned,
        "why": row.pause_reason,
        "waits": waits_of(studio, row),
    }


def waits_of(studio: Studio, row: MailingRow) -> str:
    """Why it does not move, and until when; empty where it does, or where the reason is shown already."""
    config = studio.parts.config
    if row.status is not MailingStatus.SENDING:
        return ""
    halt = studio.parts.ledger.halts.find(row.id, provider=config.provider, pace=config.pace)
    return say_halt(halt, now=studio.now(), zone=studio.newsletter.zone) if halt else ""


PAGES = (
    Page(path="/issues/{number:int}/control", change=control, do=Role.EDITOR),
    Page(path="/issues/{number:int}/cancel", show=ask_to_cancel, see=Role.EDITOR),
    Page(path="/issues/{number:int}/progress", show=progress),
)
