"""A mistake is found when 3,200 of 8,012 have the issue: from Pause to the mail to exactly those, in a browser."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.compose.press import press
from newsletter.ledger.plan import plan
from newsletter.wiring import open_newsletter
from tests.running import a_folder
from tests.studio.serving import Serving, browser, signed_in, studio
from tests.world import add_readers

NOTE = "We wrote that it is about ice. It is about fog."


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def half_gone(folder: Path, *, n_readers: int, n_gone: int, size: int) -> None:
    """A sending that somebody paused after so many; then the issue was written as it should be."""
    a_folder(folder)
    with (folder / "newsletter.toml").open("a") as settings:
        settings.write(f"parcel_size = {size}\n")
    parts = open_newsletter(folder)
    add_readers(parts.engine, "weekly", range(n_readers))
    words = press(parts.shelf, parts.config.newsletter, 1).rendered.edition
    stop = threading.Event()
    mailing, _ = plan(parts.ledger, parts.clock, words, list_name="weekly", parcel_size=size)
    drain = parts.drain(stop)
    while parts.ledger.tallies.find(1).handover["accepted"] < n_gone:  # type: ignore[union-attr, index]
        assert drain.sender.send_parcel(parts.ledger.mailings.get(mailing.id), words)
    parts.ledger.control.pause(1, "a mistake in it")
    parts.engine.dispose()
    issue = folder / "issues" / "001.md"
    issue.write_text(issue.read_text().replace("about ice", "about fog"))


def subjects(folder: Path) -> dict[str, Counter[str]]:
    """By what the mail begins with, how many each reader has."""
    found: dict[str, Counter[str]] = {"Boats": Counter(), "Correction": Counter()}
    for path in (folder / "var" / "outbox").rglob("*.eml"):
        head = path.read_bytes()[:1500].decode()
        kind = "Correction" if "\r\nSubject: Correction" in head else "Boats"
        found[kind][head.partition("\r\nTo: ")[2].partition("\r\n")[0].strip("<>")] += 1
    return found


def put_right(page: Page, *, by_keyboard: bool) -> None:
    """Correct it, let those who wait get it, and tell the others."""

    def press_it(name: str) -> None:
        button = page.get_by_role("button", name=name)
        if by_keyboard:
            button.focus()
            page.keyboard.press("Enter")
        else:
            button.click()

    page.get_by_label("What was wrong").fill(NOTE)
    press_it("Correct the issue")
    expect(page.get_by_text("is corrected")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    press_it("Go on")


@pytest.mark.parametrize(
    ("n_readers", "n_gone", "size", "width", "scripts"),
    [
        pytest.param(8_012, 3_200, 400, 1280, True, id="8,012 wide", marks=pytest.mark.walks),
        pytest.param(120, 48, 12, 375, True, id="a phone by keyboard", marks=pytest.mark.walks),
        pytest.param(120, 48, 12, 375, False, id="without scripts", marks=pytest.mark.walks),
    ],
)
def test_a_correction_from_pause_to_the_mail(
    tmp_path: Path, chromium: Browser, n_readers: int, n_gone: int, size: int, width: int, scripts: bool
) -> None:
    """Who waited gets the issue once, who had it the correction once, and the report says how many got which."""
    expect.set_options(timeout=60_000)
    folder = tmp_path / "weekly"
    half_gone(folder, n_readers=n_readers, n_gone=n_gone, size=size)
    with studio(folder) as serving:
        page = opened(chromium, serving, width=width, scripts=scripts)
        here = page.url.partition("/studio")[0]
        page.goto(f"{here}/studio/issues/1/correct")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True
        put_right(page, by_keyboard=width == 375)
        wait_for(folder, "Boats", n_readers)
        page.goto(f"{here}/studio/issues/1/correct")
        page.get_by_role("button", name=f"Approve and send it to {n_gone:,} readers").click()
        expect(page.get_by_text("The correction is on its way.")).to_be_visible()
        wait_for(folder, "Correction", n_gone)
        page.goto(f"{here}/studio/reports/1")
        expect(
            page.get_by_text(f"{n_gone:,} got the first version, {n_readers - n_gone:,} the corrected one.")
        ).to_be_visible()

    found = subjects(folder)
    assert {f"reader{number}@example.com": 1 for number in range(n_readers)} == found["Boats"]
    assert n_gone == len(found["Correction"]) == found["Correction"].total()
    right = [path for path in (folder / "var" / "outbox" / "1").glob("*.eml") if b"about fog" in path.read_bytes()]
    assert n_readers - n_gone == len(right)


def opened(chromium: Browser, serving: Serving, *, width: int, scripts: bool) -> Page:
    if scripts:
        return signed_in(chromium, serving, width=width)
    context = chromium.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(serving.address)
    return page


def wait_for(folder: Path, kind: str, n_mails: int) -> None:
    until = time.monotonic() + 240
    while subjects(folder)[kind].total() < n_mails:
        assert time.monotonic() < until, subjects(folder)[kind].total()
        time.sleep(1)
