"""The do-not-mail list: addresses that get nothing whatever a list says, why, and which of them may come off it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.audience.do_not_mail import LIFTABLE, REASONS, SAYABLE, block, lift
from newsletter.web.studio.page import Page
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SuppressionReason

if TYPE_CHECKING:
    from newsletter.web.studio.studio import Studio
    from newsletter.web.studio.visit import Visit

_PER_PAGE = 50


def show(studio: Studio, visit: Visit) -> Response:
    """The newest first; `?q=` a beginning of the address, `?reason=`, `?after=`."""
    roster, text, reason = studio.parts.roster, visit.asked("q"), visit.asked("reason")
    wanted = SuppressionReason(reason) if reason in set(SuppressionReason) else None
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
        provider=studio.parts.config.provider,
    )


def act(studio: Studio, visit: Visit) -> Response:
    """Put an address on the list; or take one off, unless it is there by the person's own word."""
    if visit.text("act") == "add":
        reason = visit.text("reason")
        if reason not in SAYABLE:
            raise Mistake("Say why.", fix=f"One of: {', '.join(REASONS[one] for one in SAYABLE)}.")
        email = block(studio.parts.readers, visit.text("email"), SuppressionReason(reason))
        return visit.go("/readers/do-not-mail", said=f"Nothing goes to {email} any more.")
    if visit.text("act") == "lift":
        lift(studio.parts.roster, visit.text("address"))
        return visit.go(
            "/readers/do-not-mail", said=f"{visit.text('address')} may be mailed again, on the lists that it is on."
        )
    raise Mistake("This page sent something that there is not to do.", fix="Load the page again.")


PAGES = (Page(path="/readers/do-not-mail", show=show, change=act),)
