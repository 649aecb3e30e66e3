"""Earlier versions by person and time: whose, how many words of what, the difference, and the ways back."""

from __future__ import annotations

from datetime import timedelta

from newsletter.folder.touch import edit_of
from tests.studio.conftest import World

POST = "posts/2026-11-20-ferries-in-winter.md"


def _edit(world: World, by: str, before: str, after: str, minutes: int) -> str:
    """Change some words of the post's file in somebody's name; the version that came of it."""
    sheets = world.parts.sheets
    text = sheets.read(POST).text
    assert before in text
    base = sheets.note(POST, at=world.parts.clock.now()).version
    at = world.parts.clock.now() + timedelta(minutes=minutes)
    return sheets.change(POST, base, edit_of(POST, "raw", text.replace(before, after)), by=by, at=at).sheet.version


def test_changes_are_told_by_person_and_counted_in_words(world: World) -> None:
    """For the post, and for the issue with all its posts; no file is named."""
    _edit(world, "Ben", "A timetable", "The very timetable", 1)
    _edit(world, "Ana", "the ice allows it", "the frost allows it", 30)
    for params in ({"file": POST, "issue": "1"}, {"issue": "1"}):
        page = world.client.get("/studio/history", params=params).text

        assert ">Ben</b>" in page and "2 words in Ferries in winter" in page
        assert ">Ana</b>" in page and "1 word in Ferries in winter" in page
        assert "<code>" not in page


def test_one_change_is_taken_back_and_later_ones_stay(world: World) -> None:
    """Ben's words go; what Ana wrote since is there."""
    before = world.parts.sheets.note(POST, at=world.parts.clock.now()).version
    bens = _edit(world, "Ben", "A timetable", "The very timetable", 1)
    _edit(world, "Ana", "The last boat", "The first boat", 30)
    page = world.client.get("/studio/history", params={"file": POST, "version": bens, "issue": "1"}).text
    assert "The very timetable" in page and "Take this change back" in page
    answer = world.post("/history", act="undo", file=POST, version=bens, before=before, issue="1")
    text = (world.parts.directory / POST).read_text()

    assert answer.status_code == 303, answer.text
    assert "A timetable" in text and "The first boat" in text


def test_a_change_in_words_that_changed_again_is_refused(world: World) -> None:
    """Nothing is overwritten by luck."""
    before = world.parts.sheets.note(POST, at=world.parts.clock.now()).version
    bens = _edit(world, "Ben", "A timetable", "The very timetable", 1)
    _edit(world, "Ana", "The very timetable", "One timetable", 30)
    answer = world.post("/history", act="undo", file=POST, version=bens, before=before, issue="1")

    assert answer.status_code == 409
    assert "One timetable" in (world.parts.directory / POST).read_text()
