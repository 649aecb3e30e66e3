"""The studio as a process of its own, and a browser that is signed in to it."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests import chromium
from tests.forking import Forked
from tests.running import environment


class Serving:
    """A studio that can be killed and started again, on the same port."""

    # As `newsletter`, except that its processes are forked, and begin with the program loaded.
    module = "tests.schedule.clocked"

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.address = ""
        self._log = directory.with_name(f"{directory.name}-studio.log")
        self._port = "0"
        self._process: Forked | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def words(self) -> list[str]:
        return ["-C", str(self.directory), "studio", "--no-open", "--port", self._port]

    def start(self) -> None:
        """Raises AssertionError where no address is printed in time."""
        self._log.unlink(missing_ok=True)
        self._process = Forked(self.words(), environment(), out=self._log, module=self.module)
        limit = time.monotonic() + 60
        while not (found := re.search(r"^http\S+:(\d+)/\S+$", self._said(), re.MULTILINE)):
            assert time.monotonic() < limit and self._process.poll() is None, self._said()
            time.sleep(0.02)
        self.address, self._port = found[0], found[1]

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        # The pages are a process of their own, which ends when it sees that the other has gone.
        end = time.monotonic() + 20
        while self._answers():
            assert time.monotonic() < end, "the pages go on without the process that started them"
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket() as wire:
            return wire.connect_ex(("127.0.0.1", int(self._port))) == 0

    def _said(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    @property
    def home(self) -> str:
        return self.address.partition("?")[0]


@contextmanager
def studio(directory: Path) -> Iterator[Serving]:
    serving = Serving(directory)
    serving.start()
    try:
        yield serving
    finally:
        serving.kill()


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        yield opened
        opened.close()


def signed_in(browser: Browser, serving: Serving, *, width: int = 1280, height: int = 900) -> Page:
    """A page of a fresh visitor who came by the printed address. What its scripts complain of fails the test."""
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.on("pageerror", lambda error: (_ for _ in ()).throw(AssertionError(str(error))))
    page.goto(serving.address)
    return page


def words_of(page: Page) -> Locator:
    """Where the words of the open part are written: the surface, or the text area where that stands. The value is the text area's."""
    return page.locator(".surface, textarea.words:not([hidden])")


def select_words(page: Page, quote: str) -> None:
    """Select a passage in the words of the open part, as a script of the page would."""
    page.evaluate(
        """async (quote) => {
          const { select } = await import(`${document.querySelector('meta[name=root]').content}/studio/assets/words.js`);
          const field = document.querySelector('textarea.words'), at = field.value.indexOf(quote);
          select(field, at, at + quote.length);
        }""",
        quote,
    )
