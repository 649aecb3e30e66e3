"""The link that stops an issue, or skips its time: a page for the owner who got the mail at the freeze, on any phone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from newsletter.schedule.stop import Stand, Stoppable, find_stoppable, skip, stop
from newsletter.web.public.forms import Form
from newsletter.web.public.site import Site
from newsletter.wiring.clocks import desk_of


def show(site: Site, request: Request) -> Response:
    """Never changes anything: scanners may open it as often as they like."""
    found = _found(site, request)
    return _page(site, request, found) if found else site.no_such_link(request)


def press(site: Site, request: Request, form: Form) -> Response:
    """Hold the slot, skip it, or pause its sending. Holding the link is the right to do so; it can undo nothing."""
    found = _found(site, request)
    if found is None:
        return site.no_such_link(request)
    if form.text("act") == "skip" and found.may_be_skipped:
        skip(desk_of(site.parts), found)
    elif form.text("act") != "skip":
        stop(desk_of(site.parts), found)
    return _page(site, request, _found(site, request) or found)


def _found(site: Site, request: Request) -> Stoppable | None:
    token = site.token(request, "stop")
    return find_stoppable(desk_of(site.parts), token) if token else None


def _page(site: Site, request: Request, found: Stoppable) -> Response:
    words = site.words(request)
    if found.stand is Stand.SKIPPED:
        return site.message(words, "stop_skipped", issue=found.issue, day=words.day(found.slot.day))
    if found.stand is Stand.OVER or (found.stand is Stand.STOPPED and not found.may_be_skipped):
        return site.message(words, f"stop_{found.stand.value}", issue=found.issue)
    at = found.slot.due_at.astimezone(ZoneInfo(found.timetable.cadence.zone))
    name = f"stop_{found.stand.value}"
    return site.page(
        "button.html",
        words,
        head=words(f"{name}.head", issue=found.issue, time=f"{at:%H:%M}"),
        body=words(
            f"{name}.body",
            list=found.timetable.list_name,
            day=words.day(at.date()),
            zone=found.timetable.cadence.zone,
        ),
        button=words("stop.button") if found.stand is not Stand.STOPPED else "",
        also=("act", "skip", words("stop.skip", day=words.day(found.slot.day))) if found.may_be_skipped else None,
    )
