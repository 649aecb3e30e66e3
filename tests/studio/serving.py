"""The studio as a process of its own, and a browser that is signed in to it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from tests.running import command, environment


class Serving:
    """A studio that can be killed and started again, on the same port."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.address = ""
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None

    def words(self) -> list[str]:
        return command(self.directory, "studio", "--no-open", "--port", self._port)

    def start(self) -> None:
        self._process = subprocess.Popen(
            self.words(), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        self._port = self.address.split(":")[2].partition("/")[0]

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

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
