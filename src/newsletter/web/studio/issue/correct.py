"""Correcting an issue that went: its words, the mail to those who have the wrong ones, and the line in the next issue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.responses import HTMLResponse, Response

from newsletter.compose.press import Proof, press
from newsletter.ledger.corrections.corrections_sql import MailReach, VersionCount
from newsletter.ledger.sample import sample
from newsletter.ledger.settle import leave, look
from newsletter.report.text import say_versions
from newsletter.schedule.choice import FindingsStop, FindingsUnanswered
from newsletter.schedule.corrections.correct import correct_issue, find_line, newest, put_into_next, send_correction
from newsletter.schedule.corrections.mail import correction_mail
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.issue.preview import framed
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.clocks import desk_of
from newsletter.wiring.collect import collect_desk
from newsletter.words.correction import Correction
from newsletter.words.edition import Edition
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.user import Role

# It runs nothing, and its pictures come from here.
_MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_OPEN = (MailingStatus.PLANNING, MailingStatus.SCHEDULED, MailingStatus.SENDING, MailingStatus.PAUSED)
# For somebody who is about to press, an older count is not good enough.
_REACH_SECONDS = 5.0


def show(studio: Studio, visit: Visit) -> Response:
    """What went, what is different in the words of now, and who has which. Looking changes nothing."""
    parts, number = studio.parts, visit.number("number")
    tally = parts.ledger.tallies.find(number)
    held = parts.ledger.corrections.words_that_hold(number)
    if tally is None or held is None or not parts.ledger.corrections.has_begun(number):
        raise Missing(f"Issue {number} has gone to nobody yet.", fix="Change its words and approve it again.")
    proof, problem = _proof(studio, number)
    before = parts.ledger.mailings.get_edition(held)
    now = proof.rendered.edition if proof else before
    made = parts.ledger.corrections.list_of(number)
    last = made[-1] if made else None
    reach = _reach(studio, last) if last else None
    versions = _versions(studio, number, last)
    mail = _mail(studio, last) if last else None
    return studio.page(
        visit,
        "correct.html",
        number=number,
        subject=_subject(studio, now),
        tally=tally,
        is_paused=any(one.status is MailingStatus.PAUSED for one in tally.mailings),
        problem=problem,
        is_different=now.digest != held,
        lines=studio.changes(before, now),
        words=studio.looks.show(now),
        made=made,
        last=last,
        versions=None if versions is None else say_versions([one.accepted for one in versions]),
        reach=reach,
        is_counting=versions is None or (last is not None and reach is None),
        mail=mail,
        mail_words=studio.looks.show(mail.rendered.edition) if mail else "",
        mail_subject=_subject(studio, mail.rendered.edition) if mail else "",
        going=[one for one in parts.ledger.mailings.list_in(_OPEN) if last and one.issue == last.mail],
        line_in=find_line(readable(parts).issues, last) if last else None,
        refusal=parts.refusal,
    )


def change(studio: Studio, visit: Visit) -> Response:
    """One press of the page."""
    number, act = visit.number("number"), visit.text("act")
    press_of = {"correct": _correct, "mail": _send, "line": _put_line}.get(act, _control)
    return visit.go(f"/issues/{number}/correct", said=press_of(studio, visit, number))


def _correct(studio: Studio, visit: Visit, number: int) -> str:
    desk = desk_of(studio.parts)
    try:
        done = correct_issue(
            desk,
            number,
            note=visit.text("note"),
            by=visit.who.name,
            seen=visit.text("words"),
            despite_findings=visit.text("despite") == "yes",
        )
    except FindingsUnanswered as unanswered:
        each = "\n".join(f"- {one.shown} {one.shown_fix}" for one in unanswered.questions)
        raise Mistake("Nothing was corrected: some findings are not answered yet.", fix=each) from unanswered
    except FindingsStop as stopped:
        raise Mistake(f"{stopped.found.shown} Nothing was corrected.", fix=stopped.found.shown_fix) from stopped
    studio.runner.wake()
    return f"Issue {number} is corrected. {_put(studio, visit, done)}"


def _put_line(studio: Studio, visit: Visit, number: int) -> str:
    return _put(studio, visit, newest(desk_of(studio.parts), number))


def _put(studio: Studio, visit: Visit, of: Correction) -> str:
    """The issue is corrected by now, whatever becomes of the line: it can be put in later, by its button."""
    try:
        into = put_into_next(desk_of(studio.parts), collect_desk(studio.parts), of, by=visit.who.name)
    except NewsletterError as error:
        return f"The line for the next issue was not added: {error.message}"
    if into is None:
        return "The next issue is approved already: the line for it waits on the shortlist."
    return f"A line about it stands in issue {into}."


def _send(studio: Studio, visit: Visit, number: int) -> str:
    studio.parts.check_may_send()
    studio.parts.sweep()
    desk = desk_of(studio.parts)
    send_correction(desk, newest(desk, number), by=visit.who.name, seen=visit.text("words"))
    studio.runner.wake()
    return "The correction is on its way."


def _control(studio: Studio, visit: Visit, number: int) -> str:
    """Pause the mail of the last correction, go on, end it, or say what to do about readers in doubt."""
    parts, act = studio.parts, visit.text("act")
    mail = newest(desk_of(parts), number).mail
    if act == "pause":
        return "Paused." if parts.ledger.control.pause(mail, f"paused by {visit.who.name}") else "It was over."
    if act == "resume":
        parts.ledger.control.resume(mail)
        studio.runner.wake()
        return "It goes on."
    if act == "cancel":
        parts.ledger.control.cancel(mail)
        return "Ended. Readers who have the correction keep it; nobody else will get it."
    parts.sweep()
    if act == "look":
        found = look(parts.looker, mail)
        studio.runner.wake()
        return f"{found.found:,} have it, {found.absent:,} don't and get it now, {found.uncertain:,} are unknown."
    if act == "leave":
        return f"{leave(parts.looker, mail):,} are left as they are."
    raise NoSuchAct


def mail(studio: Studio, visit: Visit) -> Response:
    """The mail of the last correction as an unknown reader gets it, for a frame."""
    of = newest(desk_of(studio.parts), visit.number("number"))
    edition = correction_mail(desk_of(studio.parts), of).rendered.edition
    shown = sample(edition, studio.newsletter, studio.parts.key, None, list_id=0, date=studio.now())
    return HTMLResponse(framed(studio, shown.html), headers={"Content-Security-Policy": _MAIL_POLICY})


def _proof(studio: Studio, number: int) -> tuple[Proof | None, NewsletterError | None]:
    try:
        return press(studio.parts.shelf, studio.newsletter, number), None
    except NewsletterError as problem:
        return None, problem


def _mail(studio: Studio, of: Correction) -> Proof | None:
    """None where the issue or its template can't be read; the page says why."""
    try:
        return correction_mail(desk_of(studio.parts), of)
    except NewsletterError:
        return None


def _reach(studio: Studio, of: Correction) -> MailReach | None:
    """None while its readers are being counted."""
    tally = studio.parts.ledger.tallies.find(of.mail)
    # Readers who were planned meanwhile change the question.
    key = ("correction", of.id, tally.planned if tally else 0)
    count = partial(studio.parts.ledger.corrections.count_reach, of)
    return studio.cache.ask(key, count, fresh_for=_REACH_SECONDS, stale_for=0.0)


def _versions(studio: Studio, number: int, last: Correction | None) -> Sequence[VersionCount] | None:
    """How many readers have which words; None while they are being counted."""
    if last is None:
        return ()
    return studio.cache.ask(("versions", last.id), partial(studio.parts.ledger.corrections.count_versions, number))


def _subject(studio: Studio, edition: Edition) -> str:
    return sample(edition, studio.newsletter, studio.parts.key, None, list_id=0, date=studio.now()).subject


PAGES = (
    Page(path="/issues/{number:int}/correct", show=show, change=change, see=Role.EDITOR, do=Role.EDITOR),
    Page(path="/issues/{number:int}/correct/mail", show=mail, see=Role.EDITOR),
)
