"""The do-not-mail list: addresses that get nothing from any list, why, and which of them may come off it."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.consent.do_not_mail import LIFTABLE, REASONS, SAYABLE, block, lift
from newsletter.feedback.wrong_bounces import read_which
from newsletter.web.number import read_number
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SuppressionReason

_PER_PAGE = 50
# The fields by which wrong bounces are found.
_WHICH = ("issue", "since", "until", "domain")


def show(studio: Studio, visit: Visit) -> Response:
    """The newest first; `?q=` a beginning of the address, `?reason=`, `?after=`. `?issue=` and others: wrong bounces."""
    roster, text, reason = studio.parts.roster, visit.asked("q"), visit.asked("reason")
    wanted = SuppressionReason(reason) if reason in set(SuppressionReason) else None
    zone, bounces = studio.parts.config.newsletter.zone, studio.parts.wrong_bounces
    asked = {name: visit.asked(name) for name in _WHICH}
    which, looked, wrong = None, None, ""
    if any(asked.values()):
        try:
            which = read_which(**asked, zone=zone)
            looked = bounces.look(which)
        except Mistake as mistake:
            wrong = f"{mistake.message} {mistake.fix}"
    blocked, after = roster.do_not_mail(text, reason=wanted, after=visit.asked("after"), limit=_PER_PAGE)
    return studio.page(
        visit,
        "do_not_mail.html",
        blocked=blocked,
        more=urlencode({"q": text, "reason": reason, "after": after}) if after else "",
        n_blocked=roster.count_blocked(),
        reasons=REASONS,
        sayable=SAYABLE,
        liftable=LIFTABLE,
        q=text,
        reason=reason,
        provider=studio.parts.config.kind,
        asked=asked,
        asked_in_words=which.in_words(zone) if which else "",
        looked=looked,
        wrong=wrong,
        undone=[(one, one.which.in_words(zone)) for one in bounces.list_undone(most=5)],
    )


def act(studio: Studio, visit: Visit) -> Response:
    """Put an address on the list; or take one off, unless the person wished to be there."""
    match visit.text("act"):
        case "add":
            said = _add(studio, visit)
        case "lift":
            lift(studio.parts.consent.membership, visit.text("address"))
            said = f"{visit.text('address')} may be mailed again, on the lists that it is on."
        case "undo":
            said = _undo(studio, visit)
        case "put-back":
            said = _put_back(studio, visit)
        case _:
            raise NoSuchAct
    return visit.go("/readers/do-not-mail", said=said)


def _add(studio: Studio, visit: Visit) -> str:
    reason = visit.text("reason")
    if reason not in SAYABLE:
        raise Mistake("Say why.", fix=f"One of: {', '.join(REASONS[one] for one in SAYABLE)}.")
    email = block(studio.parts.consent.membership, visit.text("email"), SuppressionReason(reason))
    return f"Nothing goes to {email} any more."


def _put_back(studio: Studio, visit: Visit) -> str:
    number = read_number(visit.text("number"))
    n_addresses = None if number is None else studio.parts.wrong_bounces.put_back(number)
    if n_addresses is None:
        raise Mistake("There is nothing to put back.", fix="Load the page again.")
    return f"{n_addresses:,} addresses are blocked again."


def _undo(studio: Studio, visit: Visit) -> str:
    which = read_which(**{name: visit.text(name) for name in _WHICH}, zone=studio.parts.config.newsletter.zone)
    done = studio.parts.wrong_bounces.undo(which)
    if done is None:
        return "Nobody is off because of such bounces any more."
    return f"{done.n_addresses:,} addresses may be mailed again, and {done.n_subscriptions:,} subscriptions are as they were."


PAGES = (Page(path="/readers/do-not-mail", show=show, change=act),)
