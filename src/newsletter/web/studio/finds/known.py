"""What is known of a page before it is saved: in which issues it ran, and who saved it when."""

from __future__ import annotations

from datetime import datetime

from newsletter.collect.desk import CollectDesk
from newsletter.collect.seen import PostSeen, seen_before
from newsletter.collect.triage.find_page_sql import find_page
from newsletter.web.studio.finds.next_issue import next_issue
from newsletter.web.studio.finds.shown import say_runs
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import Find, FindStatus, Origin
from newsletter.words.user import User

_SAVED_BY = "saved by "


def saved_by(user: User) -> str:
    """What a find keeps of the person who saved it in the studio."""
    return f"{_SAVED_BY}{user.name}"


def known(studio: Studio, visit: Visit, url: str) -> list[str]:
    """`Ran in 41.` and `Ben saved it on Monday.`, as far as either is so."""
    desk = collect_desk(studio.parts)
    find = find_page(studio.parts.engine, url)
    return [*posts_with(studio, desk, url), *([_saved(studio, visit, find)] if find else [])]


def posts_with(studio: Studio, desk: CollectDesk, url: str) -> list[str]:
    """A sentence for each post that is about this page or links to it."""
    seen = seen_before(url, desk.posts, desk.issues)
    if not seen:
        return []
    sent = set(studio.parts.ledger.accounts.list_issues_sent())
    number = next_issue(studio, readable(studio.parts)).number
    return [_sentence(one, sent, number) for one in seen]


def _sentence(seen: PostSeen, sent: set[int], next_number: int) -> str:
    runs = say_runs(seen.issues, sent, next_number)
    if not seen.is_source:
        return f"“{seen.title}” links to it{f' and {runs}' if runs else ''}."
    return f"{runs[:1].upper()}{runs[1:]}: “{seen.title}”." if runs else f"On the shortlist: “{seen.title}”."


def _saved(studio: Studio, visit: Visit, find: Find) -> str:
    dropped = ", and it was dropped" if find.status is FindStatus.DISMISSED else ""
    return f"{_how_it_came(find, visit.who)} {_day(studio, find.found_at)}{dropped}."


def _how_it_came(find: Find, reader: User) -> str:
    if find.source.startswith(_SAVED_BY):
        name = find.source.removeprefix(_SAVED_BY)
        return f"{'You' if name == reader.name else name} saved it"
    if find.origin is Origin.KEY:
        return f"It was saved by “{find.source}”"
    return f"It came from {find.source or find.site or 'elsewhere'}"


def _day(studio: Studio, at: datetime) -> str:
    """`today`, `yesterday`, `on Monday` within the week, else `on 3 November 2026`."""
    day, today = studio.local(at).date(), studio.local(studio.now()).date()
    days = (today - day).days
    if days < 2:
        return "today" if days < 1 else "yesterday"
    return f"on {day:%A}" if days < 7 else f"on {studio.said_day(at)}"
