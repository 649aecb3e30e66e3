"""Quotes against their pages: which words differ, and pages that only the attribution links to."""

from __future__ import annotations

import pytest

from tests.preflight.desk import ICE, MAP, Desk

_QUOTE = "> {} and not a minute before that.\n>\n> — [Ana Oake]({})\n\nThree ships"


def said(desk: Desk) -> list[str]:
    """What is said of the quotes."""
    return [one.message for one in desk.findings() if one.code == "quote-not-on-page"]


def test_the_words_that_differ_are_said(desk: Desk) -> None:
    """Among those beside them."""
    desk.spoil(ICE, "longer than nine days", "longer than eleven days")

    [message] = said(desk)
    assert "“eleven” where the quote has “for longer than eleven days.”" in message


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("The last boat leaves when the captain can no longer see the buoy,", False),
        ("The last boat leaves when the captain can no longer see the pier,", True),
        ("Somebody said something else about boats, captains and their dogs on the quay", False),
    ],
)
def test_a_page_that_the_attribution_links_to_is_compared(desk: Desk, words: str, expected: bool) -> None:
    """Where nothing of the quote stands on it, it is a page about the person."""
    desk.spoil(MAP, "Three ships", _QUOTE.format(words, desk.url("/letters", "slow.example.net")))

    assert expected == bool(said(desk))
    assert not expected or "“pier,” where" in said(desk)[0]
