"""Findings on a page: three kinds, a line each, fixed with old and new in sight, accepted with a reason, and both taken back."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsletter.fetch.http import HttpFetcher
from newsletter.preflight.rules import RULES
from tests.fetch.web_server import web_server
from tests.studio.conftest import World
from tests.studio.screens import FORBIDDEN_IN_FINDINGS

POST = "posts/2026-11-20-ferries-in-winter.md"
PREFLIGHT = Path(str(files("newsletter.preflight")))


@pytest.fixture
def faulty(world: World) -> World:
    """An issue of which something must be fixed, something else be checked, and nobody has asked the web."""
    path = world.parts.directory / POST
    path.write_text(
        path.read_text()
        + "\nTODO: say [why](https://example.com/a?utm_source=x), the the end. See [here](https://example.org/b).\n"
    )
    return world


def _page(world: World, path: str = "/issues/1/findings") -> BeautifulSoup:
    answer = world.client.get(f"/studio{path}", headers={"accept": "text/html"})
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def _press(world: World, words: str, button: str, **typed: str) -> str:
    """Press a button of the finding that says these words, as a browser without scripts does; returns where that leads."""
    (row,) = (one for one in _page(world).select(".finding, .accepted .row") if words in one.text)
    form = next(one for one in row.select("form") if button in one.text)
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden], button[name]")}
    answer = world.client.post(str(form["action"]), data={**fields, **typed})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_each_kind_has_its_heading_and_each_finding_is_one_closed_line(faulty: World) -> None:
    """The sentence is about the words; where they stand in which file is the command line's."""
    page = _page(faulty)
    assert [re.sub(r" \(\d+\)", "", one.text) for one in page.select("h2")][:3] == [
        "Must be fixed",
        "Check this",
        "For your information",
    ]
    assert "“TODO:” stands where your own words should." in [one.text.strip() for one in page.select(".finding .words")]
    assert not page.select(".finding details[open]")
    main = page.select_one("main")
    assert main and not FORBIDDEN_IN_FINDINGS.search(main.text)


def test_the_same_wall_stands_on_no_second_page(faulty: World) -> None:
    """The page that sends and the first page show what stops it, and how many there are of the rest."""
    for path in ("/issues/1/send", ""):
        page = _page(faulty, path)
        assert {one["data-kind"] for one in page.select(".finding")} == {"is-bad"}, path
        assert page.select_one('a[href="/studio/issues/1/findings"]'), path


def test_a_fix_shows_old_and_new_before_it_is_pressed_and_can_be_undone(faulty: World) -> None:
    """Undone, the file is what it was, letter by letter."""
    path = faulty.parts.directory / POST
    before = path.read_text()
    (row,) = (one for one in _page(faulty).select(".finding") if "utm_source" in one.text)
    assert [one.text for one in row.select("del, ins")] == [
        "https://example.com/a?utm_source=x",
        "https://example.com/a",
    ]

    where = _press(faulty, "utm_source", "Fix")
    assert "[why](https://example.com/a)," in path.read_text()
    page = _page(faulty, where.removeprefix("/studio"))
    form = page.select_one("form.undo")
    assert form
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input, button")}
    assert faulty.client.post(str(form["action"]), data=fields).headers["location"] == "/studio/issues/1/findings"
    assert path.read_text() == before


def test_accepted_with_a_reason_it_is_listed_with_it_and_can_be_taken_back(faulty: World) -> None:
    """Of two of a kind in one post both are meant, and the button says so; another address is another finding."""
    issue = faulty.parts.directory / "issues/001.md"
    before = issue.read_text()
    assert _press(faulty, "is all that the link says", "Accept", reason="Our readers know: it is a game.").endswith(
        "/findings"
    )
    accepted = _page(faulty).select_one(".accepted")
    assert accepted and "“here” is all that the link says." in accepted.text
    assert "Our readers know: it is a game. (" in accepted.text
    assert "vague-link https://example.org/b" in issue.read_text()

    _press(faulty, "Our readers know", "Take back")
    assert issue.read_text() == before
    assert not _page(faulty).select(".accepted")


def test_without_a_reason_nothing_is_accepted(faulty: World) -> None:
    """Nor with one too long, which comes back to its author, nor what is not found any more."""
    issue = faulty.parts.directory / "issues/001.md"
    before = issue.read_text()
    found = faulty.client.get("/studio/issues/1/findings").json()["findings"][0]["id"]
    assert faulty.post("/issues/1/accept", finding=found, reason=" ").status_code == 400
    long = faulty.post("/issues/1/accept", finding=found, reason="because " * 60)
    assert (400, True) == (long.status_code, "because because" in long.text)
    assert faulty.post("/issues/1/accept", finding="placeholder|gone", reason="It is so.").status_code == 404
    assert issue.read_text() == before


def test_an_acceptance_that_fits_nothing_can_be_taken_back(faulty: World) -> None:
    """A code that there is not, as a file may say it."""
    issue = faulty.parts.directory / "issues/001.md"
    before = issue.read_text()
    issue.write_text(before.replace("subject:", "waive:\n  vague-lnik: it is a name\nsubject:", 1))
    _press(faulty, "it is a name", "Take back")
    assert issue.read_text() == before


def test_the_web_is_asked_behind_the_page_and_only_when_somebody_says_so(world: World) -> None:
    """A link that leads nowhere is found by it; other words were asked about by nobody."""
    path = world.parts.directory / POST
    with web_server({}) as web:
        vars(world.parts)["fetcher"] = HttpFetcher(
            lookup=lambda host, port: ["127.0.0.1"], allow=lambda address: True, ports=[web.port], seconds=5
        )
        path.write_text(path.read_text() + f"\nSee [the ferry](http://boats.example.org:{web.port}/gone).\n")
        assert "were not looked at on the web" in _page(world).text
        assert not web.asked
        assert world.post("/issues/1/findings").status_code == 303
        until = time.monotonic() + 20
        while "Looked at" not in (page := _page(world)).text:
            assert page.select("[data-looking]")
            assert time.monotonic() < until
            time.sleep(0.05)
        assert "The link “the ferry” leads to a page that is not there (404)." in page.text
        path.write_text(path.read_text() + "\nMore.\n")
        assert "leads to a page that is not there" not in _page(world).text


def test_many_of_a_kind_in_one_post_are_one_line(world: World) -> None:
    """Eleven pictures that would not go out are one thing to mend; each stands in the opened line, and all are counted."""
    path = world.parts.directory / POST
    path.write_text(path.read_text() + "".join(f"\n![A boat](/boat-{n}.jpg)\n" for n in range(11)))
    page = _page(world)
    (row,) = (one for one in page.select(".finding") if "would not go out" in one.text)
    words = row.select_one(".words")
    assert words and words.text.endswith("And 10 more like it.")
    assert len(row.select("li")) == 10
    assert "Must be fixed (11)" in [one.text for one in page.select("h2")]


def test_an_issue_that_makes_no_mail_says_what_is_in_the_way(faulty: World) -> None:
    """Without a press that would change what can't be read as it is."""
    (faulty.parts.directory / POST).unlink()
    page = _page(faulty)
    assert page.select(".finding[data-kind=is-bad]")
    assert "Fix" not in [button.text for button in page.select("main button")]


def test_nothing_is_accepted_while_there_is_no_mail(faulty: World) -> None:
    """The press could not tell what it is about, and a reason would have been typed for nothing."""
    path = faulty.parts.directory / POST
    path.write_text(path.read_text() + "\n![](images/none.png)\n")
    page = _page(faulty)
    assert len(page.select(".finding[data-kind=is-bad]")) > 1
    assert not page.select("form.accept")


def _sentences() -> Iterator[tuple[str, str]]:
    """What every call of `finding` in preflight has a page say, as far as it stands in the call; each with its place."""
    for path in sorted(PREFLIGHT.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") not in {"finding", "link_finding"}:
                continue
            own = {word.arg: word.value for word in call.keywords}
            message, fix = (*call.args[2:4], None, None)[:2]
            for said in (own.get("on_page", message), own.get("fix_on_page", fix)):
                texts = [one.value for one in ast.walk(said) if isinstance(one, ast.Constant)] if said else []
                yield f"{path.name}:{call.lineno}", "…".join(text for text in texts if isinstance(text, str))


def test_no_finding_names_a_file_a_key_or_a_command_on_a_page() -> None:
    """Every sentence in the code, also of what no test plants; and why each matters."""
    sentences = [*_sentences(), *((code, rule.why) for code, rule in RULES.items())]
    assert len(sentences) > 150
    assert not [one for one in sentences if FORBIDDEN_IN_FINDINGS.search(one[1])]
