"""habits.toml: what is remembered of texts, counted, remembered, forgotten, and read as somebody may have changed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.folder.habits_file import FILE, Habit, HabitFile
from newsletter.words.mistake import Mistake

SHORT = Habit(source="Ines", sign="remark", is_quote=True)


def test_a_decision_is_offered_once_it_was_made_twice_and_counts_once_it_is_remembered(tmp_path: Path) -> None:
    """By source, sign and side; the other way round is another habit."""
    book = HabitFile(tmp_path)
    assert list(book.list_habits()) == []
    book.count([SHORT])
    assert not book.list_habits()[0].is_offered
    book.count([SHORT, Habit(source="Ines", sign="remark", is_quote=False)])
    assert [(one.times, one.is_offered) for one in book.list_habits()] == [(2, True), (1, False)]
    assert list(book.list_remembered()) == []

    book.remember(SHORT)
    (kept,) = book.list_remembered()
    assert (kept.times, kept.is_quote, kept.is_offered) == (2, True, False)
    book.forget(SHORT)
    assert [one.is_quote for one in book.list_habits()] == [False]


def test_what_is_taken_back_leaves_the_file(tmp_path: Path) -> None:
    """Unless it is remembered, whatever became of the decisions."""
    book = HabitFile(tmp_path)
    book.count([SHORT])
    book.count([SHORT], by=-1)
    assert list(book.list_habits()) == []
    book.count([SHORT])
    book.remember(SHORT)
    book.count([SHORT], by=-1)
    assert len(book.list_remembered()) == 1


def test_the_file_can_be_read_by_a_person_and_holds_any_name(tmp_path: Path) -> None:
    """With a comment on top; a quotation mark in a name stays one."""
    odd = Habit(source='Ada "A" [x]', sign="indented", is_quote=False)
    HabitFile(tmp_path).count([odd])
    assert (tmp_path / FILE).read_text().startswith("# How often editors decided")
    assert HabitFile(tmp_path).list_habits()[0].is_about(odd)


@pytest.mark.parametrize(
    "text", ["[[habit]", "x = 1", '[[habit]]\nsource = "a"\n', '[[habit]]\nsource = "a"\nsign = "b"\nwhose = "ours"\ntimes = true\nremembered = true\n', "habit = 3"]
)  # fmt: skip
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    """With its name and how it is written; nothing of it is lost."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(Mistake) as error:
        HabitFile(tmp_path).list_habits()
    assert error.value.place is not None and error.value.place.file == FILE
    assert "[[habit]]" in error.value.fix
