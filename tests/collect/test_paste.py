"""What is pasted from other programs: the same Markdown from each of them, and no word lost that is not named."""

from __future__ import annotations

import html as escaping
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.collect.outside import open_pasted
from newsletter.collect.paste.pasted import Pasted
from newsletter.collect.paste.read import read_pasted
from newsletter.compose.markdown import parser
from newsletter.folder.habits_file import Habit
from newsletter.words.post import Post
from tests.collect.reading import as_mailed, dangers
from tests.collect.test_web_page import HOSTILE

CLIPBOARDS = sorted((Path(__file__).parent / "clipboards").glob("*.html"))
WINTER_BOAT = """\
## The winter boat

The council wants to stop **the Friday boat**, *again* ~~for good~~, says [the Bulletin](https://bulletin.example.com/boat).

> They came with a piano and would not go home.

- Bring a torch
- Bring a friend"""
_WORD = re.compile(r"[^\W_]+")


def _pasted(html: str, *, tells_voices: bool = False) -> Pasted:
    return read_pasted(html.encode(), tells_voices=tells_voices, byline="", habits=())


@pytest.mark.parametrize("clipboard", CLIPBOARDS, ids=[path.stem for path in CLIPBOARDS])
def test_every_program_s_clipboard_becomes_the_same_markdown(clipboard: Path) -> None:
    """Bold by a style, a quote by an indent, a list by Word's bullets: what the writer saw is kept."""
    assert _pasted(clipboard.read_text(), tells_voices=True).text == WINTER_BOAT


def test_what_a_page_had_besides_its_words_is_left_out_and_named() -> None:
    """A box that asks for readers, and a picture that only the other program has."""
    pasted = _pasted((Path(__file__).parent / "clipboards" / "web-page.html").read_text())

    assert ("Subscribe", "to", "our", "letter", "Now") == pasted.left_out
    assert pasted.n_pictures == 1
    assert "alert" not in pasted.text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("some <b>bold</b> words", "some **bold** words"),
        ("<p>One<b>two</b><b>three</b></p>", "One**twothree**"),
        ('<p>He said<b>, "no"</b>body</p>', 'He said, "**no**"body'),
        ("<p>a<b> </b>b</p>", "a b"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("<div>One<br><br>Two<br>Three</div>", "One\n\nTwo\\\nThree"),
        ("<p>{{ first_name }} and <!-- x --> &lt;!-- posts --&gt;</p>", "{\\{ first_name }} and \\<\\!-- posts -->"),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ('<span style="font-weight: 700">Heavy</span> and light', "**Heavy** and light"),
    ],
)
def test_marks_stand_where_markdown_can_read_them(html: str, text: str) -> None:
    """What can't be set is let go; a star that a reader would see is worse."""
    assert text == _pasted(html).text


def test_word_lists_keep_their_numbers_and_their_depth() -> None:
    """Word types the bullet; how deep an item is stands in a style."""

    def item(level: int, bullet: str, words: str) -> str:
        ignored = f"<span style='mso-list:Ignore'>{bullet}<span>&nbsp;&nbsp; </span></span>"
        return f"<p class=MsoListParagraph style='mso-list:l0 level{level} lfo1'>{ignored}{words}</p>"

    html = f"<p>Before.</p>{item(1, '1.', 'One')}{item(2, 'o', 'Inner')}{item(1, '2.', 'Two')}<p>After.</p>"

    assert _pasted(html).text == "Before.\n\n1. One\n   - Inner\n2. Two\n\nAfter."
    assert _pasted(html).left_out == ()


def test_whose_words_a_paragraph_is_is_asked_where_nobody_set_it_apart() -> None:
    """The same signs as for a text that is added; the child process brings the lines for the post's checks."""
    html = "<p>I took that boat for six years.</p><p>“They came with a piano,” she said, “and would not go home.”</p><p>Short.</p>"
    pasted = open_pasted(html, tells_voices=True, habits=[Habit(source="Ines", sign="indented", is_quote=False)])

    assert "> “They came with a piano,” she said" in pasted.text
    assert ["Short"] == [check[1:6] for check in pasted.checks]


def test_an_opening_is_ours_and_nothing_in_it_is_in_doubt() -> None:
    """Only what was set apart is a quote there."""
    pasted = _pasted("<p>“They came,” she said, “and would not go.”</p><p>Short.</p>")

    assert ("“They came,” she said, “and would not go.”\n\nShort.", ()) == (pasted.text, pasted.checks)


@pytest.mark.parametrize("evil", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_of_a_hostile_paste_runs(evil: str) -> None:
    """Not in the words, and not in what readers see of them."""
    pasted = _pasted(f"<p>Words here.</p>{evil}<p>More.</p>")

    assert "Words here." in pasted.text
    assert [] == dangers(as_mailed(Post(slug="2026-11-23-boats", title="Boats", body=pasted.text)))


class _Text(HTMLParser):
    """The text of a page by another reader than ours."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text.append(data)


def _text_of(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    reader.close()
    return " ".join(reader.text)


def _rendered(markdown: str) -> str:
    return str(BeautifulSoup(parser().render(markdown), "lxml").get_text())


_letters = st.text(st.sampled_from("abcdeföß0189 *_~`<>[]()#-+.!{}%&|\"'\\=:"), min_size=1, max_size=12)
_plain_tags = st.sampled_from(["p", "div", "b", "i", "s", "h2", "blockquote", "span", "em"])
_any_tag = st.sampled_from(
    [
        "p",
        "b",
        "i",
        "a href='https://example.com/a'",
        "h2",
        "li",
        "ul",
        "td",
        "table",
        "nav",
        "footer",
        "aside",
        "button",
        "form",
        "script",
        "style",
        "span style='font-weight:700'",
        "p hidden",
        "p style='margin-left:40px'",
        "br",
        "pre",
        "code",
        "p style='mso-list:l0 level2 lfo1'",
        "select",
        "svg",
        "sup",
        "details",
        "header",
        "iframe",
        "cite",
        "q",
        "dl",
        "figure",
    ]
)


def _trees(tags: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    leaf = _letters.map(escaping.escape)

    def wrap(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.builds(
            lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
            tags,
            st.lists(inner, min_size=1, max_size=4),
        )

    return st.lists(st.recursive(leaf, wrap, max_leaves=12), min_size=1, max_size=4).map("".join)


@settings(max_examples=30, deadline=None)
@given(_trees(_any_tag))
def test_whatever_is_pasted_its_words_are_there_or_said_to_be_missing(html: str) -> None:
    """Each word of the page by another parser stands in the rendered text or among those that are named."""
    pasted = _pasted(html, tells_voices=True)
    there = "".join(_WORD.findall(_rendered(pasted.text) + pasted.text)).casefold()
    named = "".join(pasted.left_out).casefold()

    missing = [word for word in _WORD.findall(_text_of(html)) if word.casefold() not in there + " " + named]
    assert [] == missing


@settings(max_examples=30, deadline=None)
@given(_trees(_plain_tags))
def test_the_markdown_of_a_paste_renders_to_the_same_signs(html: str) -> None:
    """No star, no bracket and no backslash more or less than the page shows."""
    pasted = _pasted(html)

    assert pasted.left_out == ()
    assert "".join(_text_of(html).split()) == "".join(_rendered(pasted.text).split())
