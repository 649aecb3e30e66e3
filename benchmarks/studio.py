"""The studio at a big newsletter: from a keystroke to the mail beside it, and what each page takes the server.

python -m benchmarks.studio FOLDER READERS
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.child import python, run
from benchmarks.report import Line, Table

if TYPE_CHECKING:
    from newsletter.wiring import Parts

KEYSTROKE_MS, PAGE_MS, PAGE_BYTES = 200, 100, 150_000
_N_POSTS = 20
# No run of them is there twice, so the mail that ends in them is the one of the last key.
_LETTERS = "thequickbrownfoxjumpsoverthelazydogandthenrests"
_N_KEYS = 40
_ROUNDS = 7
_FIRST_ROUNDS = 3
_IDLE_SHARE = 0.2


def measure(folder: Path, n_readers: int) -> tuple[Table, dict[str, Any]]:
    run(python("-m", "benchmarks.newspaper", str(folder), str(_N_POSTS)))
    done = run(python("-m", "benchmarks.studio", str(folder), str(n_readers)))
    found: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    typing, pages, first, sizes = found["typing_ms"], found["page_ms"], found["first_ms"], found["bytes"]
    first_wall = found["first_wall_ms"]
    longest = max(first_wall, key=lambda path: first_wall[path])
    slowest = max(pages, key=lambda path: pages[path])
    slowest_first = max(first, key=lambda path: first[path])
    largest = max(sizes, key=lambda path: sizes[path])
    lines = [
        Line(
            f"keystroke to preview, {found['posts']} posts, median of {len(typing)}",
            f"{median(typing):.0f} ms",
            f"under {KEYSTROKE_MS} ms",
            median(typing) < KEYSTROKE_MS,
        ),
        *(_page_line(f"/studio{path}, first view", ms) for path, ms in first.items()),
        _page_line(f"slowest first view of {len(first)} pages: /studio{slowest_first}", first[slowest_first]),
        Line(f"longest first view by the wall: /studio{longest}", f"{first_wall[longest]:.0f} ms"),
        _page_line(f"slowest view after that: /studio{slowest}", pages[slowest]),
        Line(f"by the wall: /studio{slowest}", f"{median(found['wall_ms'][slowest]):.0f} ms"),
        Line(
            f"largest: /studio{largest}",
            f"{sizes[largest] / 1000:.0f} kB",
            f"under {PAGE_BYTES // 1000} kB",
            sizes[largest] < PAGE_BYTES,
        ),
    ]
    return Table(
        f"The studio ({n_readers:,} readers; pages by CPU time; first views: nothing counted yet)", lines
    ), found


def _page_line(what: str, ms: float) -> Line:
    return Line(what, f"{ms:.0f} ms", f"under {PAGE_MS} ms", ms < PAGE_MS)


def main(folder: Path, n_readers: int) -> None:
    from benchmarks.readers import add
    from newsletter.cli.serve.pages import listener_at, serve_pages
    from newsletter.jobs.pulse import Pulse
    from newsletter.web.studio.session import token_address
    from newsletter.wiring import open_newsletter

    add(folder, n_readers)
    parts = open_newsletter(folder)
    _send(parts)
    taken = _watched()
    first, first_wall = _first_views(parts, taken)
    with serve_pages(parts, listener_at("127.0.0.1", 0), threading.Event(), Pulse()) as address:
        entry = token_address(address, parts)
        pages, sizes, wall = _pages(entry, taken)
        typing = _typing(entry)
    posts = len(list(parts.issues.get_issue(1).slugs()))
    parts.engine.dispose()
    found = {"typing_ms": typing, "page_ms": pages, "bytes": sizes, "wall_ms": wall, "posts": posts}
    print(json.dumps({**found, "first_ms": first, "first_wall_ms": first_wall}))


def _send(parts: Parts) -> None:
    """Issue 1 went to everybody: written down as if a provider had taken it, for what pages count is the ledger."""
    from sqlalchemy import text

    from newsletter.compose.press import press
    from newsletter.db.engine import writing
    from newsletter.ledger.plan import plan

    edition = press(parts.shelf, parts.config.newsletter, 1).rendered.edition
    plan(parts.ledger, parts.clock, edition, list_name="weekly", parcel_size=parts.parcel_size)
    with writing(parts.engine) as connection:
        connection.execute(text("UPDATE delivery SET handover = 'accepted'"))
        connection.execute(text("UPDATE parcel SET status = 'done', n_accepted = n_readers"))
        connection.execute(text("UPDATE mailing SET status = 'finished'"))
    issue = (parts.directory / "issues" / "001.md").read_text()
    (parts.directory / "issues" / "002.md").write_text(issue.replace("number: 1", "number: 2"))


def _first_views(parts: Parts, taken: list[float]) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds of the server's own threads, and by the wall, of each page in a studio that has counted nothing yet.

    What is loaded once a process was loaded by a page before.
    """
    from tests.studio.filled import paths

    cpu: dict[str, float] = {}
    wall: dict[str, float] = {}
    _first_view(parts, "", taken)
    for path in paths():
        seen = [one for _ in range(_FIRST_ROUNDS) if (one := _first_view(parts, path, taken))]
        if seen:
            cpu[path], wall[path] = median(one[0] for one in seen), median(one[1] for one in seen)
    return cpu, wall


def _first_view(parts: Parts, path: str, taken: list[float]) -> tuple[float, float] | None:
    """None for what is no page."""
    import httpx2

    from newsletter.cli.serve.pages import listener_at, serve_pages
    from newsletter.jobs.pulse import Pulse
    from newsletter.web.studio.session import token_address

    with (
        serve_pages(parts, listener_at("127.0.0.1", 0), threading.Event(), Pulse()) as address,
        httpx2.Client(timeout=120) as client,
    ):
        entry = token_address(address, parts)
        client.get(entry)
        taken.clear()
        begun = time.perf_counter()
        answer = client.get(entry.partition("?")[0] + path)
        wall = 1000 * (time.perf_counter() - begun)
        cpu = 1000 * sum(taken)
        _until_idle()
    is_page = answer.status_code == 200 and "text/html" in answer.headers["content-type"]
    return (cpu, wall) if is_page else None


def _until_idle() -> None:
    """What the page left to be counted behind it is counted, and slows nothing that comes next."""
    share = 1.0
    while share > _IDLE_SHARE:
        begun, used = time.perf_counter(), time.process_time()
        time.sleep(0.1)
        share = (time.process_time() - used) / (time.perf_counter() - begun)


def _pages(entry: str, taken: list[float]) -> tuple[dict[str, float], dict[str, int], dict[str, list[float]]]:
    """Milliseconds of the server's own threads, and bytes, of each page, asked for as a browser that is signed in does.

    The database's work is among them, for it is inside of this process. What is counted anew behind the pages is not:
    nobody waits for it.
    """
    import httpx2

    from tests.studio.filled import paths

    times: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    wall: dict[str, list[float]] = {}
    with httpx2.Client(follow_redirects=True, timeout=120) as client:
        client.get(entry)
        base = entry.partition("?")[0]
        for _ in range(_ROUNDS):
            for path in paths():
                taken.clear()
                begun = time.perf_counter()
                answer = client.get(base + path)
                if answer.status_code == 200 and "text/html" in answer.headers["content-type"]:
                    times.setdefault(path, []).append(1000 * sum(taken))
                    wall.setdefault(path, []).append(1000 * (time.perf_counter() - begun))
                    sizes[path] = len(answer.content)
    return {path: median(taken) for path, taken in times.items()}, sizes, wall


def _watched() -> list[float]:
    """Fills with the seconds of CPU of each piece of work that the studio's door gives to a thread."""
    from newsletter.web.studio import door

    taken: list[float] = []
    in_thread = door.run_in_threadpool

    def timed(work: Callable[..., Any], *arguments: Any) -> Any:
        begun = time.thread_time()
        try:
            return work(*arguments)
        finally:
            taken.append(time.thread_time() - begun)

    door.run_in_threadpool = lambda work, *arguments: in_thread(timed, work, *arguments)  # type: ignore[assignment,misc]
    return taken


def _typing(entry: str) -> list[float]:
    """Milliseconds from the press of a key until a frame with the new mail is on the screen, one by one."""
    from playwright.sync_api import sync_playwright

    from tests import chromium

    # The words in the mail prove that it is the one of this key: a saved field renders it once more.
    script = """() => {
      const area = document.querySelector('textarea.words'), frame = document.querySelector('#view iframe');
      window.took = [];
      document.addEventListener('keydown', () => {
        const pressed = performance.now();
        const look = () => {
          const shown = frame.contentDocument.body?.textContent.includes(area.value.trimEnd().slice(-24));
          if (shown) requestAnimationFrame(() => setTimeout(() => took.push(performance.now() - pressed)));
          else requestAnimationFrame(look);
        };
        setTimeout(look);
      }, true);
    }"""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(entry)
        page.goto(entry.partition("?")[0] + "/issues/2")
        page.wait_for_selector("#view[data-took]", state="attached")
        page.locator(".surface").press("Control+End")
        page.keyboard.type(" Last words of all, and")
        page.wait_for_timeout(1_000)
        page.evaluate(script)
        for number in range(_N_KEYS):
            page.keyboard.press(_LETTERS[number])
            page.wait_for_function("n => took.length > n", arg=number, timeout=30_000)
            # As somebody types who thinks: the saving comes in between, too.
            page.wait_for_timeout(60)
        taken: list[float] = page.evaluate("took")
        browser.close()
    return taken


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
