"""The week of an editor, as steps that a test walks in a real browser: from a page that was come upon to an issue that went."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from newsletter.wiring import open_newsletter
from tests.running import a_folder
from tests.studio.serving import Serving
from tests.world import add_readers

READERS = 12
SAID = "The ferry waits for whoever still runs."
THOUGHT = "I ran once, with a cello."
TITLE = "The boat that waits"
ARTICLE = f"""<!doctype html><html lang="en"><head><title>Why the ferry waits</title><meta name="author" content="Jo Dahl">
<meta property="og:site_name" content="Harbour Notes"></head><body><article><h1>Why the ferry waits</h1>
<p>For forty years the last boat has left four minutes late, and nobody has complained.</p>
<p id="said">{SAID}</p>
<p>The captain keeps no list of those who ran. The harbour office keeps one of those who did not, and it is short.</p>
<p>It takes eleven minutes to cross, and eleven minutes is what it takes to be forgiven for being late.</p>
</article></body></html>"""


class _Article(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = ARTICLE.encode()
        self.send_response(200 if self.path.startswith("/ferry") else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def article() -> Iterator[str]:
    """A page of somebody else's, on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Article)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/ferry"
    server.shutdown()
    server.server_close()


class Letting(Serving):
    """A studio whose fetcher is let through to one port of this machine."""

    module = "tests.cli.let_through"

    def __init__(self, directory: Path, port: int) -> None:
        super().__init__(directory)
        self._let_through = str(port)

    def words(self) -> list[str]:
        return [self._let_through, *super().words()]


@contextmanager
def a_week(directory: Path, page: str) -> Iterator[Serving]:
    """A newsletter with twelve readers, and its studio."""
    parts = open_newsletter(a_folder(directory))
    add_readers(parts.engine, "weekly", range(READERS))
    parts.engine.dispose()
    serving = Letting(directory, urlsplit(page).port or 0)
    serving.start()
    try:
        yield serving
    finally:
        serving.kill()


def watched(context: BrowserContext, serving: Serving) -> list[str]:
    """The addresses elsewhere that pages of the studio ask for, as they ask."""
    own = serving.home.partition("/studio")[0]
    strange: list[str] = []

    def look(request: Request) -> None:
        if request.service_worker:
            asks = request.service_worker.url
        else:
            asks = request.frame.url if not request.is_navigation_request() else request.url
        if asks.startswith(own) and not request.url.startswith((own, "data:")):
            strange.append(request.url)

    context.on("request", look)
    return strange


def sent_to(directory: Path) -> int:
    """How many readers' mails with the thought of the week lie in the practice outbox."""
    import email
    from email import policy

    texts = [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in directory.rglob("outbox/**/*.eml")
    ]
    to_readers = [one for one in texts if str(one["to"]).find("reader") >= 0]
    bodies = [str(one.get_body(("plain",))) for one in to_readers]
    return sum(TITLE in body.replace("=\n", "") for body in bodies)


def opened(browser: Browser, serving: Serving, width: int, *, scripts: bool = True) -> Page:
    """A page of somebody who came by the printed address."""
    page = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts).new_page()
    page.goto(serving.address)
    return page


def by_bookmarklet(page: Page, serving: Serving, article: str) -> Page:
    """On somebody else's page, with a sentence selected: what opens is the studio's page for saving."""
    page.goto(f"{serving.home}/finds/sources")
    script = page.locator("a.btn", has_text="Save for").get_attribute("href")
    assert script
    elsewhere = page.context.new_page()
    elsewhere.goto(article)
    elsewhere.evaluate("getSelection().selectAllChildren(document.querySelector('#said'))")
    with page.context.expect_page() as popup:
        elsewhere.evaluate(script.removeprefix("javascript:"))
    elsewhere.close()
    popup.value.wait_for_load_state()
    return popup.value


def is_there(page: Page, text: str) -> None:
    expect(page.locator("body")).to_contain_text(text)


def number_in(url: str) -> int:
    found = re.search(r"/issues/([0-9]+)", url)
    assert found, url
    return int(found[1])
