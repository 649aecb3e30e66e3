"""The text part says what the HTML says, readable where there is nothing but letters."""

from __future__ import annotations

import re

from newsletter.compose.markdown import read_blocks
from newsletter.compose.plain import Notes, text_of, wrapped
from newsletter.compose.sentinels import Sentinels
from newsletter.words.edition import as_reader
from tests.compose.sample import ANA, rendered, template

NONE = Sentinels([])


def text(source: str, *, inline: bool = False) -> str:
    return text_of(read_blocks(source, NONE), NONE, Notes(inline=inline))


def test_the_text_part_has_every_link_of_the_html() -> None:
    """Who reads text can go everywhere that who reads HTML can."""
    _, html, plain = as_reader(rendered().edition, ANA)
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', html)}

    assert len(links) >= 7
    assert {link for link in links if link not in plain} == set()


def test_no_line_of_prose_is_longer_than_72_characters() -> None:
    """Old programs don't wrap; only addresses may be longer."""
    plain = as_reader(rendered().edition, ANA)[2]

    assert [line for line in plain.splitlines() if len(line) > 72 and "https://" not in line] == []


def test_links_are_numbered_and_listed_after_the_piece() -> None:
    """The same address keeps its number."""
    source = "Read [this](https://a.example) and [that](https://b.example), and [this again](https://a.example)."

    assert text(source) == (
        "Read this [1] and that [2], and this again [1].\n\n[1] https://a.example\n[2] https://b.example"
    )


def test_links_may_stand_where_they_are() -> None:
    """As a template's settings have it."""
    assert text("Read [this](https://a.example).", inline=True) == "Read this <https://a.example>."
    inline = template(template_toml=template().files["template.toml"].replace('"notes"', '"inline"'))
    assert "the method\n<https://slates.example.com/how?for=Ana>." in as_reader(rendered(files=inline).edition, ANA)[2]


def test_a_link_whose_words_are_its_address_is_written_once() -> None:
    """Twice would be noise."""
    assert text("<https://a.example/x> and <mailto:a@b.example>") == "https://a.example/x and a@b.example"


def test_a_quote_is_marked_and_keeps_its_source() -> None:
    """The line that begins with a dash is a paragraph of its own."""
    assert text("> Bread.\n> -- Mara, The Bulletin") == "> Bread.\n>\n> — Mara, The Bulletin"
    assert text("> One.\n>\n> > Two.") == "> One.\n>\n> > Two."


def test_lists_headings_and_code_keep_their_shape() -> None:
    """Numbers count on, code is not wrapped."""
    assert text("3. a\n4. b\n   more\n\n- c\n  - d") == "3. a\n4. b more\n\n- c\n  - d"
    assert text("# Title") == "Title"
    assert text("```\n" + "x" * 90 + "\n```") == "    " + "x" * 90


def test_struck_words_are_still_there() -> None:
    """What an author crossed out is part of what they say."""
    assert text("~~sentences~~ *and* **more** `code`") == "~~sentences~~ _and_ *more* code"


def test_an_address_is_never_cut_by_wrapping() -> None:
    """A cut address leads nowhere."""
    address = "https://a.example/" + "b-c/" * 40

    assert address in wrapped(f"word {address} word").split("\n")
