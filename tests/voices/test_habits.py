"""What is remembered of a source is one more sign: it turns doubts over, and nothing that is certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from newsletter.collect.plain_text import read_plain_text
from newsletter.collect.source import collect
from newsletter.collect.voices.decide import Whose, decide, open_doubts
from newsletter.collect.voices.habits import sentence_of, turned_over
from newsletter.folder.habits_file import Habit
from newsletter.words.post import Post
from tests.voices.test_shapes import docx

TEXT = """\
Why the winter boat leaves early

By Ines Oake

Mara Vell, who runs the ferry, explains in her weekly letter why the winter boat leaves so early:

The bar is deep enough at ten past six and at no other hour. Nobody chose it, and nobody asks for another one.

The harbour office has been asked twice.

The ferry runs again from the first of April, on every day but Sunday.
"""
HABIT = Habit(source="Ines Oake", sign="remark", is_quote=True, times=2, is_remembered=True)


def _read(*habits: Habit) -> Post:
    return read_plain_text(TEXT, on=date(2026, 11, 30), habits=habits)


def _doubtful(post: Post) -> tuple[int, str]:
    return next((at, said.reasons) for at, said in open_doubts(post.body, post.checks).items())


def test_what_is_remembered_of_a_source_is_weighed_with_the_rest() -> None:
    """In texts of that source, and of no other."""
    assert "> The harbour office" not in _read().body
    assert "> The harbour office" in _read(HABIT).body
    assert _read(replace(HABIT, source="Marek")) == _read()
    assert _read(replace(HABIT, sign="no sign any more")) == _read()


@pytest.mark.parametrize("shape", ["a.html", "a.docx"])
def test_a_page_and_a_word_file_are_told_with_what_is_remembered(shape: str) -> None:
    """In the bounded child too; a page names its author, a Word file is one of the texts without a byline."""
    title, _, *paragraphs = [line for line in TEXT.splitlines() if line]
    author = "Ines Oake" if shape == "a.html" else ""
    head = f'<title>{title}</title><meta name="author" content="{author}">'
    html = (
        f"<html><head>{head}</head><body><h1>{title}</h1>{''.join(f'<p>{one}</p>' for one in paragraphs)}</body></html>"
    )
    data = html.encode() if shape == "a.html" else docx(("", title), *[("", one) for one in paragraphs])

    def body(*habits: Habit) -> str:
        return collect(data, name=shape, on=date(2026, 11, 30), parse_post=_never, habits=habits).body

    assert "> The harbour office" not in body()
    assert "> The harbour office" in body(replace(HABIT, source=author))


def _never(*_: object) -> Post:
    raise AssertionError


def test_what_is_certain_stays_whatever_is_remembered() -> None:
    """A quote in marks is one."""
    against = Habit(source="Ines Oake", sign="marks", is_quote=False, times=9, is_remembered=True)
    marked = TEXT.replace("The bar is", "“The bar is").replace("another one.", "another one.”")
    assert "> “The bar is" in read_plain_text(marked, on=date(2026, 11, 30), habits=[against]).body


def test_a_decision_against_the_program_is_a_habit_by_the_sign_that_weighed_most() -> None:
    """One that agrees with it is none."""
    post = _read()
    at, reasons = _doubtful(post)
    for whose, found in ((Whose.THEIRS, [True]), (Whose.OURS, [])):
        done = decide(post.body, post.checks, at, whose)
        turned = turned_over(post, replace(post, body=done.body, checks=done.checks))
        assert [one.is_quote for one in turned] == found, reasons
        assert all(one.source == "Ines Oake" and sentence_of(one).endswith("a paragraph is theirs.") for one in turned)
