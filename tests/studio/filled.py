"""A studio in the middle of its week: one issue that went, one that waits for Thursday, finds, feeds, users; and its pages."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

from newsletter.cli.serve.pages import listener_at, serve_pages
from newsletter.compose.press import press
from newsletter.folder.bundle import bundled
from newsletter.folder.habits_file import Habit
from newsletter.jobs.pulse import Pulse
from newsletter.readers.rows import ReaderRow
from newsletter.schedule.choice import approve_issue
from newsletter.schedule.setting import set_timetable
from newsletter.web.studio.routes import PAGES
from newsletter.web.studio.session import token_address
from newsletter.wiring import Parts, open_newsletter
from newsletter.wiring.clocks import desk_of
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindDraft, Origin
from newsletter.words.slot import Ways
from newsletter.words.subscriber import SubscriptionStatus
from newsletter.words.times.cadence_text import parse_cadence
from newsletter.words.user import Role
from tests.ready import put_database

_FIRST = ("Ana", "Ben", "Chidi", "Dagny", "Emre", "Füsun", "Goran", "Hana", "Ines", "Jo", "Kemal", "Lotte")
_LAST = ("Achebe", "Berg", "Costa", "Dahl", "Eriksen", "Faber", "Grau", "Holm")
NEW_POST = """\
---
title: The lamp that is left on
url: https://harbour.example.org/lamp
source: Harbour Notes
author: Jo Dahl
---

Somebody in Port Ellery has left a lamp on for **thirty-one years**, dear {{ first_name | default("reader") }}:

> It costs less than a candle a week. What it would cost to turn it off, nobody has worked out.
>
> — Jo Dahl, Harbour Notes

We would leave it on as well.
"""
_DOUBT = (
    "checks:\n  - '“We would leave it …” may be a quote: it is short, as a remark is; the quote above it may go on."
    " Set as our own words now.'\n"
)
SECOND = """\
---
number: 2
subject: 'A lamp, a bench, and {{ first_name | default("you") }}'
preheader: What is left on, what is left standing, and who is left waiting for the 21:40.
lists: [weekly]
sections:
  - title: The long read
    posts: [2026-11-22-the-lamp-that-is-left-on]
  - title: To look at
    posts: [2026-11-21-a-bench-at-platform-two]
---

Dear {{ first_name | default("reader") }},

this week is about things that nobody has turned off yet.

<!-- posts -->

Until Thursday. There will be soup.
"""
_FINDS = (
    ("A timetable printed on cloth", "Coastline", "Mara Lindqvist", "It has been washed twice and is still right.", ""),
    ("How long is a platform", "The Gauge", "", "", "Longer than the train, if anybody is kind."),
    ("Nine harbours without a harbour master", "Harbour Notes", "Jo Dahl", "", ""),
    ("The dining car, a year on", "Night Lines", "", "Use this with the piece on the 21:40.", ""),
)


def fill(directory: Path, n_readers: int = 48) -> Parts:
    """The bundled newsletter with its first issue in the practice outbox and the second one approved for Thursday."""
    seeds = bundled("seeds")
    shutil.copytree(seeds, directory, ignore=shutil.ignore_patterns("raw", "README.md"))
    (directory / "posts" / "2026-11-22-the-lamp-that-is-left-on.md").write_text(NEW_POST, encoding="utf-8")
    (directory / "issues" / "002.md").write_text(SECOND, encoding="utf-8")
    put_database(directory)
    parts = open_newsletter(directory)
    parts.consent.membership.add_list("weekly")
    rows = [
        ReaderRow(
            email=f"{first.lower().replace('ü', 'u')}.{last.lower()}{number}@example.com",
            first_name=first,
            last_name=last,
            since_at=parts.clock.now() - timedelta(days=2 + 80 * (number / n_readers) ** 1.6),
        )
        for number in range(n_readers)
        for first, last in [(_FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)])]
    ]
    parts.consent.membership.join("weekly", rows, status=SubscriptionStatus.ACTIVE, consent="made up")
    edition = press(parts.shelf, parts.config.newsletter, 1).rendered.edition
    parts.ledger.planning.open_mailing(edition, list_name="weekly", parcel_size=1_000, start_at=None)
    parts.drain(threading.Event()).once()
    rule = parse_cadence("every thursday 09:00", zone=parts.config.newsletter.zone)
    set_timetable(parts.schedule.timetables, "weekly", rule, Ways(), now=parts.clock.now())
    approve_issue(desk_of(parts), 2, by="Ben", despite_findings=True)
    # Since then somebody has had a doubt.
    post = directory / "posts" / "2026-11-22-the-lamp-that-is-left-on.md"
    post.write_text(NEW_POST.replace("author: Jo Dahl\n", f"author: Jo Dahl\n{_DOUBT}"), encoding="utf-8")
    desk = collect_desk(parts)
    desk.habits.count([Habit(source="Jo Dahl", sign="remark", is_quote=True, times=2, is_remembered=True)])
    for number, (title, site, author, note, quote) in enumerate(_FINDS):
        draft = FindDraft(
            url=f"https://example.org/finds/{number}",
            origin=Origin.PERSON if note or quote else Origin.FEED,
            source="saved by Ana" if note or quote else site,
            title=title,
            site=site,
            author=author,
            note=note,
            quote=quote,
            summary=""
            if note or quote
            else "The ninth one had a bell, and somebody to ring it, until the bell was sold.",
        )
        desk.finds.add(draft)
    desk.keys.new_key("Ana's phone")
    return parts


@contextmanager
def served(directory: Path, n_readers: int = 48) -> Iterator[tuple[Parts, str]]:
    """Its parts, and the address that signs in."""
    parts = fill(directory, n_readers)
    with serve_pages(parts, listener_at("127.0.0.1", 0), threading.Event(), Pulse()) as address:
        yield parts, token_address(address, parts)
    parts.engine.dispose()


# What the rows of the table don't say: pages with something chosen in them.
_MORE = (
    "/finds?show=kept",
    "/finds?q=nothing+like+it",
    "/search?q=When+did+we+last+have+the+Skerrow+boat",
    "/finds/add?url=https://coast.example.org/winter&title=Winter&quote=It+floats.",
    "/issues/2?part=inbox",
    "/issues/2?part=opening",
    "/issues/2?part=section-1",
    "/issues/2?part=post:2026-11-22-the-lamp-that-is-left-on",
    "/issues/2?part=post:2026-11-22-the-lamp-that-is-left-on&all",
    "/issues/2/read?file=posts/2026-11-22-the-lamp-that-is-left-on.md&field=body&at=2",
    "/issues/2/replace?find=the&with=a&quotes=1",
    "/issues/2/send?list=weekly&when=now",
    "/issues/2/send?list=weekly&when=at&at=thu+09:00",
    "/history?file=posts/2026-11-22-the-lamp-that-is-left-on.md&issue=2",
    "/issues/99",
    "/settings/move-out?to=ghost&url=https://ferries.example.org",
    "/broken?file=posts/2026-11-22-the-lamp-that-is-left-on.md",
)
# Answers to scripts, mails in their frames, and pages for those who are not signed in.
_NOT_PAGES = {
    "/broken",
    "/frame",
    "/outside",
    "/shared/{token}",
    "/review/{token}",
    "/welcome/{token}",
    "/enter/link/{token}",
    "/settings/backup/download",
    "/history",
    "/settings/templates/{name}/sample",
    "/readers/found",
    "/search/found",
    "/readers/export",
    "/settings/move-out/download",
    "/issues/{number:int}/mail/body",
    "/issues/{number:int}/cancel",
    "/moment",
    "/finds/known",
    "/finds/worker.js",
    "/app.webmanifest",
}


def paths() -> list[str]:
    """The address of every page of the table that can be looked at, below /studio, and of some with more in them."""
    rows = [re.sub(r"\{number:int\}", "2", page.path) for page in PAGES if page.show and page.path not in _NOT_PAGES]
    named = [row.replace("/templates/{name}", "/templates/digest").replace("{name}", "weekly") for row in rows]
    plain = [re.sub(r"\{[a-z_]+:int\}", "1", row) for row in named]
    return ["/reports/1", *[one for one in plain if one != "/reports/2" and "{" not in one], *_MORE]


def looked_at(page: Page, address: str) -> Iterator[str]:
    """Sign in, then open each page after the other; its path while it is open, with its preview drawn where it has one."""
    page.goto(address)
    for path in paths():
        answer = page.goto(address.partition("?")[0] + path)
        assert answer is not None
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        if page.locator("#view").count():
            page.wait_for_selector("#view[data-took]", state="attached")
            page.wait_for_timeout(400)
        yield path
    for post in ("", "2026-11-22-the-lamp-that-is-left-on"):
        yield _by_a_guests_link(page, address, post)


def _by_a_guests_link(page: Page, address: str, post: str) -> str:
    """Open the issue, or one post of it, as a guest does, with a note on it; its path."""
    page.goto(address.partition("?")[0] + "/issues/2/review")
    page.locator("#post").select_option(post)
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#links ~ ul input.mono").first.input_value()
    page.goto(f"{address.partition('/studio')[0]}/studio{link.partition('/studio')[2]}")
    page.locator(".new-note > summary").last.click()
    form = page.locator(".new-note form").last
    form.locator("[name=note]").fill("Not since 2019.")
    form.locator("[name=name]").fill("Mara")
    form.get_by_role("button", name="Save note").click()
    return f"/review/of-{'a-post' if post else 'an-issue'}"


def add_users(parts: Parts) -> None:
    """Two who have an account: the page of users has somebody on it, and the way in a form."""
    parts.users.add("ana@example.com", name="Ana Achebe", role=Role.OWNER)
    parts.users.add("ben@example.com", name="Ben Berg", role=Role.EDITOR)
