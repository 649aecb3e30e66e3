"""A PDF becomes a post: title, maker, pages and day from what it says, its text as a quote, and what is doubtful said."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.collect.pages.pdf import read_pdf
from newsletter.collect.source import collect
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post
from tests.collect.pdfs import a_pdf

ON = "2026-11-30"
LINES = [
    "The bar is deep enough at ten past six and at no other hour, and",
    "nobody chose it.",
    "Boats forget nothing, and the harbour office has been asked twice if",
    "it does.",
]


def _never(*_: object) -> Post:
    raise AssertionError


def test_what_a_pdf_says_of_itself_and_its_words_are_the_post() -> None:
    """In the bounded child, as anybody who adds one has it."""
    data = a_pdf(LINES, ["The end of it."], Title="Winter tides", Author="Ida Holm", CreationDate="D:20240303120000Z")
    post = collect(data, name="tides.pdf", on=date.fromisoformat(ON), parse_post=_never)
    assert (post.title, post.author, post.published_on) == ("Winter tides", "Ida Holm", date(2024, 3, 3))
    assert post.body == (
        "PDF by Ida Holm, 2 pages, 3 March 2024.\n\n"
        "> The bar is deep enough at ten past six and at no other hour, and nobody chose it.\n>\n"
        "> Boats forget nothing, and the harbour office has been asked twice if it does.\n>\n"
        "> The end of it.\n>\n> — Ida Holm"
    )
    assert "taken out of a PDF" in post.checks[0]


@pytest.mark.parametrize("title", ["", "Microsoft Word - tides_final2.docx", "Untitled"])
def test_a_title_that_a_program_made_up_is_none(title: str) -> None:
    """Then its first line is the title; where there is no text either, what it is."""
    assert read_pdf(a_pdf(["Winter tides.", "Of the bar."], Title=title), on=ON).title == "Winter tides."
    empty = read_pdf(a_pdf([], Title=title), on=ON)
    assert empty.title == "PDF, 1 page"
    assert "pictures of its pages" in empty.checks[0]


def test_a_long_one_says_what_is_not_here() -> None:
    """Forty pages are read; the number is that of all."""
    post = read_pdf(a_pdf(*[[f"Page {n}."] for n in range(1, 43)]), on=ON)
    assert "Page 40." in post.body and "Page 41." not in post.body
    assert post.checks[-1] == "Only the first 40 of its 42 pages are here."


def test_one_of_the_web_has_its_address() -> None:
    """As any page has."""
    post = read_pdf(a_pdf(LINES), on=ON, at="https://example.org/tides.pdf")
    assert (post.url, post.source) == ("https://example.org/tides.pdf", "example.org")
    assert post.body.endswith("> — [example.org](https://example.org/tides.pdf)")


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4\n", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj", a_pdf(LINES)[:300], b""]
)
def test_a_damaged_one_is_refused_with_the_way_out(data: bytes) -> None:
    """Never a fault of the program."""
    with pytest.raises(Mistake, match="damaged"):
        read_pdf(data, on=ON)


@given(st.lists(st.text("abc defgh", min_size=1, max_size=30), min_size=1, max_size=8))
def test_no_word_of_a_pdf_is_lost(lines: list[str]) -> None:
    """Whatever its lines are; a word that was broken keeps its hyphen."""
    post = read_pdf(a_pdf(lines), on=ON)
    words = "".join(lines).replace(" ", "")
    assert words in post.body.replace(" ", "").replace(">", "").replace("\n", "") or not words
