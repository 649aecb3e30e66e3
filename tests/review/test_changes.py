"""Versions of a file become changes by person and sitting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from newsletter.folder.sheet import SavedVersion
from newsletter.review.changes import changes_in
from newsletter.words.difference import count_words_changed

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _kept(*saved: tuple[str, str, int]) -> list[SavedVersion]:
    """Versions as they are kept: (version, by, minutes from now on), newest first."""
    return [SavedVersion(version=v, by=by, at=NOW + timedelta(minutes=m)) for v, by, m in reversed(saved)]


def test_what_one_person_saves_in_one_go_is_one_change() -> None:
    """Every save notes what stood there before, without a name: that hides nobody's."""
    kept = _kept(
        ("a", "", 0), ("a", "", 1), ("b", "Ben", 1), ("b", "", 2), ("c", "Ben", 2), ("c", "", 9), ("d", "Ana", 9)
    )
    told = [(one.by, one.before, one.after) for one in changes_in("posts/one.md", kept)]

    assert told == [("Ana", "c", "d"), ("Ben", "a", "c"), ("", "", "a")]


def test_somebody_who_comes_back_later_has_begun_another_sitting() -> None:
    """Ten minutes without a word end a sitting; a change that was undone in it is none."""
    kept = _kept(("a", "", 0), ("b", "Ben", 1), ("c", "Ben", 20), ("b", "Ben", 21))

    assert [(one.before, one.after) for one in changes_in("posts/one.md", kept)] == [("a", "b"), ("", "a")]


def test_words_are_counted_that_changed() -> None:
    """One in another's place counts once, in the middle of a long text too."""
    text = "one two three four five " * 2_000

    assert count_words_changed("a b c", "a x c") == 1
    assert count_words_changed("", "a b") == count_words_changed("a b", "") == 2
    assert count_words_changed(text + "end", text.replace("three", "3", 1) + "new end") == 2
