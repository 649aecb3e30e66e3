"""Pictures of every page of the studio, in the middle of a made-up week: to look at, and three for the README."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Literal
from unittest.mock import patch

from playwright.sync_api import Browser, Page
from sqlalchemy import update

from newsletter.cli.serve.pages import listener_at, serve_pages
from newsletter.db.engine import writing
from newsletter.jobs.driver import DriverKind
from newsletter.jobs.pulse import Pulse
from newsletter.ledger.tables import attempt
from newsletter.schedule.choice import approve_issue
from newsletter.web.studio.session import token_address
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindDraft, Origin
from tests.schedule.world import SLOT, World
from tests.studio.filled import add_users, looked_at, served

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Where it is seen, how large, in which light, and what it is called: the three that the README shows.
README: tuple[tuple[str, int, int, Literal["light", "dark"], str], ...] = (
    ("", 1280, 860, "light", "studio-home"),
    ("/issues/2", 1280, 860, "light", "studio-compose"),
    ("/issues/2", 375, 812, "dark", "studio-preview-dark"),
)


def take(browser: Browser, every: Path, docs: Path) -> None:
    """Each page at desk and phone width, light and dark, into `every`; and those of the README into `docs`."""
    shutil.rmtree(every, ignore_errors=True)
    every.mkdir(parents=True)
    # Whoever sits at the machine is called by the name they have there.
    named = patch.dict(os.environ, {"LOGNAME": "ana"})
    with named, tempfile.TemporaryDirectory() as folder, served(Path(folder) / "weekly") as (parts, address):
        # First: each walk through all pages leaves notes of a guest.
        for path, width, height, scheme, name in README:
            page = _signed_in(browser, address, width, height, scheme)
            _open(page, address, path)
            if name.startswith("studio-preview"):
                page.get_by_role("link", name="See", exact=True).click()
                page.get_by_role("button", name="Dark").click()
                page.wait_for_timeout(300)
            page.screenshot(path=docs / f"{name}.png")
        for width, scheme in product((1280, 375), SCHEMES):
            page = _signed_in(browser, address, width, 860, scheme)
            for path in looked_at(page, address):
                page.screenshot(path=every / f"{_name(path)}-{width}-{scheme}.png", full_page=True)
            page.context.close()
            print(f"docs/pictures/{name}.png")
            page.context.close()
        add_users(parts)
        page = _signed_in(browser, address, 1280, 860, "light")
        for path in ("/settings/users", "/enter"):
            _open(page, address, path)
            page.screenshot(path=every / f"{_name(path)}-with-users.png", full_page=True)
        page.context.close()
    print(f"every page of the studio: {every}")


def take_week(browser: Browser, docs: Path) -> None:
    """This week at its six stages, for docs/studio.md: a made-up week under a clock that is turned."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {"LOGNAME": "ana"}):
        week = World(Path(folder) / "weekly")
        week.set_timetable(needs_approval=True)
        week.parts.drivers.beat("serve", DriverKind.SERVE, "a made-up process", every_seconds=15)
        with serve_pages(week.parts, listener_at("127.0.0.1", 0), threading.Event(), Pulse()) as address:
            entry = token_address(address, week.parts)
            page, home = _signed_in(browser, entry, 820, 560, "light"), entry.partition("?")[0]
            for name in _stages(week):
                page.goto(home)
                page.screenshot(path=docs / f"week-{name}.png")
                print(f"docs/pictures/week-{name}.png")
            page.context.close()
        week.close()


def _stages(week: World) -> Iterator[str]:
    """Brings the week to each stage, and says which."""
    issue = week.folder / "issues" / "001.md"
    words = issue.read_text()
    issue.unlink()
    draft = FindDraft(
        url="https://harbour.example.org/boat", title="The boat that waits", source="Ben", origin=Origin.PERSON
    )
    collect_desk(week.parts).finds.add(draft)
    yield "1-collecting"
    issue.write_text(re.sub("(?m)^subject:.*$", "subject: Issue 1", words))
    yield "2-writing"
    issue.write_text(words)
    yield "3-to-approve"
    approve_issue(week.desk, 1, by="Ben")
    week.tick(SLOT - timedelta(minutes=30))
    yield "4-locked"
    week.tick(SLOT)
    yield "5-going"
    week.beat()
    with writing(week.parts.engine) as connection:
        # The ledger goes by the database's own clock, which nobody turns.
        connection.execute(update(attempt).values(started_at=SLOT))
    week.clock.turn(SLOT + timedelta(days=1))
    yield "6-gone"


def _signed_in(browser: Browser, address: str, width: int, height: int, scheme: Literal["light", "dark"]) -> Page:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    return page


def _open(page: Page, address: str, path: str) -> None:
    page.goto(address.partition("?")[0] + path)
    if page.locator("#view").count():
        page.wait_for_selector("#view[data-took]", state="attached")
        page.wait_for_timeout(400)


def _name(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:60] or "home"
