"""One text in every shape comes to the same post: plain text, HTML with and without blockquotes, Word, a mail."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.collect.pages.document import read_document
from newsletter.collect.pages.page import read_page
from newsletter.collect.source import collect, require_addable
from newsletter.collect.voices.blocks import quote_blocks
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post

ON = date(2026, 11, 20)
TITLE = "Why the winter boat leaves early"
INTRO = "Mara Vell, who runs the ferry, explains it in her weekly letter:"
QUOTE = "The bar is deep enough at ten past six and at no other hour. Nobody chose it, and nobody asks for another one."
OURS = "I have nothing to add to that."
WANTED = f"{INTRO}\n\n> {QUOTE}\n\n{OURS}"
SET_IN = "<p style='margin-left:36pt'>"


def page(*paragraphs: str, head: str = "") -> str:
    return f"<html><head><title>{TITLE}</title>{head}</head><body>{''.join(paragraphs)}</body></html>"


SHAPES = {
    "no marks": page(f"<h1>{TITLE}</h1><p>{INTRO}</p><p>{QUOTE}</p><p>{OURS}</p>"),
    "blockquote": page(f"<h1>{TITLE}</h1><p>{INTRO}</p><blockquote><p>{QUOTE}</p></blockquote><p>{OURS}</p>"),
    "style": page(f"<p class=title>{TITLE}</p><p>{INTRO}</p>{SET_IN}{QUOTE}</p><p>{OURS}</p>"),
    "class of the page's own": page(
        f"<h1>{TITLE}</h1><p class=c1>{INTRO}</p><p class='c2 c3'>{QUOTE}</p><p class=c1>{OURS}</p>",
        head="<style>.c1{color:#000}.c3{padding:0;margin-left:.5in}</style>",
    ),
    "named": page(f"<h1>{TITLE}</h1><p>{INTRO}</p><p class=MsoQuote>{QUOTE}</p><p>{OURS}</p>"),
    "sections": page(f"<div><h1>{TITLE}</h1><div>{INTRO}</div><div style='padding-left: 2em'>{QUOTE}</div></div><div>{OURS}</div>"),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_html_that_somebody_wrote_is_told_apart(shape: str) -> None:
    """Set in, named a quote, or introduced: the quote is a quote, and no word is lost."""
    assert read_page(SHAPES[shape], on=ON).body == WANTED


def test_a_page_whose_paragraphs_are_all_set_in_has_no_quotes_by_that() -> None:
    """That is how it looks."""
    assert read_page(page(f"{SET_IN}One.</p>{SET_IN}Two.</p>"), on=ON).body == "One.\n\nTwo."


def test_the_text_of_somebody_elses_page_is_not_told_apart() -> None:
    """All of it is theirs, which is said."""
    post = read_page(
        page(f"<p>{INTRO}</p><p>{QUOTE}</p>", head="<link rel=canonical href=https://example.org/a>"), on=ON
    )
    assert ">" not in post.body
    assert any("The text is that of" in check for check in post.checks)


def docx(*paragraphs: tuple[str, str]) -> bytes:
    """A Word file of paragraphs, each with the properties that come before its text."""
    body = "".join(f"<w:p><w:pPr>{kind}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>" for kind, text in paragraphs)
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{name}"><w:body>{body}</w:body></w:document>')
    return data.getvalue()


@pytest.mark.parametrize("mark", ["", '<w:pStyle w:val="Quote"/>', '<w:ind w:left="720"/>', '<w:ind w:start="720"/>'])
def test_a_word_file_is_told_apart(mark: str) -> None:
    """By its style, its indentation or its introduction; the first paragraph is the title."""
    post = read_document(docx(("", TITLE), ("", INTRO), (mark, QUOTE), ("", OURS)), on=str(ON))
    assert (post.title, post.body) == (TITLE, WANTED)


def test_a_word_file_is_read_in_the_bounded_child() -> None:
    """As whoever adds one has it, with the file named where it is none."""

    def none(*_: object) -> Post:
        raise AssertionError

    assert collect(docx(("", TITLE), ("", OURS)), name="a.docx", on=ON, parse_post=none).body == OURS
    with pytest.raises(Mistake, match="no Word file") as error:
        collect(b"PK no zip", name="a.docx", on=ON, parse_post=none)
    assert error.value.place is not None and error.value.place.file == "a.docx"


@pytest.mark.parametrize(("name", "way_out"), [("a.rtf", ".docx"), ("a.doc", ".docx"), ("a.pages", "Export")])
def test_other_kinds_are_refused_with_the_way_out(name: str, way_out: str) -> None:
    """Before anything is opened."""
    with pytest.raises(Mistake) as error:
        require_addable(name)
    assert way_out in error.value.fix


def test_a_mail_of_ones_own_with_marks_has_quotes() -> None:
    """`>` is a mark and no text."""
    from newsletter.collect.plain_text import read_plain_text

    assert read_plain_text(f"{TITLE}\n\n{INTRO}\n\n> {QUOTE}\n\n{OURS}\n", on=ON).body == WANTED


BLOCK = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029>"), min_size=1, max_size=40),
    st.sampled_from(["# A heading", "- one\n- two", "> quoted", "> a\n>\n> b", "```\ncode\n\nmore\n```", "![a](https://example.org/a.png)", "She says:"]),
)  # fmt: skip


@given(st.lists(BLOCK, max_size=8))
def test_only_marks_of_quotes_are_added(blocks: list[str]) -> None:
    """Every letter stays, in its order."""
    markdown = "\n\n".join(blocks)
    made, _ = quote_blocks(markdown)
    assert re.sub(r"[>\s]", "", made) == re.sub(r"[>\s]", "", markdown)


def test_code_and_headings_are_nobodys_quote() -> None:
    """They stand for themselves, whatever introduces them."""
    text = "She writes:\n\n```\nx = 1\n\ny = 2\n```\n\n## More\n\nShe writes:\n\n![a](https://example.org/a.png)"
    assert quote_blocks(text)[0] == text
