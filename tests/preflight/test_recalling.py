"""What the web answered is remembered: for a day where it was good, for minutes where it was not, and never unsaid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.fetch.answer_file import AnswerFile
from newsletter.ports.answers import Remembered
from newsletter.ports.fetcher import Fetched, NotFetched, WhyNot
from newsletter.preflight.web.memory import age_in_words, is_believed
from newsletter.words.finding import Finding
from tests.fetch.web_server import Page
from tests.preflight.desk import ICE, Desk

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


def asked_at(desk: Desk, later: timedelta, *, is_fresh: bool = False) -> tuple[dict[str, Finding], set[str]]:
    """The findings of a check so much later, by code, and the paths that it asked for."""
    desk.web.asked.clear()
    memory = AnswerFile(desk.directory / "var/cache/answers.db")
    found = desk.findings(memory=memory, now=NOW + later, is_fresh=is_fresh)
    return {one.code: one for one in found}, {path for path, _ in desk.web.asked}


def test_a_page_that_was_there_is_not_asked_again_for_a_day(desk: Desk) -> None:
    """The note says how many were not asked, and how old the oldest answer is; quotes are compared all the same."""
    assert 5 == len(asked_at(desk, timedelta())[1])
    desk.spoil(ICE, "longer than nine days", "longer than eleven days")
    found, asked = asked_at(desk, timedelta(hours=5))

    assert set() == asked
    assert (
        "5 of 5 addresses were not asked again; the oldest answer is of 5 hours ago."
        == found["remembered-answers"].message
    )
    assert "quote-not-on-page" in found
    assert 5 == len(asked_at(desk, timedelta(hours=25))[1])


def test_fresh_asks_for_everything(desk: Desk) -> None:
    """And remembers what it hears."""
    asked_at(desk, timedelta())
    assert 5 == len(asked_at(desk, timedelta(minutes=1), is_fresh=True)[1])
    assert set() == asked_at(desk, timedelta(hours=24))[1]


def test_a_dead_link_is_asked_again_soon_and_its_age_is_told(desk: Desk) -> None:
    """Mended elsewhere, it is fine ten minutes later; mended here, at once."""
    desk.spoil(ICE, "/crossings)", "/gone)")
    assert "ago" not in asked_at(desk, timedelta())[0]["dead-link"].message
    found, asked = asked_at(desk, timedelta(minutes=7))
    assert found["dead-link"].message.endswith("(404) (asked 7 minutes ago).")
    assert set() == asked

    desk.web.pages["/gone"] = Page()
    found, asked = asked_at(desk, timedelta(minutes=11))
    assert {"/gone"} == asked
    assert "dead-link" not in found
    desk.spoil(ICE, "/gone)", "/crossings)")
    assert {"/crossings"} == asked_at(desk, timedelta(minutes=12))[1]


def test_what_was_never_asked_is_not_remembered(desk: Desk) -> None:
    """What the guard refuses to ask, as here for the ports of our web, is nothing to remember."""
    done = desk.cli("check", "2")

    assert 0 == done.exit_code
    assert not (desk.directory / "var/cache/answers.db").exists()
    assert 0 == desk.cli("check", "2", "--fresh").exit_code


@pytest.mark.parametrize(
    ("reply", "minutes"),
    [
        (Fetched(url="https://a.example/", status=200), 24 * 60),
        (Fetched(url="https://a.example/", status=429), 120),
        (Fetched(url="https://a.example/", status=404), 10),
        (Fetched(url="https://a.example/", status=503), 10),
        (NotFetched(WhyNot.NO_SUCH_HOST, "x"), 10),
    ],
)
def test_how_long_an_answer_is_believed(reply: Fetched | NotFetched, minutes: int) -> None:
    """To the second; and never one that was given in the future."""
    one = Remembered(reply=reply, asked_at=NOW, has_body=False)

    assert is_believed(one, NOW)
    assert is_believed(one, NOW + timedelta(minutes=minutes, seconds=-1))
    assert not is_believed(one, NOW + timedelta(minutes=minutes))
    assert not is_believed(one, NOW - timedelta(seconds=1))


def test_ages_are_told_in_words() -> None:
    """Rounded down."""
    told = [age_in_words(timedelta(minutes=minutes)) for minutes in (0, 1, 2, 119, 120, 1439)]
    assert ["a minute", "a minute", "2 minutes", "119 minutes", "2 hours", "23 hours"] == told


def test_a_file_that_is_damaged_costs_a_question_and_no_more(desk: Desk, tmp_path: Path) -> None:
    """It is thrown away, and filled anew."""
    desk.write("var/cache/answers.db", "this is no database, and it is long enough to be taken for one " * 50)
    assert 5 == len(asked_at(desk, timedelta())[1])
    assert set() == asked_at(desk, timedelta(minutes=1))[1]
