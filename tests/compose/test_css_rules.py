"""Styles that are written into elements, and what of them has to stay in the head."""

from __future__ import annotations

import pytest

from newsletter.compose.css_rules import split_style
from newsletter.words.mistake import Mistake
from tests.compose.sample import ANA, as_reader, rendered, template

PLAIN = "a { color: #112233; }"


@pytest.mark.parametrize(
    "live",
    [
        "a:hover { color: #ff0000; }",
        "@media (max-width: 480px) { a { color: #ff0000; } }",
        "@media (prefers-color-scheme: dark) { a { color: #eee; } b { color: #ddd } }",
        "@font-face { font-family: X; }",
        "@supports (display: grid) { a { color: #ff0000; } }",
        "a::before { content: '}'; }",
        "/* a { */ a:focus { outline: 0; }",
    ],
)
def test_what_no_element_can_hold_is_kept(live: str) -> None:
    """At-rules, states and parts of elements, whatever stands in comments and texts of theirs."""
    inlined, kept = split_style(f"{PLAIN}\n{live}\np {{ margin: 0; }}")

    assert live == kept
    assert PLAIN in inlined and "p { margin: 0; }" in inlined
    assert "hover" not in inlined and "@" not in inlined


def test_a_rule_for_both_stands_in_both() -> None:
    """Each side takes the selectors that it can use."""
    rule = "a, a:hover { color: #112233; }"

    assert (rule, rule) == split_style(rule)
    assert ("p:first-child { margin: 0 }", "") == split_style("p:first-child { margin: 0 }")


@pytest.mark.parametrize("css", ["a { color: red", "}", "/* open", "a { b: '", ""])
def test_a_style_that_is_not_whole_loses_nothing(css: str) -> None:
    """What can't be told apart is left to the inliner."""
    assert css == "".join(split_style(css)[0])


def _with_style(opening: str, css: str, closing: str) -> str:
    files = template("digest").files | {}
    files["head.mjml"] = files["head.mjml"].replace("</mj-head>", f"{opening}{css}{closing}</mj-head>")
    changed = template("digest")
    return as_reader(rendered(files=type(changed)(name="digest", files=files, location=changed.location)).edition, ANA)[
        1
    ]


def test_an_inlined_style_keeps_its_media_and_hover_in_the_mail() -> None:
    """In the head, and the rest at the elements."""
    html = _with_style(
        '<mj-style inline="inline">',
        "blockquote { color: #123456; } a:hover { color: #654321; } @media print { p { color: #000001; } }",
        "</mj-style>",
    )

    head = html.partition("<body")[0]
    assert "a:hover { color: #654321; }" in head
    assert "@media print { p { color: #000001; } }" in head
    assert "color: #123456" in html.partition("<body")[2]


@pytest.mark.parametrize("closing", ["</mj-style>", "</mj-style >", "</mj-style\n>", "</mj-style\t\n  >"])
def test_an_end_tag_may_hold_blanks(closing: str) -> None:
    """As programs that lay out code write it."""
    assert ".own { color: #abcdef; }" in _with_style("<mj-style>", ".own { color: #abcdef; }", closing)


def test_every_other_end_tag_may_too() -> None:
    """The mail is the same."""
    plain, changed = template("digest"), template("digest")
    files = {
        name: text.replace("</mj-text>", "</mj-text\n  >").replace("</mj-column>", "</mj-column >")
        for name, text in changed.files.items()
    }
    spaced = type(changed)(name="digest", files=files, location=changed.location)

    assert as_reader(rendered(files=plain).edition, ANA)[1] == as_reader(rendered(files=spaced).edition, ANA)[1]


def test_a_style_that_is_never_closed_is_refused() -> None:
    """At its line."""
    with pytest.raises(Mistake, match="not closed"):
        _with_style("<mj-style>", "a { color: red }", "</mj-styles>")
