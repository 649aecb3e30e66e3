"""This week: what goes out next, what stops it, what was found, and how the last issue fared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.responses import Response

from newsletter.compose.draft import unused_posts
from newsletter.compose.press import press
from newsletter.ports.forecast import Audience
from newsletter.schedule.calendar import calendar
from newsletter.web.studio.broken import readable
from newsletter.web.studio.enter import show as show_entry
from newsletter.web.studio.growth import WEEKS, Chart, drawn
from newsletter.web.studio.health import signs
from newsletter.web.studio.page import Page
from newsletter.wiring.collecting import collect_desk
from newsletter.wiring.timekeeping import desk_of
from newsletter.words.difference import count_changed
from newsletter.words.finding import Finding, Severity
from newsletter.words.mistake import NewsletterError, NotNow
from newsletter.words.moment import say_moment, say_span
from newsletter.words.user import Role

if TYPE_CHECKING:
    from newsletter.ports.ledger import Tally
    from newsletter.ports.reports import Figures
    from newsletter.web.studio.studio import Studio
    from newsletter.web.studio.visit import Visit
    from newsletter.words.issue import Issue
    from newsletter.words.post import Post
    from newsletter.words.slot import Approval

_SHOWN = 5
_GROWTH_SECONDS = 600.0
# What asks or is under way comes first, although its time has passed.
_LOOKED_BACK = timedelta(days=14)
_OPEN = frozenset({"asking", "going", "planning", "sending", "paused"})
_OVER = frozenset({"gone", "skipped", "finished", "cancelled"})


@dataclass(frozen=True, slots=True)
class Last:
    """The issue that was sent last: what was done, and what came of it, once that is counted."""

    tally: Tally
    figures: Figures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What goes out next. Without a time it is the newest issue that was not sent; without an issue there is none yet."""

    issue: Issue | None
    at: datetime | None
    when: str
    until: str
    list_name: str
    n_readers: int | None
    is_held: bool
    status: str = ""
    words: str = ""
    approval: Approval | None = None
    is_changed: bool = False
    n_changed: int = 0
    folder_words: str = ""
    findings: tuple[Finding, ...] | None = ()
    problem: NewsletterError | None = None

    @property
    def n_errors(self) -> int:
        return sum(one.severity is Severity.ERROR for one in self.findings or ())

    @property
    def n_warnings(self) -> int:
        return len(self.findings or ()) - self.n_errors


def show(studio: Studio, visit: Visit) -> Response:
    if visit.user is None or visit.asked("token"):
        return show_entry(studio, visit)
    parts = studio.parts
    found = readable(parts)
    issues = found.issues
    sent = parts.accounts.list_issues_sent()
    last = _last(studio, sent[0]) if sent else None
    unused = unused_posts(found.posts, issues)
    coming = _coming(studio, issues, set(sent))
    growth, is_drawing = _growth(studio, coming)
    return studio.page(
        visit,
        "home.html",
        coming=coming,
        unused=unused,
        last=last,
        problems=found.problems,
        steps=_steps(studio, issues, unused, is_sent=bool(sent)),
        growth=growth,
        is_drawing=is_drawing,
        is_counting=is_drawing
        or bool(last and last.figures is None)
        or bool(coming and (coming.n_readers is None or coming.findings is None)),
        signs=signs(studio),
        waiting=collect_desk(parts).finds.list_finds(limit=_SHOWN + 1),
        shown=_SHOWN,
    )


def hold(studio: Studio, visit: Visit) -> Response:
    """Let no slot of a list send until it is let go again."""
    plan = studio.parts.schedule.find_plan(visit.text("list"))
    if plan is None:
        raise NotNow("There is no schedule for this list any more.", fix="Load the page again.")
    is_held = visit.text("act") == "hold"
    studio.parts.schedule.hold(plan.id, studio.now() if is_held else None)
    return visit.go("", said="On hold: nothing goes by itself." if is_held else "It goes on.")


def _coming(studio: Studio, issues: Sequence[Issue], sent: set[int]) -> Coming | None:
    parts, now = studio.parts, studio.now()
    by_number = {issue.number: issue for issue in issues}
    desk = desk_of(parts)
    plans = {plan.list_name: plan for plan in parts.schedule.list_plans()}
    lines = [line for line in calendar(desk, since=now - _LOOKED_BACK, n_ahead=1) if line.kind != "left out"]
    open_lines = [line for line in lines if line.status in _OPEN or (line.at >= now and line.status not in _OVER)]
    if open_lines:
        line = open_lines[0]
        plan = plans.get(line.list_name)
        return _with_issue(
            studio,
            Coming(
                issue=by_number.get(line.issue or 0),
                at=line.at,
                when=say_moment(line.at, line.zone),
                until=say_span(max(line.at - now, timedelta(0))),
                list_name=line.list_name,
                n_readers=None,
                is_held=bool(plan and plan.held_at),
                status=line.status,
                words=line.words,
            ),
        )
    left = [issue for issue in issues if issue.number not in sent and not issue.moved_in]
    if not left:
        return None
    issue = left[-1]
    lists = parts.readers.list_names()
    name = next((one for one in issue.lists if one in lists), lists[0] if lists else "")
    plain = Coming(issue=issue, at=None, when="", until="", list_name=name, n_readers=None, is_held=False)
    return _with_issue(studio, plain)


def _with_issue(studio: Studio, coming: Coming) -> Coming:
    """With how many it goes to, what stops its issue, and whether its words are still those that were approved."""
    if coming.issue is None:
        whom = Audience(lists=(coming.list_name,), at=coming.at)
        return replace(coming, n_readers=_count(studio, coming.list_name, whom))
    number = coming.issue.number
    approval = studio.parts.schedule.find_approval(number)
    segment = approval.segment if approval and coming.at else ""
    whom = Audience(lists=(coming.list_name,), issue=number, segment=segment, at=coming.at)
    coming = replace(coming, n_readers=_count(studio, coming.list_name, whom), approval=approval)
    try:
        proof = press(studio.parts.shelf, studio.newsletter, number)
    except NewsletterError as error:
        return replace(coming, is_changed=approval is not None, problem=error)
    digest = proof.rendered.edition.digest
    found = studio.findings(proof, whom if coming.list_name else None)
    is_changed = approval is not None and approval.digest != digest
    approved = studio.parts.ledger.get_edition(approval.digest) if approval else proof.rendered.edition
    n_changed = count_changed(studio.changes(approved, proof.rendered.edition))
    words = studio.looks.show(proof.rendered.edition)
    known = replace(coming, is_changed=is_changed, n_changed=n_changed, folder_words=words)
    return replace(known, findings=None if found is None else tuple(found))


def _count(studio: Studio, list_name: str, whom: Audience) -> int | None:
    """How many get what goes to a list; None while it is being counted."""
    parts = studio.parts
    going = parts.ledger.find_unfinished(whom.issue, list_name) if whom.issue is not None else None
    if going:
        return studio.waiting(going.id)

    def count() -> int:
        if whom.issue is None:
            return parts.readers.count_active(list_name, at=whom.at)
        return parts.forecasts.forecast(whom.issue, list_name, segment=whom.segment, at=whom.at).goes

    return studio.remembered.ask(("readers", whom), count)


def _last(studio: Studio, number: int) -> Last | None:
    tally = studio.parts.tallies.find_tally(number)
    return Last(tally, studio.figures(number)) if tally else None


def _growth(studio: Studio, coming: Coming | None) -> tuple[Chart | None, bool]:
    """The readers of the list that is next, or of the first there is, where there are any; and whether they are being
    counted."""
    name = coming.list_name if coming and coming.list_name else next(iter(studio.parts.readers.list_names()), "")

    def count() -> tuple[Chart | None]:
        return (drawn(name, studio.parts.growth.by_week(name, now=studio.now(), weeks=WEEKS)),)

    if not name:
        return None, False
    found = studio.remembered.ask(("growth", name), count, fresh_for=_GROWTH_SECONDS)
    return (None, True) if found is None else (found[0], False)


def _steps(
    studio: Studio, issues: Sequence[Issue], unused: Sequence[Post], *, is_sent: bool
) -> list[tuple[bool, str, str]]:
    """The first day: what is done, what it is called, and where it is done. Empty once all of it is."""
    parts = studio.parts
    unnamed = any("sender" in warning or "postal" in warning for warning in parts.config.warnings)
    named = not (unnamed or {"sender", "address"} & {lack.setting for lack in parts.config.lacks})
    steps = [
        (named, "Say who sends it, and from which address", "/settings"),
        (bool(issues) or bool(unused), "Keep a first post", "/finds"),
        (any(not issue.moved_in for issue in issues), "Draft an issue and look at it", "/issues"),
        (parts.readers.has_any(), "Bring your readers in", "/readers"),
        (is_sent, "Send it, for practice first", "/issues"),
    ]
    return [] if all(done for done, _, _ in steps) else steps


# Open only so that the token in its address can be taken; nobody who is not signed in sees more than the way in.
PAGES = (
    Page(path="", show=show, is_open=True),
    Page(path="/hold", change=hold, do=Role.EDITOR),
)
