"""Readers: who gets the newsletter, a page at a time, and a search that answers while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, Response

from newsletter.consent.ask import why_quiet
from newsletter.consent.do_not_mail import REASONS
from newsletter.readers.address import is_plain
from newsletter.readers.among import Among, FoundReaders
from newsletter.readers.roster_sql import Roster
from newsletter.web.studio.page import Page
from newsletter.web.studio.readers.imports import open_uploads
from newsletter.web.studio.studio import HEADERS, Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.subscriber import Subscriber, SubscriptionStatus

_ALONE, _TOGETHER = 50, 20
_BLOCKED, _RESTING = "do-not-mail", "resting"
STANDINGS = {
    "active": "get it",
    "pending": "not confirmed",
    _RESTING: "take a break",
    "ended": "left",
    _BLOCKED: "blocked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People under one heading. `more` is the address of those behind them."""

    title: str
    people: Sequence[Subscriber]
    more: str


def show(studio: Studio, visit: Visit) -> Response:
    """`?q=` a beginning of an address or a name, `?list=`, `?standing=`; `?by=` and `?after=` lead on."""
    tally = studio.lists()
    return studio.page(
        visit,
        "readers.html",
        **_looked(studio, visit),
        tally=tally,
        is_counting=tally is None,
        pages=studio.parts.readers.list_pages(),
        standings=STANDINGS,
        uploads=open_uploads(studio),
        asked={name: visit.asked(name) for name in ("q", "list", "standing")},
    )


def piece(studio: Studio, visit: Visit) -> Response:
    """The rows alone, for the script that searches as one types."""
    return HTMLResponse(studio.piece("readers_found.html", **_looked(studio, visit)), headers=HEADERS)


def _looked(studio: Studio, visit: Visit) -> dict[str, Any]:
    text, among = visit.asked("q"), among_asked(visit)
    groups = _groups(studio.parts.roster, visit, text, among)
    nobody = not any(group.people or group.more for group in groups)
    return {"groups": groups, "note": _about(studio, text) if nobody and text else "", "q": text, "reasons": REASONS}


def among_asked(visit: Visit) -> Among:
    """What the address asks for; an unknown word asks for nothing."""
    asked = visit.asked("standing")
    standing = SubscriptionStatus.ACTIVE if asked == _RESTING else asked
    return Among(
        list_name=visit.asked("list"),
        status=SubscriptionStatus(standing) if standing in set(SubscriptionStatus) else None,
        is_blocked=asked == _BLOCKED,
        is_resting=asked == _RESTING,
    )


def _groups(roster: Roster, visit: Visit, text: str, among: Among) -> list[Group]:
    by, after = visit.asked("by"), visit.asked("after")
    if not text:
        return [_group("", roster.newest(among, after=after, limit=_ALONE), visit, "")]
    # With an @ it can only be an address; the next page has the kind of the one before.
    alone = "address" if "@" in text else by if by in {"address", "name"} else ""
    groups = []
    if alone in {"", "address"}:
        found = roster.by_address(text, among, after=after, limit=_ALONE if alone else _TOGETHER)
        groups.append(_group("" if "@" in text else f"Addresses that begin with “{text}”", found, visit, "address"))
    if alone in {"", "name"}:
        found = roster.by_name(text, among, after=after, limit=_ALONE if alone else _TOGETHER)
        groups.append(_group(f"Names that begin with “{text}”", found, visit, "name"))
    filled = [group for group in groups if group.people or group.more]
    return filled or groups[:1]


def _group(title: str, found: FoundReaders, visit: Visit, by: str) -> Group:
    kept = {name: value for name in ("q", "list", "standing") if (value := visit.asked(name))}
    more = urlencode({**kept, "by": by, "after": found.after}) if found.after else ""
    return Group(title=title, people=found.people, more=more)


def _about(studio: Studio, text: str) -> str:
    """What is known of an address that no reader has."""
    if not is_plain(text):
        return ""
    erased = studio.parts.consent.profiles.find_erasure(text)
    if erased and erased.returned_at is None:
        return f"The person with this address was erased on {erased.erased_at:%-d %B %Y}."
    reason = studio.parts.readers.find_suppression(text)
    if reason:
        return f"It is nobody's here, and blocked: {REASONS[reason]}."
    former = studio.parts.readers.find_former(text)
    if former:
        where = f" That reader is now {former.present}." if former.present else ""
        return f"Its reader gave it up for another one on {former.moved_at:%-d %B %Y}. It stays off.{where}"
    quiet = why_quiet(studio.parts.consent.unanswered.find(text), studio.parts.clock.now())
    return f"{quiet} To let it be asked at once: newsletter subscribers reopen {text}" if quiet else ""


PAGES = (
    Page(path="/readers", show=show),
    Page(path="/readers/found", show=piece),
)
