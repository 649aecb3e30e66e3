"""Reads formatted text that was pasted: Markdown by the way that pages take, its doubts, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from newsletter.collect.pages.formulas import spell_formulas
from newsletter.collect.pages.fragment import fragment_to_markdown
from newsletter.collect.pages.furniture import is_tracker
from newsletter.collect.pages.indents import quote_indented
from newsletter.collect.paste.left_out import shown_text, words_left_out
from newsletter.collect.paste.pasted import Pasted
from newsletter.collect.paste.styled_words import mark_styled
from newsletter.collect.paste.word_lists import open_word_lists
from newsletter.collect.superscript import spell_out
from newsletter.collect.voices.blocks import quote_blocks
from newsletter.collect.voices.doubts import doubts
from newsletter.collect.voices.habits import signs_of
from newsletter.collect.voices.signs import SIGNS
from newsletter.folder.habits_file import Habit

_BODY = re.compile(r"<body[\s>]", re.IGNORECASE)
_FIXED_BLANK = re.compile(r"\A\xa0|\xa0\Z|\xa0(?=[\xa0 \n])|(?<=[\xa0 \n])\xa0")
_BREAKS_WITHIN = frozenset({"p", "div", "body", "blockquote", "section", "article", "td"})
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "ul",
        "ol",
        "li",
        "pre",
        "blockquote",
        "table",
        "figure",
        "hr",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ]
)


def read_pasted(html: bytes, *, tells_voices: bool, byline: str, habits: Sequence[dict[str, Any]]) -> Pasted:
    """Runs in the child process: UTF-8, and habits as tables. Raises Mistake where it is too large or too deep.

    With `tells_voices` it is told whose words the paragraphs are, by what is remembered of texts with this `byline`.
    """
    seen = _Glance()
    text = html.decode(errors="replace")
    # The parser leaves tags that it does not know in the head, where nothing is read.
    page = text if _BODY.search(text) else f"<body>{text}</body>"
    markdown = fragment_to_markdown(page, prepare=seen.prepare)
    left_out = words_left_out(seen.text, markdown)
    n_pictures = max(0, seen.n_pictures - markdown.count("!["))
    if not tells_voices or "\n\n" not in markdown:
        return Pasted(text=markdown, left_out=left_out, n_pictures=n_pictures)
    known = [Habit(**one) for one in habits]
    text, voices = quote_blocks(markdown, (*SIGNS, *signs_of(known, byline)))
    if re.search("^>", markdown, re.MULTILINE):
        # Its writer set quotes apart: no other paragraph becomes one by itself.
        text, voices = markdown, [voice for voice in voices if not voice.is_quote]
    return Pasted(text=text, checks=tuple(doubts(voices)), left_out=left_out, n_pictures=n_pictures)


class _Glance:
    """Makes the tree ready, and notes what it shows before anything is taken out."""

    def __init__(self) -> None:
        self.text = ""
        self.n_pictures = 0

    def prepare(self, page: BeautifulSoup) -> None:
        open_word_lists(page)
        mark_styled(page)
        quote_indented(page)
        spell_formulas(page)
        spell_out(page)
        for span in page.find_all(["span", "font"]):
            span.unwrap()
        _free_blanks(page)
        _part_paragraphs(page)
        self.text = shown_text(page)
        self.n_pictures = sum(1 for picture in page.find_all("img") if not is_tracker(picture))


def _free_blanks(page: BeautifulSoup) -> None:
    """Mail programs write a blank beside a tag or another blank as one that does not break; `5 km` keeps its own."""
    for text in page.find_all(string=_FIXED_BLANK):
        if type(text) is NavigableString:
            text.replace_with(NavigableString(_FIXED_BLANK.sub(" ", text)))


def _part_paragraphs(page: BeautifulSoup) -> None:
    """Two breaks in a row end a paragraph, as mail programs mean them: what stands before them becomes one."""
    for line_break in page.find_all("br"):
        parent = line_break.parent
        if parent is None or parent.name not in _BREAKS_WITHIN:
            continue
        following = next((one for one in line_break.next_siblings if not _is_blank(one)), None)
        if not isinstance(following, Tag) or following.name != "br":
            continue
        paragraph = page.new_tag("p")
        run = takewhile(lambda one: not isinstance(one, Tag) or one.name not in _BLOCKS, line_break.previous_siblings)
        for one in list(run):
            paragraph.insert(0, one.extract())
        line_break.replace_with(paragraph)
        following.extract()


def _is_blank(node: PageElement) -> bool:
    return isinstance(node, NavigableString) and not node.strip()
