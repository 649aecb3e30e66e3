"""The preview: the rendering that everyone gets, of what is on the screen, in a frame that can do nothing."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.compose.press import press
from newsletter.ledger.sample import sample
from newsletter.web.studio.issue.preview import framed
from newsletter.web.studio.session import Sessions
from newsletter.web.studio.studio import Studio
from tests.running import a_folder
from tests.studio.conftest import World
from tests.studio.serving import Serving, browser, signed_in, studio, words_of

POST = "posts/2026-11-20-ferries-in-winter.md"
HOSTILE = """<script>document.title='broken'</script><img src=x onerror="parent.document.title='broken'">
<svg onload="parent.document.title='broken'"></svg> [x](javascript:parent.document.title='broken')

> <math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=parent.document.title='broken'&gt;">
"""


def _preview(world: World, *edits: dict[str, str], reader: str = "") -> dict[str, object]:
    answer = world.post_json("/issues/1/preview", {"edits": list(edits), "reader": reader})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_the_preview_is_what_the_command_writes(world: World) -> None:
    """The same subject, HTML and text, but for where the frame gets its pictures from."""
    parts = world.parts
    edition = press(parts.shelf, parts.config.newsletter, 1).rendered.edition
    mail = sample(edition, parts.config.newsletter, parts.key, None, list_id=0, date=parts.clock.now())
    seen = _preview(world)

    assert (seen["subject"], seen["source"], seen["text"]) == (mail.subject, mail.html, mail.text)
    assert seen["html"] == framed(Studio(parts, threading.Event()), mail.html)


def test_words_that_are_not_saved_are_in_the_preview_and_nowhere_else(world: World) -> None:
    """The file stays as it is."""
    before = (world.parts.directory / POST).read_bytes()
    seen = _preview(world, {"file": POST, "field": "body", "value": "Only on the screen."})

    assert "Only on the screen." in str(seen["html"])
    assert (world.parts.directory / POST).read_bytes() == before


def test_a_sample_reader_has_a_name_and_nobody_has_none(world: World) -> None:
    """The same words, to two who are made up."""
    typed = {"file": "issues/001.md", "field": "intro", "value": 'Dear {{ first_name | default("reader") }},'}

    assert "Dear Ana," in str(_preview(world, typed, reader="sample")["text"])
    assert "Dear reader," in str(_preview(world, typed)["text"])


def test_half_a_merge_tag_says_what_is_wrong_and_where(world: World) -> None:
    """While somebody types, a problem is no failure of the page."""
    seen = _preview(world, {"file": "issues/001.md", "field": "intro", "value": "Dear {{ first_name"})

    assert seen["problem"]["place"]["file"] == "issues/001.md"  # type: ignore[index]


def test_as_the_worst_reader_and_as_nobody_there_is(world: World) -> None:
    """The made-up reader has the longest values; an unknown address is a sentence."""
    edit = {"file": "issues/001.md", "field": "intro", "value": "Dear {{ first_name | default('you') }},"}

    assert "Dear you," in str(_preview(world, edit)["text"])
    assert "Wolfeschlegel" in str(_preview(world, edit, reader="worst")["text"])
    assert "problem" in _preview(world, edit, reader="nobody@example.com")


def test_findings_come_with_their_place_and_a_mend_is_made(world: World) -> None:
    """An http link is found in its post; one click changes the line, and it is found no more."""
    path = world.parts.directory / POST
    path.write_text(path.read_text() + "\n[Tracked](https://example.com/a?utm_source=x&id=1)\n")
    found = world.client.get("/studio/issues/1/findings").json()["findings"]
    with_mend = [one for one in found if one["mend"]]

    assert with_mend
    assert with_mend[0]["place"]["file"] == POST
    assert world.post_json("/issues/1/mend", {"finding": with_mend[0]["id"]}).status_code == 200
    assert with_mend[0]["mend"]["old"] not in path.read_text()
    assert world.post_json("/issues/1/mend", {"finding": with_mend[0]["id"]}).status_code == 404


def test_a_shared_link_shows_the_issue_to_whoever_has_it_and_ends(stranger: World) -> None:
    """Without a session, under the public name too; cut off, forged or over it shows nothing."""
    sessions = Sessions(stranger.parts)
    now = stranger.parts.clock.now()
    token = sessions.signed_for("share 1", until=now.replace(year=now.year + 1))
    over = sessions.signed_for("share 1", until=now.replace(year=now.year - 1))
    other = sessions.signed_for("something 1", until=now.replace(year=now.year + 1))
    get = stranger.client.get

    assert "Ferries in winter" in get(f"/studio/shared/{token}", headers={"host": "ferries.example.com"}).text
    assert "sandbox" in get(f"/studio/shared/{token}").headers["content-security-policy"]
    for wrong in (over, other, token[:-1], "x"):
        assert get(f"/studio/shared/{wrong}").status_code == 404


def test_a_test_mail_is_handed_over_and_counted_nowhere(world: World) -> None:
    """It lies in the practice outbox."""
    answer = world.post_json("/issues/1/test", {"to": "me@example.com"})

    assert "me@example.com" in answer.json()["said"]
    assert list((world.parts.directory / "var" / "outbox").rglob("*.eml"))
    assert world.parts.ledger.accounts.find(1) is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x.png", "file:///etc/passwd", "http://169.254.169.254/latest", "nonsense", ""]
)
def test_no_picture_is_fetched_from_where_no_reader_could_get_it(world: World, url: str) -> None:
    """Private networks and other schemes are never asked."""
    assert world.client.get("/studio/outside", params={"u": url}).status_code in {400, 404}


class _Trap(http.server.BaseHTTPRequestHandler):
    """Another host that writes down every request."""

    seen: list[str] = []  # noqa: RUF012 - one list for the whole server is what is wanted

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    with studio(a_folder(tmp_path / "weekly")) as running:
        yield running


def test_a_keystroke_is_in_the_preview_and_modes_change_it(chromium: Browser, serving: Serving) -> None:
    """Typed words show in the frame; dark, no pictures and text do what they say; a link says where it leads."""
    page = signed_in(chromium, serving)
    page.goto(f"{serving.home}/issues/1")
    inside = page.frame_locator("#view iframe")
    words_of(page).fill("Typed **now**, with a [link](https://example.com/there).")
    expect(inside.locator("strong", has_text="now")).to_be_visible()
    inside.locator("a", has_text="link").click()
    expect(page.locator(".leads")).to_have_text("Leads to https://example.com/there")
    background = "() => getComputedStyle(document.querySelector('#view iframe').contentDocument.querySelector('.backdrop')).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(background) != light
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator(".plain")).to_contain_text("Typed *now*")


def test_the_mail_follows_the_caret_and_a_click_in_it_goes_to_the_words(chromium: Browser, serving: Serving) -> None:
    """In other parts too; a desk is shown whole; nothing on the page moves when it says that it saved."""
    path = serving.directory / POST
    text = path.read_text()
    filler = "\n\n".join(f"Filler number {n}." for n in range(40))
    path.write_text(
        f"{text[: text.index('---', 4) + 4]}\nIt *begins* here.\n\n{filler}\n\nIt ends, {{{{ first_name }}}}.\n"
    )
    page = signed_in(chromium, serving)
    page.goto(f"{serving.home}/issues/1")
    inside = page.frame_locator("#view iframe")
    expect(inside.get_by_text("It begins here.")).to_be_visible()
    words_of(page).press("Control+End")
    expect(inside.get_by_text("Filler number 39.")).to_be_in_viewport()
    height = "() => document.querySelector('.bar').getBoundingClientRect().height"
    before = page.evaluate(height)
    page.keyboard.type("!")
    expect(page.locator("#saved")).to_contain_text("saved ·")
    assert page.evaluate(height) == before
    inside.get_by_text("Until Thursday.").click()
    expect(page.locator("form.part")).to_have_attribute("data-key", "closing")
    inside.get_by_text("Filler number 20.").click()
    expect(page.locator("form.part")).to_have_attribute("data-kind", "post")
    expect(page.locator(".surface .line.near")).to_have_text("Filler number 20.")
    page.get_by_role("button", name="Desktop").click()
    screen, frame = page.locator("#view .screen").bounding_box(), page.locator("#view iframe").bounding_box()
    assert screen and frame
    assert abs(screen["width"] - frame["width"]) < 1
    assert page.locator("#view iframe").evaluate("(frame) => frame.clientWidth") == 900


def test_nothing_in_a_hostile_post_runs_or_asks_another_host(
    chromium: Browser, serving: Serving, elsewhere: str
) -> None:
    """Scripts, handlers, svg and mXSS stay words; no picture, style or link is fetched from elsewhere."""
    path = serving.directory / POST
    path.write_text(
        path.read_text() + f"\n{HOSTILE}\n![x]({elsewhere}/a.png)\n<link rel=stylesheet href={elsewhere}/b>\n"
    )
    _Trap.seen.clear()
    page = signed_in(chromium, serving)
    hosts: list[str] = []
    page.on("request", lambda request: hosts.append(request.url))
    page.goto(f"{serving.home}/issues/1")
    expect(page.locator("#view .bytes")).to_contain_text("KB")
    page.wait_for_timeout(300)

    assert page.title().startswith("Issue 1")
    assert _Trap.seen == []
    assert [url for url in hosts if not url.startswith((serving.home.partition("/studio")[0], "data:"))] == []
