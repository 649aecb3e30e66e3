"""The language of segments: what it reads, and what it says about what it can't."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.mistake import Mistake
from newsletter.words.segment import (
    AllOf,
    AnyOf,
    Behaved,
    ClickedLink,
    Engaged,
    Got,
    HasField,
    Joined,
    Not,
    Tagged,
    read_segment,
)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('plan = "pro"', HasField("plan", "=", "pro")),
        ('field Plan != ""', HasField("plan", "!=", "")),
        ('email ends with "@example.com"', HasField("email", "ends with", "@example.com")),
        ('Город = "Минск"', HasField("город", "=", "Минск")),
        ('नाम != "a"', HasField("नाम", "!=", "a")),
        ("tagged VIP", Tagged("vip")),
        ('tagged "two words"', Tagged("two words")),
        ("joined before 2026-01-31", Joined("before", date(2026, 1, 31))),
        ("opened 3 of last 5", Behaved("opened", 3, 5)),
        ("clicked 1 of last 12", Behaved("clicked", 1, 12)),
        ('clicked "https://example.com/a"', ClickedLink("https://example.com/a")),
        ("got issue 42", Got(42)),
        ("not engaged", Not(Engaged())),
        (
            "tagged a or tagged b and not (tagged c or engaged)",
            AnyOf((Tagged("a"), AllOf((Tagged("b"), Not(AnyOf((Tagged("c"), Engaged()))))))),
        ),
    ],
)
def test_a_question_is_read_as_people_mean_it(text: str, tree: object) -> None:
    """`and` binds more than `or`, `not` most of all; words in any case."""
    assert read_segment(text) == tree
    assert read_segment(f"  ( {text} ) ") == tree


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "ends where"),
        ("plan", "`=`"),
        ("plan = pro", "text in quotes"),
        ('plan = "pro" tagged vip', "`and` or `or`"),
        ("(tagged a", "`\\)`"),
        ("opened 6 of last 5", "makes no sense"),
        ("opened 1 of last 99", "at most 24"),
        ("joined after 2026-02-30", "no day"),
        ("tagged ' or 1=1", "character 8"),
        ("not " * 300 + "engaged", "brackets"),
        ("(" * 500 + "engaged", "brackets"),
        ('a = "' + "x" * 3_000 + '"', "at most"),
    ],
)
def test_what_can_not_be_read_is_refused_with_the_place(text: str, says: str) -> None:
    """In a sentence, and never by running out of stack."""
    with pytest.raises(Mistake, match=says):
        read_segment(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is typed, the answer is a tree or a Mistake."""
    try:
        read_segment(text)
    except Mistake as mistake:
        assert mistake.message
