"""Exponents, fractions, formulas and readings above words say in a post what they said on the page."""

from __future__ import annotations

import pytest

from newsletter.collect.pages.page_body import clean_html
from newsletter.collect.superscript import spelt_out


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("10<sup>6</sup>", "10⁶"),
        ("10<SUP>-6</SUP>", "10⁻⁶"),
        ("1<sup>1</sup>/<sub>2</sub>", "1¹/₂"),
        ("H<sub>2</sub>O", "H₂O"),
        ("x<sup>n+1</sup>", "xⁿ⁺¹"),
        ("x<sup>2y</sup>", "x^(2y)"),
        ("x<sup>q</sup>", "x^q"),
        ("20<sup>th</sup>", "20th"),
        ("Slate<sup>TM</sup>", "Slate™"),
        ("word<sup>*</sup>", "word*"),
        ("word<sup>[1]</sup>", "word[1]"),
        ("C<sub>max</sub>", "Cₘₐₓ"),
        ("V<sub>Q2</sub>", "V_Q2"),
        ("<ruby>渡<rp>(</rp><rt>わた</rt><rp>)</rp></ruby>し", "渡(わた)し"),
        ("<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>", "漢(かん)字(じ)"),
    ],
)
def test_what_is_raised_stays_apart(html: str, text: str) -> None:
    """In plain letters, wherever it came from."""
    assert text == clean_html(f"<p>{html}</p>", base=None).removeprefix("<p>").removesuffix("</p>")


def test_a_notes_number_stays_a_link() -> None:
    """It leads to the note."""
    html = 'word<sup><a href="#note">1</a></sup>'

    assert html == spelt_out(html)
    assert "plain" == spelt_out("plain")
