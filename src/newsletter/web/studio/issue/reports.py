"""What came of each issue: a line for every one that went, and a page of figures."""

from __future__ import annotations

from markupsafe import Markup
from starlette.responses import Response

from newsletter.report.page import as_beginning, as_fragment
from newsletter.web.number import read_number
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing

_SHOWN = 12


def show(studio: Studio, visit: Visit) -> Response:
    """The newest issues that went, and older ones by `?before=`."""
    parts = studio.parts
    before = read_number(visit.asked("before"))
    numbers = [one for one in parts.ledger.accounts.list_issues_sent() if before is None or one < before]
    subjects = {issue.number: issue.subject for issue in readable(parts).issues}
    went = parts.ledger.tallies.list_went(numbers[:_SHOWN])
    rows = [
        (number, subjects.get(number, ""), tally, went.get(number))
        for number in numbers[:_SHOWN]
        if (tally := parts.ledger.tallies.find(number))
    ]
    older = numbers[_SHOWN - 1] if len(numbers) > _SHOWN else None
    return studio.page(visit, "reports.html", rows=rows, older=older, now=studio.now())


def one(studio: Studio, visit: Visit) -> Response:
    number = visit.number("number")
    tally = studio.parts.ledger.tallies.find(number)
    if tally is None:
        raise Missing(f"Issue {number} was never sent.", fix="Send it first.")
    figures = studio.figures(number)
    fragment = as_fragment(figures, studio.parts.config.tracking) if figures else as_beginning(tally)
    # Every text in it that comes from readers or pages is escaped where it is made.
    report = Markup(fragment)  # noqa: S704
    went_at = studio.parts.ledger.tallies.list_went([number]).get(number)
    return studio.page(
        visit,
        "report.html",
        number=number,
        tally=tally,
        went_at=went_at,
        now=studio.now(),
        report=report,
        is_counting=figures is None,
    )


PAGES = (
    Page(path="/reports", show=show),
    Page(path="/reports/{number:int}", show=one),
)
