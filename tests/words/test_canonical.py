"""One page under many addresses, and many pages under addresses that look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.canonical import canonical, without_tracking

PAGE = "https://news.example.com/2026/ice"


@pytest.mark.parametrize(
    "other",
    [
        "http://news.example.com/2026/ice",
        "https://www.news.example.com/2026/ice/",
        "https://m.news.example.com/2026/ice",
        "https://amp.news.example.com/2026/ice",
        "https://news.example.com/amp/2026/ice",
        "https://news.example.com/2026/ice/amp/",
        "https://news.example.com/2026/ice?amp=1",
        "https://news.example.com/2026/ice#top",
        "https://news.example.com:443/2026/ice",
        "https://NEWS.Example.com./2026/ice",
        "https://news.example.com//2026/ice",
        "https://news.example.com/2026/%69ce",
        "https://news.example.com/2026/ice?utm_source=x&utm_medium=y&fbclid=z&gclid=1&mc_cid=2&mc_eid=3&igshid=4",
        "https://news.example.com/2026/ice/index.html",
    ],
)
def test_one_page_has_one_name(other: str) -> None:
    """What does not choose the page is left out."""
    assert canonical(PAGE) == canonical(other)


@pytest.mark.parametrize(
    "other",
    [
        "https://news.example.com/2026/ICE",
        "https://news.example.com/2026/ice?page=2",
        "https://news.example.com/2026/ice?id=1",
        "https://news.example.com:8443/2026/ice",
        "https://example.com/2026/ice",
        "https://news.example.com/2026/ice/#!/other",
        "https://news.example.com/2026/ice-amp",
        "mailto:a@example.com",
    ],
)
def test_other_pages_have_other_names(other: str) -> None:
    """What may choose the page is kept."""
    assert canonical(PAGE) != canonical(other)


def test_the_order_of_parameters_does_not_matter() -> None:
    """Servers read them by name."""
    assert canonical("https://a.example/?b=2&a=1&a=0") == canonical("https://a.example/?a=0&a=1&b=2")


def test_only_tracking_is_cut_out() -> None:
    """The rest of the address stays as its author wrote it."""
    assert "https://a.example/p?b=%20x&q#f" == without_tracking("https://a.example/p?utm_id=1&b=%20x&fbclid=2&q#f")
    assert "https://a.example/p#f" == without_tracking("https://a.example/p?utm_id=1#f")


@given(st.text())
def test_nothing_breaks_it(text: str) -> None:
    """Addresses are what people paste; and a name's name is itself."""
    once = canonical("https://a.example/" + text)

    assert once == canonical(f"https://{once}") or "#" in once or "?" in once or "@" in text
    canonical(text)
    without_tracking(text)
