"""The last look: the mail itself, to how many it goes and to whom not, what changed since the last test; and the press that sends."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.responses import Response

from newsletter.ledger.rows import MailingRow
from newsletter.schedule.approval import Version, version_that_goes
from newsletter.schedule.choice import FindingsStop, FindingsUnanswered, send_next
from newsletter.segments.audience import Audience
from newsletter.web.number import read_number
from newsletter.web.studio.send.mail import mail_of
from newsletter.web.studio.send.version import approval_of, find_version, is_tested, moved_since, tested_of
from newsletter.web.studio.send.wish import SendWish, audience_of, forecast_of, moment_of, read_wish, said_when
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.clocks import desk_of
from newsletter.wiring.surroundings import check_counting
from newsletter.words.edition import Edition
from newsletter.words.finding import that_stop
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.moment import say_moment

# To more real readers than this nothing goes at once: there is time to stop it, and to say how many they are.
_MANY = 500


def show(studio: Studio, visit: Visit) -> Response:
    """Changes nothing. Raises Mistake for a wish that can't be read, such as a time that has passed."""
    parts, number = studio.parts, visit.number("number")
    issue, wish = parts.issues.get_issue(number), read_wish(visit.asked)
    audience = audience_of(studio, number, wish)
    said = said_when(studio, wish)
    version, problem = find_version(studio, number)
    proof = version.proof if version else None
    findings = studio.findings(proof, audience) if proof else []
    forecast = forecast_of(studio, number, audience, parts.ledger.tallies.find(number))
    tested = tested_of(studio, version) if version else None
    is_real_now = wish.when == "now" and not parts.config.is_practice
    many = forecast is not None and forecast.goes > _MANY and is_real_now
    return studio.page(
        visit,
        "last_look.html",
        issue=issue,
        version=version,
        mail=mail_of(studio, version) if version else None,
        words=studio.looks.show(version.edition) if version else "",
        approval=approval_of(studio, version) if version else None,
        moved=moved_since(studio, visit.asked("seen"), version),
        tested=tested,
        problem=problem,
        findings=findings,
        wish=wish,
        refusal=parts.refusal,
        forecast=forecast,
        said_when=said,
        outlook=parts.outlook(of_slot=wish.when == "next"),
        wait=parts.config.send_wait if many else 0,
        asks_number=many and (tested is None or bool(tested.lines)),
        is_counting=findings is None or forecast is None,
    )


def send(studio: Studio, visit: Visit) -> Response:
    """Plan the sending: from here on it goes, now or at its time, in the words of the last look.

    Where other words would go by now, the look comes back with the difference, and nothing is sent. Errors that `check`
    finds in them stop it unless told otherwise.
    """
    parts, number = studio.parts, visit.number("number")
    parts.check_may_send()
    wish = read_wish(visit.text)
    version = version_that_goes(desk_of(parts), number)
    seen, edition, despite = visit.text("words"), version.edition, visit.text("despite") == "yes"
    if seen not in ("", edition.digest):
        return look_again(visit, number, seen, "Nothing was sent: the words were changed since you looked.", wish)
    audience = audience_of(studio, number, wish)
    _refuse_errors(studio, version, audience, despite=despite)
    if wish.when == "next":
        return _send_next(studio, visit, audience, wish, edition, despite=despite)
    is_many = _is_many(studio, visit, audience, wish)
    if is_many and not is_tested(studio, edition) and not _is_number_typed(visit):
        said = f"Nothing was sent: nobody has tested these words, so type the number of readers, {_shown(visit):,}."
        return look_again(visit, number, edition.digest, said, wish)
    start_at = moment_of(studio, wish) if wish.when == "at" else None
    if is_many and parts.config.send_wait:
        start_at = studio.now() + timedelta(seconds=parts.config.send_wait)
    _open(studio, wish, audience, edition, start_at)
    studio.runner.wake()
    return visit.go(f"/issues/{number}/send", said=_said(studio, number, wish, start_at))


def _open(
    studio: Studio, wish: SendWish, audience: Audience, edition: Edition, start_at: datetime | None
) -> MailingRow:
    parts = studio.parts
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
            f"Issue {edition.issue} is on its way to {wish.list_name!r} already, with the words and readers of then.",
            fix="Let it finish, or cancel it first.",
        )
    return mailing


def _said(studio: Studio, number: int, wish: SendWish, start_at: datetime | None) -> str:
    if start_at is None:
        return f"Issue {number} goes to {wish.list_name!r} now."
    if wish.when == "now":
        return f"Issue {number} goes to {wish.list_name!r} in {studio.parts.config.send_wait} seconds. Until then you can stop it."
    when = say_moment(start_at, studio.newsletter.zone)
    return f"Issue {number} goes to {wish.list_name!r} {when}. {studio.parts.outlook().on_screen}"


def _is_many(studio: Studio, visit: Visit, audience: Audience, wish: SendWish) -> bool:
    """Whether it would go at once to many real readers: as many as the look showed, else as there are."""
    if studio.parts.config.is_practice or wish.when != "now":
        return False
    [list_name] = audience.lists
    shown = _shown(visit)
    forecasts = studio.parts.ledger.forecasts
    n = forecasts.make(audience.issue or 0, list_name, segment=audience.segment).goes if shown is None else shown
    return n > _MANY


def _shown(visit: Visit) -> int | None:
    return read_number(visit.text("goes"))


def _is_number_typed(visit: Visit) -> bool:
    """However its thousands are set apart."""
    typed = "".join(sign for sign in visit.text("typed") if sign not in ",.'’  \u202f\xa0")
    return bool(typed) and read_number(typed) == _shown(visit)


def _refuse_errors(studio: Studio, version: Version, audience: Audience, *, despite: bool) -> None:
    """Raise NotNow for an error that `check` finds, unless other words than those in the folder were approved."""
    if version.proof and not version.is_edited:
        errors = that_stop(check_counting(studio.parts, version.proof, audience), despite=despite)
        if errors:
            raise NotNow(f"{errors[0].shown} Nothing was sent.", fix=errors[0].shown_fix)


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
    except FindingsStop as stopped:
        return visit.go(f"/issues/{number}/send#before", said=f"{stopped.found.shown} Nothing was sent.")
    said = f"It goes out {say_moment(slot.due_at, timetable.cadence.zone)}. {parts.outlook(of_slot=True).on_screen}"
    return visit.go(f"/issues/{number}/send", said=said)


def look_again(visit: Visit, number: int, seen: str, said: str, wish: SendWish | None = None) -> Response:
    """The look that was asked for, with what changed since the one before."""
    asked = f"&{wish.address}" if wish else ""
    return visit.go(f"/issues/{number}/send?seen={seen}{asked}#moved", said=said)
