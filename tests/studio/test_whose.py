"""Whose words a paragraph is, decided in the studio: one press each, every press undone, no letter changed."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.studio.conftest import World

FILE = "posts/2026-11-20-ferries-in-winter.md"
PART = "post:2026-11-20-ferries-in-winter"
HEAD = """\
---
title: Ferries in winter
url: https://example.org/ferries
source: Coastline
checks:
  - 'The page was not read: it answered 503.'
  - '“It is a law …” may be a quote: it is short, as a remark is; the quote above it may go on. Set as our own words now.'
  - '“We go on foot …” may be a quote: it has no quotation marks. Set as our own words now.'
---

"""
BODY = "She says:\n\n> It is late.\n\nIt is a law that it is late.\n\nWe go on foot now.\n"


@pytest.fixture
def doubtful(world: World) -> World:
    """The first issue has a post with two doubts, and a note of another kind."""
    (world.parts.directory / FILE).write_text(HEAD + BODY)
    return world


def _page(world: World, more: str = "") -> str:
    return unescape(world.client.get(f"/studio/issues/1?part={PART}{more}").text)


def _press(world: World, page: str, act: str, words: str = "") -> str:
    """Press a button of the form as a browser without scripts does, and follow it."""
    form = page[page.index('id="words"') :]
    where = form.index(f'<div class="text">{words}') if words else 0
    button = re.search(rf'value="({act}(?: [^"]*)?)"', form[where:])
    assert button, act
    fields = dict(re.findall(r'<input type="hidden" name="(file|base|part|presses|all)" value="([^"]*)"', form))
    body = re.search(r'name="value-body"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    typed = {"field": "body", "value-body": body[1]} if body else {}
    answer = world.post("/issues/1/whose", press=button[1], **fields, **typed)
    assert answer.status_code == 303
    return unescape(world.client.get(answer.headers["location"]).text)


def _file(world: World) -> str:
    return (world.parts.directory / FILE).read_text()


def test_each_doubt_is_shown_at_its_paragraph_and_decided_alone(doubtful: World) -> None:
    """The reason is said in plain words, the source stands beside it, and the last note is of another kind."""
    page = _page(doubtful)
    assert "Two left to decide" in page
    assert page.count("Theirs or ours?") == 2
    assert "It is short, as a remark is; the quote above it may go on." in page
    assert 'href="https://example.org/ferries"' in page

    page = _press(doubtful, page, "theirs", "It is a law")
    assert "One left to decide" in page
    assert "> It is late.\n>\n> It is a law that it is late.\n\nWe go on foot now.\n" in _file(doubtful)

    page = _press(doubtful, page, "ours", "We go on foot")
    assert "All decided" in page
    assert "may be a quote" not in _file(doubtful)
    assert "The page was not read" in _file(doubtful)
    assert "The page was not read" not in _press(doubtful, page, "noted")
    assert "checks" not in _file(doubtful)


def test_every_press_can_be_undone(doubtful: World) -> None:
    """Back to the very file, press by press."""
    before = _file(doubtful)
    page = _press(doubtful, _page(doubtful), "up-to-here", "We go on foot")
    assert "> We go on foot now." in _file(doubtful)
    assert "may be a quote" not in _file(doubtful)
    between = _file(doubtful)
    page = _press(doubtful, _page(doubtful, "&all" + _presses(page)), "ours", "It is late")
    assert "\n\nIt is late.\n\n> It is a law" in _file(doubtful)
    page = _press(doubtful, page, "undo")
    assert _file(doubtful) == between
    page = _press(doubtful, page, "undo")
    assert _file(doubtful) == before
    assert 'value="undo"' not in page


def _presses(page: str) -> str:
    found = re.search(r'name="presses" value="([^"]*)"', page)
    assert found
    return f"&presses={found[1].replace(' ', '+')}"


def test_all_at_once_only_where_every_paragraph_is_shown(doubtful: World) -> None:
    """The open post has no such press; the page with all paragraphs has, and the words stay as they are."""
    page = _page(doubtful)
    assert 'value="accept"' not in page
    assert "Decide them all" in page
    page = _page(doubtful, "&all")
    assert page.count('class="text"') == 4
    _press(doubtful, page, "accept")
    assert _file(doubtful).endswith(f"\n{BODY}")
    assert "may be a quote" not in _file(doubtful)


def test_nothing_is_approved_while_a_doubt_is_left(doubtful: World) -> None:
    """Decided in the studio, it can be."""
    doubtful.post("/issues/1/approve", act="approve")
    assert doubtful.parts.schedule.approvals.find(1) is None
    page = _press(doubtful, _page(doubtful, "&all"), "accept")
    _press(doubtful, page, "noted")
    doubtful.post("/issues/1/approve", act="approve")
    assert doubtful.parts.schedule.approvals.find(1) is not None


@pytest.mark.parametrize("where", ["/studio/issues/1/send", "/studio"])
def test_other_pages_name_the_doubts_of_a_post_once_and_lead_to_its_words(doubtful: World, where: str) -> None:
    """No press there clears what nobody has seen; the note of another kind keeps its own."""
    page = unescape(doubtful.client.get(where).text)
    assert page.count("“We go on foot …”") == 1
    assert (
        "Two paragraphs of “Ferries in winter” may be quotes or your own words: “It is a law …”, “We go on foot …”."
        in page
    )
    assert f'href="/studio/issues/1?part={PART}&all#whose">Decide them all</a>' in page
    assert page.count(">Accept as is</button>") == 1

    (found,) = (
        one["id"] for one in doubtful.client.get("/studio/issues/1/findings").json()["findings"] if one["at_words"]
    )
    before = _file(doubtful)
    assert doubtful.post("/issues/1/answer", finding=found).status_code == 404
    assert _file(doubtful) == before


def test_words_that_were_typed_meanwhile_are_saved_and_no_other_paragraph_is_turned(doubtful: World) -> None:
    """A press is about the paragraph that was shown: where that is gone, nothing is turned, and nothing is lost."""
    page = _page(doubtful)
    name = re.findall(r'value="(theirs [^"]*)"', page)[0]
    base = doubtful.parts.sheets.read(FILE).version
    typed = {"field": "body", "value-body": "Before.\n\n" + BODY}
    answer = doubtful.post("/issues/1/whose", press=name, file=FILE, base=base, part=PART, **typed)
    assert answer.status_code == 409
    assert _file(doubtful).endswith("\n\nBefore.\n\n" + BODY)
    assert doubtful.post("/issues/1/whose", press="nonsense", file=FILE, base=base, part=PART).status_code == 400


def test_what_is_decided_twice_for_a_source_is_offered_and_can_be_forgotten(doubtful: World) -> None:
    """Never by itself: once turned over it is counted, undone it is not; twice, it is asked; the line can be read and deleted."""
    habits = doubtful.parts.directory / "habits.toml"
    page = _press(doubtful, _page(doubtful), "theirs", "It is a law")
    assert 'source = "Coastline"\nsign = "remark"\nwhose = "theirs"\ntimes = 1' in habits.read_text()
    page = _press(doubtful, page, "undo")
    assert "[[habit]]" not in habits.read_text()

    page = _press(doubtful, page, "theirs", "It is a law")
    assert "Shall it be remembered?" not in page
    (doubtful.parts.directory / FILE).write_text(HEAD + BODY)
    page = _press(doubtful, _page(doubtful), "theirs", "It is a law")
    assert (
        "in texts of Coastline: Where it is short, as a remark is, a paragraph is theirs. Shall it be remembered?"
        in page
    )

    page = _press(doubtful, page, "remember")
    assert "Shall it be remembered?" not in page
    assert "remembered = true" in habits.read_text()
    sources = unescape(doubtful.client.get("/studio/finds/sources").text)
    assert "Where it is short, as a remark is, a paragraph is theirs." in sources
    habit = re.search(r'name="habit" value="([^"]*)"', sources)
    assert habit
    doubtful.post("/finds/sources", act="forget", source="Coastline", habit=habit[1])
    assert "[[habit]]" not in habits.read_text()
    assert "Remembered of texts" not in doubtful.client.get("/studio/finds/sources").text


def test_an_offer_that_is_declined_is_gone(doubtful: World) -> None:
    """And counted from the beginning."""
    for _ in range(2):
        (doubtful.parts.directory / FILE).write_text(HEAD + BODY)
        page = _press(doubtful, _page(doubtful), "theirs", "It is a law")
    assert "Shall it be remembered?" not in _press(doubtful, page, "decline")
    assert "[[habit]]" not in (doubtful.parts.directory / "habits.toml").read_text()
