"""An author's styles are written into the elements they are for, on the smallest scope that is sure."""

from __future__ import annotations

import re

import pytest

from newsletter.compose.author_css import stays_in_holds
from newsletter.words.edition import as_reader
from tests.compose.sample import ANA, bare, note, rendered


def html_of(body: str, css: str) -> str:
    head = f'<mj-style inline="inline">{css}</mj-style>'
    return as_reader(rendered(note("Hello"), [], bare(body, head)).edition, ANA)[1]


@pytest.mark.parametrize(
    ("css", "stays"),
    [
        ("p { margin: 0 }", True),
        ("p.small a { border: 0 } blockquote p:last-child { margin: 0 } h1, h2 { color: red }", True),
        ('[dir="rtl"] blockquote { padding: 0 }', True),
        ("img.picture { height: auto }", True),
        (".pad { padding: 0 }", False),
        ("td { padding: 0 }", False),
        ("img { border: 0 }", False),
        ("* { margin: 0 }", False),
        ("p { padding: 9px }", False),
        (".pad a { color: red }", False),
        (".pad > div > p { color: red }", False),
        ("@media print { p { color: red } }", False),
    ],
)
def test_only_rules_that_can_not_reach_what_mjml_makes_are_kept_from_it(css: str, stays: bool) -> None:
    """Where there is doubt the whole mail is taken, as npm mjml does it."""
    assert stays_in_holds(css) is stays


@pytest.mark.parametrize(
    ("css", "seen"),
    [
        ("p { color: red }", r'<p style="color: red;?">x</p>'),
        (".mine { letter-spacing: 9px }", r'<td[^>]*class="mine"[^>]*letter-spacing: 9px'),
        ("td { letter-spacing: 9px }", r"<td[^>]*letter-spacing: 9px"),
        (".mine p { color: red }", r'<p style="color: red;?">x</p>'),
    ],
)
def test_a_style_is_found_on_what_it_is_for(css: str, seen: str) -> None:
    """Elements of the author's and cells that MJML makes, by element and by class."""
    assert re.search(seen, html_of('<mj-text css-class="mine"><p>x</p></mj-text>', css))


def test_a_link_round_a_picture_looks_like_a_link() -> None:
    """Its words are read where pictures are switched off; npm mjml styles them too."""
    html = html_of('<mj-image src="https://e.example/a.png" alt="A" href="https://e.example" />', "a { color: red }")

    assert re.search(r'<a href="https://e.example"[^>]* style="color: red;?">\s*<img', html)


def test_rows_of_a_table_are_styled_and_stay_rows() -> None:
    """A table's rows can't be read outside of a table."""
    body = '<mj-table role="presentation"><tr><td><p>x</p></td></tr></mj-table>'
    html = html_of(body, "p { color: red }")

    assert re.search(r'<table[^>]* role="presentation"><tr><td><p style="color: red;?">x</p></td></tr></table>', html)


@pytest.mark.parametrize("rows", ["<thead><tr><th>h</th></tr></thead><tr><td><p>x</p></td></tr>"])
def test_a_table_in_parts_is_styled_with_the_whole_mail(rows: str) -> None:
    """What can't be taken apart for certain is not."""
    html = html_of(f"<mj-table>{rows}</mj-table>", "p { color: red }")

    assert "<thead>" in html and re.search(r'<p style="color: red;?">x</p>', html)


def test_html_that_stands_raw_in_the_body_is_styled_too() -> None:
    """It is in no component, so the whole mail is taken."""
    html = html_of("<mj-raw><p>x</p></mj-raw>", "p { color: red }")

    assert re.search(r'<p style="color: red;?">x</p>', html)


def test_an_element_that_closes_itself_ends_where_it_stands() -> None:
    """In HTML the slash says nothing: the whole rest of the mail would be small."""
    assert "<small></small>y" in html_of("<mj-text>x<small/>y</mj-text>", "").replace(" ", "")
