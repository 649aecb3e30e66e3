"""Saving in a real browser of a phone's size: at once, without network, with a studio that sleeps, and each find once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from newsletter.wiring import Parts, open_newsletter
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import Find, FindDraft, Origin
from tests.running import a_folder
from tests.studio.serving import Serving, browser, signed_in, studio
from tests.studio.shares import SHARES

PAGE = "https://nowhere.invalid/winter"
SHARED = {"title": "Winter boats", "text": PAGE}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def newsletter(tmp_path: Path) -> Iterator[tuple[Parts, Serving]]:
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    with studio(tmp_path / "weekly") as serving:
        yield parts, serving
    parts.engine.dispose()


def _ready(chromium: Browser, serving: Serving) -> Page:
    """A phone that opened the page for saving once, so that it holds it."""
    page = signed_in(chromium, serving, width=375, height=667)
    page.goto(f"{serving.home}/finds/add")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def _share(page: Page, serving: Serving, shared: dict[str, str] = SHARED) -> None:
    """What the share sheet does: the first tap."""
    page.goto(f"{serving.home}/finds/add?{urlencode(shared)}")


def _save(page: Page, thought: str = "") -> None:
    """The second tap, on a button that nobody has to scroll to."""
    if thought:
        page.get_by_label("Your thought").fill(thought)
    button = page.get_by_role("button", name="Save it")
    expect(button).to_be_in_viewport(ratio=1)
    button.click()


def _finds(parts: Parts) -> list[Find]:
    return list(collect_desk(parts).finds.list_finds())


def _notes(parts: Parts) -> list[tuple[str, str]]:
    return [(find.title, find.note) for find in _finds(parts)]


def test_a_find_is_kept_without_network_and_sent_once_it_is_back(
    chromium: Browser, newsletter: tuple[Parts, Serving]
) -> None:
    """Two taps while the phone is off the network; then it comes back, and the find is there once, with its thought."""
    parts, serving = newsletter
    page = _ready(chromium, serving)
    page.context.set_offline(True)
    _share(page, serving)
    page.get_by_label("Your thought").fill("For the long read.")
    button = page.get_by_role("button", name="Save it")
    expect(button).to_be_in_viewport(ratio=1)
    button.dblclick()
    expect(page.locator("#done")).to_contain_text("Kept on this device.")
    expect(page.locator("#kept .row")).to_have_count(1)
    expect(page.locator("#kept")).to_contain_text("Winter boats")
    assert not _finds(parts)
    page.context.set_offline(False)
    expect(page.locator("#kept")).to_be_hidden()
    page.goto(f"{serving.home}/finds")
    expect(page.locator(".find")).to_have_count(1)

    assert [("Winter boats", "For the long read.")] == _notes(parts)
    page.context.close()


@pytest.mark.walks
def test_a_studio_that_sleeps_gets_it_from_its_next_page(chromium: Browser, newsletter: tuple[Parts, Serving]) -> None:
    """Killed, it can't be asked; started again, any of its pages sends what waits, and says so."""
    parts, serving = newsletter
    page = _ready(chromium, serving)
    serving.kill()
    _share(page, serving)
    _save(page)
    expect(page.locator("#done")).to_contain_text("The studio does not answer.")
    serving.start()
    page.goto(f"{serving.home}/issues")
    expect(page.locator(".said")).to_have_text("A find that was kept on this device is saved.")

    assert [("Winter boats", "")] == _notes(parts)
    page.context.close()


@pytest.mark.walks
def test_what_is_known_is_said_at_once_and_a_lost_answer_saves_nothing_twice(
    chromium: Browser, newsletter: tuple[Parts, Serving]
) -> None:
    """The studio takes the find and its answer never comes: sent again, its thought is there once."""
    parts, serving = newsletter
    collect_desk(parts).finds.add(FindDraft(url=PAGE, origin=Origin.PERSON, source="saved by Ben", note="By Ben."))
    page = _ready(chromium, serving)
    _share(page, serving)
    expect(page.locator("#known")).to_have_text("Ben saved it today.")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    page.route(re.compile("/studio/finds$"), lose)
    _save(page, "By us.")
    expect(page.locator("#done")).to_contain_text("The studio does not answer.")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#kept")).to_be_hidden()

    assert "It was a find already" in json.loads(lost[0])["said"]
    assert [("Winter boats", "By Ben.\n\nBy us.")] == _notes(parts)
    page.context.close()


@pytest.mark.walks
def test_a_find_waits_for_the_person_who_saved_it(chromium: Browser, newsletter: tuple[Parts, Serving]) -> None:
    """Signed out nothing is sent; what somebody else kept is not sent in another's name, unless they say that it is theirs."""
    parts, serving = newsletter
    page = _ready(chromium, serving)
    page.context.clear_cookies()
    _share(page, serving)
    _save(page)
    expect(page.locator("#kept")).to_contain_text("You are not signed in.")
    page.goto(f"{serving.home}/finds/add")
    queue = f"{serving.home}/assets/queue.js"
    page.evaluate(
        "async (queue) => { const { kept, change } = await import(queue); const [one] = await kept(); await change({...one, who: 99}); }",
        queue,
    )
    page.goto(serving.address)
    page.goto(f"{serving.home}/finds/add")
    expect(page.locator("#kept")).to_contain_text("Somebody else saved it here.")
    assert not _finds(parts)
    page.get_by_role("button", name="It is mine").click()
    expect(page.locator("#kept")).to_be_hidden()

    assert [("Winter boats", "")] == _notes(parts)
    page.context.close()


@pytest.mark.walks
def test_an_account_that_may_not_save_is_told_so_and_loses_nothing(
    chromium: Browser, newsletter: tuple[Parts, Serving]
) -> None:
    """Nothing is promised that will not come; the row is called by its site, never by a long address."""
    parts, serving = newsletter
    page = _ready(chromium, serving)
    page.route(re.compile("/studio/finds/known"), lambda route: route.fulfill(status=403, json={}))
    _share(page, serving, {"text": PAGE})
    _save(page)
    expect(page.locator("#done p").first).to_have_text(
        "Kept on this device. Your account may not save finds: ask an owner."
    )

    expect(page.locator("#kept .title")).to_have_text("nowhere.invalid")
    assert not _finds(parts)
    page.context.close()


@pytest.mark.walks
def test_what_is_refused_comes_back_into_the_form(chromium: Browser, newsletter: tuple[Parts, Serving]) -> None:
    """An address that is none: the sentence, and every word that was typed."""
    parts, serving = newsletter
    page = _ready(chromium, serving)
    page.get_by_label("Address").fill("boats in winter")
    page.get_by_label("Your thought").fill("For the long read.")
    page.get_by_role("button", name="Save it").click()
    expect(page.locator("#problem")).to_contain_text("There is no address of the web in this.")

    expect(page.get_by_label("Your thought")).to_have_value("For the long read.")
    expect(page.locator("#kept")).to_be_hidden()
    assert not _finds(parts)
    page.context.close()


@pytest.mark.walks
def test_what_is_edited_or_refused_stays_on_the_device_until_it_is_saved(
    chromium: Browser, newsletter: tuple[Parts, Serving]
) -> None:
    """The page is closed while words stand in its form again: they are still there, every page says so, and they are saved once."""
    parts, serving = newsletter
    page = _ready(chromium, serving)
    page.context.set_offline(True)
    _share(page, serving)
    _save(page, "For the long read.")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Your thought")).to_have_value("For the long read.")
    page.context.set_offline(False)
    page.goto(f"{serving.home}/issues")
    expect(page.locator(".said")).to_have_text("A find is kept on this device and not saved. See why")
    assert not _finds(parts)
    page.get_by_role("link", name="See why").click()
    page.get_by_role("button", name="Edit").click()
    _save(page, "For the short one.")
    expect(page.locator("#done")).to_contain_text("Saved.")
    expect(page.locator("#kept")).to_be_hidden()

    assert [("Winter boats", "For the short one.")] == _notes(parts)
    page.goto("about:blank")
    page.goto(f"{serving.home}/finds/add#https%3A%2F%2Fexample.org%2F%E0")
    expect(page.get_by_label("Address")).to_have_value("https://example.org/%E0")
    page.context.close()


def test_the_device_holds_the_page_for_saving_and_no_other(
    chromium: Browser, newsletter: tuple[Parts, Serving]
) -> None:
    """Offline every other page fails as it always did; what is held has nobody's name on it; a shortcut's address is taken whole."""
    _, serving = newsletter
    page = _ready(chromium, serving)
    held = page.evaluate(
        """async () => {
          const paths = [], texts = [];
          for (const name of await caches.keys()) for (const asked of await (await caches.open(name)).keys()) {
            paths.push(new URL(asked.url).pathname);
            texts.push(await (await caches.match(asked)).text());
          }
          return [paths, texts.join('')];
        }"""
    )
    assert {"/studio/finds/add"} == {path for path in held[0] if not path.startswith("/studio/assets/")}
    assert "Sign out" not in held[1] and "csrf" in held[1]
    for given, made in SHARES:
        words = {"url": "", "title": "", "text": "", **given}
        found = page.evaluate(
            "async ([script, words]) => (await import(script)).read(words)", [f"{serving.home}/assets/saving.js", words]
        )
        assert made == (found["url"], found["title"], found["quote"])
    page.context.set_offline(True)
    page.goto(f"{serving.home}/finds/add#https://example.org/a?b=1&c=2#part")
    page.reload()
    expect(page.get_by_label("Address")).to_have_value("https://example.org/a?b=1&c=2#part")
    for path in ("/finds", "", "/issues"):
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            page.goto(f"{serving.home}{path}")
    page.context.close()
