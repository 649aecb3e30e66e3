"""Whatever is named is read by its kind, or refused with a sentence."""

from __future__ import annotations

from datetime import date

import pytest

from newsletter.collect.source import MAX_BYTES, collect
from newsletter.folder.post_file import parse_post
from newsletter.words.mistake import Mistake, Place
from newsletter.words.post import Post

ON = date(2026, 11, 20)


def read(data: bytes, name: str, note: str = "") -> Post:
    return collect(
        data,
        name=name,
        on=ON,
        parse_post=lambda text, slug, file: parse_post(text, slug=slug, file=file),
        note=note,
    )


def test_the_ending_of_the_name_decides() -> None:
    """The same bytes are text, Markdown or a page."""
    data = b"<p>*Boats*</p>\nWords."
    assert read(data, "a.txt").title == "<p>*Boats*</p>"
    assert read(data, "a.html").body == "\\*Boats\\*\n\nWords."
    assert read(b"# Boats\n\nWords.", "a.md").title == "Boats"


@pytest.mark.parametrize(
    ("data", "title"),
    [(b"<!doctype html><title>Boats</title><p>x</p>", "Boats"), (b"---\ntitle: Boats\n---\nx", "Boats"),
     (b"# Boats\n\nx", "Boats"), (b"Boats\nx", "Boats"), (b"\xef\xbb\xbf<h1>Boats</h1><p>x</p>", "Boats")],
)  # fmt: skip
def test_standard_input_is_told_by_how_it_looks(data: bytes, title: str) -> None:
    """There is no name to go by."""
    assert read(data, "-").title == title


def test_a_note_stands_on_top_of_what_was_collected() -> None:
    """Our words come first, as they were written."""
    assert read(b"Boats\nWords.", "a.txt", note="Read *this*.").body == "Read *this*.\n\nWords."


def test_markdown_with_front_matter_is_a_post_already() -> None:
    """Its keys are kept, and a file that is named like a post keeps its name."""
    post = read(b"---\ntitle: Boats\ntags: [sea]\n---\n\n> Words.\n", "in/2026-01-02-boats.md")
    assert (post.slug, post.tags, post.body) == ("2026-01-02-boats", ("sea",), "> Words.")


def test_a_mistake_in_front_matter_points_into_the_file_that_was_named() -> None:
    """The editor mends it where it is."""
    with pytest.raises(Mistake) as caught:
        read(b"---\ntitle: Boats\nurl: nowhere\n---\n", "in/boats.md")
    assert caught.value.place == Place("in/boats.md", 3, 1)


def test_markdown_without_a_heading_is_named_by_its_first_words() -> None:
    """They stay in the text, and the editor is told."""
    post = read(b"Some **words** on [boats](https://example.com).\n\nMore.", "a.md")
    assert post.title == "Some words on boats."
    assert post.body.startswith("Some **words**")
    assert post.checks == ("The title is the first words of the text: give it one of its own.",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_byte_order_mark_says_what_the_letters_are(encoding: str) -> None:
    """Programs that write other encodings mark them."""
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    assert read(mark + "Åkers båt\r\nOrd.".encode(encoding), "a.txt").title == "Åkers båt"


def test_letters_that_are_not_utf8_are_refused_and_not_guessed() -> None:
    """The sentence names what it likely is, the line, and what to do."""
    with pytest.raises(Mistake) as caught:
        read("Boats\nÅker".encode("cp1252"), "a.txt")
    assert "cp1252" in caught.value.message
    assert "iconv -f cp1252 -t utf-8 a.txt" in caught.value.fix
    assert caught.value.place == Place("a.txt", 2)


def test_a_page_may_say_what_its_letters_are() -> None:
    """Old pages declare their encoding, and it is believed where it fits."""
    page = '<html><head><meta charset="iso-8859-1"><title>Åker</title></head><body><p>“x”</p></body></html>'
    assert read(page.encode("cp1252"), "a.html").title == "Åker"


def test_what_is_not_text_is_refused() -> None:
    """Null characters are in pictures and documents, never in text."""
    with pytest.raises(Mistake, match="not text"):
        read(b"PK\x00\x01", "a.txt")


def test_a_source_of_more_than_five_megabytes_is_refused() -> None:
    """Nothing of that size is a post."""
    with pytest.raises(Mistake, match="larger than 5 MB"):
        read(b"a" * (MAX_BYTES + 1), "a.txt")


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "README"])
def test_what_cannot_be_read_is_refused_with_what_to_do(name: str) -> None:
    """Each refusal says how to go on."""
    with pytest.raises(Mistake) as caught:
        read(b"x", name)
    assert caught.value.fix


def test_a_name_of_a_post_is_made_of_the_day_and_the_title() -> None:
    """Letters of any script stay, accents and marks go, and it is cut between words."""
    assert read("Åkers „Båt“: don’t miss it".encode(), "a.txt").slug == "2026-11-20-akers-bat-dont-miss-it"
    assert read("Паром зимой".encode(), "a.txt").slug == "2026-11-20-паром-зимой"
    assert read(b"!!!\nx", "a.txt").slug == "2026-11-20-post"
    assert len(read(b"word " * 30, "a.txt").slug) <= 71
