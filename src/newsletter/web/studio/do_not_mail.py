"""The do-not-mail list: addresses that get nothing whatever a list says, why, and which of them may come off it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.audience.address import check_address, tidy_address
from newsletter.store.roster import SqlRoster
from newsletter.web.studio.page import Page
from newsletter.web.studio.reader import LIFTABLE
from newsletter.web.studio.readers import REASONS
from newsletter.words.mistake import Missing, Mistake, NotNow
from newsletter.words.subscriber import SuppressionReason

if TYPE_CHECKING:
    from newsletter.web.studio.studio import Studio
    from newsletter.web.studio.visit import Visit

_PER_PAGE = 50
# Reasons that somebody here may know of. That mail bounced is for a mail server to say.
_SAYABLE = (SuppressionReason.MANUAL, SuppressionReason.UNSUBSCRIBE, SuppressionReason.COMPLAINT)


def show(studio: Studio, visit: Visit) -> Response:
    """The newest first; `?q=` a beginning of the address, `?reason=`, `?after=`."""
    roster, text, reason = SqlRoster(studio.parts.engine), visit.asked("q"), visit.asked("reason")
    wanted = SuppressionReason(reason) if reason in set(SuppressionReason) else None
    blocked, after = roster.do_not_mail(text, reason=wanted, after=visit.asked("after"), limit=_PER_PAGE)
    return studio.page(
        visit,
        "do_not_mail.html",
        blocked=blocked,
        more=urlencode({"q": text, "reason": reason, "after": after}) if after else "",
        n_blocked=roster.count_blocked(),
        reasons=REASONS,
        sayable=_SAYABLE,
        liftable=LIFTABLE,
        q=text,
        reason=reason,
        provider=studio.parts.config.provider,
    )


def act(studio: Studio, visit: Visit) -> Response:
    """Put an address on the list; or take one off, unless it is there by the person's own word."""
    if visit.text("act") == "add":
        email, reason = check_address(tidy_address(visit.text("email"))[0]), visit.text("reason")
        if reason not in _SAYABLE:
            raise Mistake("Say why.", fix=f"One of: {', '.join(REASONS[one] for one in _SAYABLE)}.")
        studio.parts.readers.suppress(email, SuppressionReason(reason))
        if studio.parts.readers.find_suppression(email) is None:
            raise NotNow("This person was erased, so nothing goes there, and the address is not written down again.")
        return visit.go("/readers/do-not-mail", said=f"Nothing goes to {email} any more.")
    if visit.text("act") == "lift":
        address = visit.text("address")
        found = SqlRoster(studio.parts.engine).lift(address, LIFTABLE)
        if found is None:
            raise Missing(f"{address} is not on the do-not-mail list.", fix="Load the page again.")
        if found not in LIFTABLE:
            raise NotNow(
                f"{address} stays on the do-not-mail list: {REASONS[found]}.",
                fix="That is the person's own word. Nobody else can take it back.",
            )
        return visit.go("/readers/do-not-mail", said=f"{address} may be mailed again, on the lists that it is on.")
    raise Mistake("This page sent something that there is not to do.", fix="Load the page again.")


PAGES = (Page(path="/readers/do-not-mail", show=show, change=act),)
