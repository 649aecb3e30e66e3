"""Saving from a phone: what its share sheet opens, what is known of a page, and the files that a phone installs."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from newsletter.web.studio.finds.shared import read_shared
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindDraft, Origin
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role
from tests.studio.conftest import World
from tests.studio.shares import SHARES

PAGE = "https://boats.example.com/winter"


@pytest.mark.parametrize(("given", "made"), SHARES)
def test_a_share_is_taken_apart(given: dict[str, str], made: tuple[str, str, str]) -> None:
    """As the programs of phones share pages: the address may stand anywhere, and no word is lost."""
    shared = read_shared(url=given.get("url", ""), title=given.get("title", ""), text=given.get("text", ""))

    assert (shared.url, shared.title, shared.quote) == made


@pytest.mark.parametrize("text", ["", "Two words", "javascript:alert(1)"])
def test_a_share_without_an_address_is_refused(text: str) -> None:
    """With a sentence, which the page shows above the fields."""
    with pytest.raises(Mistake):
        read_shared(url="", title="", text=text)


def test_what_is_known_of_a_page_is_said_before_and_after_it_is_saved(world: World) -> None:
    """In which issue it ran, and who saved it on which day; in no word a file's name."""
    post = next(post for post in world.parts.posts.list_posts() if post.url)
    desk = collect_desk(world.parts)
    desk.finds.add(FindDraft(url=PAGE, origin=Origin.PERSON, source="saved by Ben"))
    asked = world.client.get("/studio/finds/known", params={"url": f"{post.url}?utm_source=x"}).json()
    page = world.client.get("/studio/finds/add", params={"text": f"Boats {PAGE}"}).text
    said = world.client.post(
        "/studio/finds",
        data={"act": "save", "url": str(post.url)},
        headers={"X-CSRF-Token": asked["csrf"], "Accept": "application/json"},
    ).json()["said"]

    assert [f"Is in draft 1: “{post.title}”."] == asked["known"]
    assert "Ben saved it today." in page and 'value="Boats"' in page
    assert f"Saved. Is in draft 1: “{post.title}”." == said


@pytest.mark.parametrize(("days", "said"), [(0, "today"), (1, "yesterday"), (3, "on "), (40, "on ")])
def test_the_day_of_a_find_is_said_as_people_say_it(
    world: World, monkeypatch: pytest.MonkeyPatch, days: int, said: str
) -> None:
    """By its weekday within the week, else with its date."""
    collect_desk(world.parts).finds.add(FindDraft(url=PAGE, origin=Origin.PERSON, source="saved by Ben"))
    then = world.parts.clock.now()
    monkeypatch.setattr(world.parts.clock, "now", lambda: then + timedelta(days=days))
    (known,) = world.client.get("/studio/finds/known", params={"url": PAGE}).json()["known"]
    here = then.astimezone(ZoneInfo(world.parts.config.newsletter.zone))
    exact = {3: f"on {here:%A}", 40: f"on {here.day} {here:%B %Y}"}.get(days, said)

    assert known == f"Ben saved it {exact}."


def test_one_press_is_one_find_however_often_it_is_sent(world: World) -> None:
    """A thought is not added twice; another press, and the same name from somebody else, are others."""
    once = "7f" * 16
    for note in ("First thought.", "First thought, sent again."):
        world.post("/finds", act="save", url=PAGE, note=note, once=once)
    world.post("/finds", act="save", url=PAGE, note="Second thought.", once="80" * 16)
    (find,) = collect_desk(world.parts).finds.list_finds()

    assert find.note == "First thought.\n\nSecond thought."
    assert world.post("/finds", act="save", url=PAGE, once="x" * 101).status_code == 400


def test_what_a_phone_keeps_has_nobodys_name_on_it(world: World) -> None:
    """The page for saving without a session: the same for everybody, and open; everything it needs is open too."""
    signed_in = world.client.get("/studio/finds/add").text
    script = world.client.get("/studio/finds/worker.js")
    kept = json.loads(script.text.partition("= ")[2].partition(";\n")[0])
    world.client.cookies.clear()
    page = world.client.get(kept["page"])
    again = world.client.get("/studio/finds/worker.js").text

    assert world.parts.config.newsletter.name in page.text and "Sign out" in signed_in and "Sign out" not in page.text
    assert page.text == world.client.get(kept["page"]).text
    used = set(re.findall(r'(?:src|href)="(/studio/[^"]+\.(?:js|css|svg))"', page.text))
    assert used <= set(kept["files"])
    assert all(world.client.get(file).status_code == 200 for file in kept["files"])
    assert script.text == again, "the version must not depend on who asks"
    assert script.headers["content-type"].startswith("text/javascript")
    assert "default-src 'none'" in script.headers["content-security-policy"]


def test_nothing_is_known_to_somebody_who_is_not_signed_in(stranger: World) -> None:
    """The page opens, so that what was shared is not lost; what ran, and who saved it, is not said."""
    collect_desk(stranger.parts).finds.add(FindDraft(url=PAGE, origin=Origin.PERSON, source="saved by Ben"))
    page = stranger.client.get("/studio/finds/add", params={"url": PAGE, "title": "Winter boats"})

    assert page.status_code == 200 and 'value="Winter boats"' in page.text
    assert "Ben" not in page.text
    assert stranger.client.get("/studio/finds/known", params={"url": PAGE}).status_code == 303


def test_the_manifest_names_the_share_target(world: World) -> None:
    """A GET that fills the form; its pictures are there."""
    told = world.client.get("/studio/app.webmanifest")
    manifest = told.json()

    assert told.headers["content-type"] == "application/manifest+json"
    assert manifest["share_target"]["method"] == "GET"
    assert manifest["share_target"]["action"] == "/studio/finds/add"
    assert manifest["name"] == world.parts.config.newsletter.name
    assert all(world.client.get(icon["src"]).status_code == 200 for icon in manifest["icons"])


def test_the_steps_have_a_picture_only_where_a_phone_can_open_the_studio(world: World) -> None:
    """While nobody has an account no phone can, and the page says so."""
    before = world.client.get("/studio/finds/phone").text
    world.parts.users.add("ana@example.com", name="Ana", role=Role.OWNER)
    after = world.client.get("/studio/finds/phone").text

    assert "on this computer only" in before and "<svg" not in before
    assert "<svg" in after and "https://ferries.example.com/studio/finds/phone" in after
