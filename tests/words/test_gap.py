"""How gaps are filled for a whole parcel, and what they never let through."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.words.edition import Edition
from newsletter.words.gap import (
    FILTERS,
    VALUE_CAP,
    Choice,
    Combined,
    Compared,
    Context,
    Default,
    Expression,
    Field,
    Filtered,
    Gap,
    Literal,
    Negated,
    Part,
    fill,
    fill_part,
)

HOSTILE = [
    "{{7*7}}<script>alert(1)</script>",
    "\"onmouseover='x' y=\"",
    "gapq00z",
    "a\r\nBcc: eve@example.org",
    "\0\x1b[2J",
    "\u202emoc.elpmaxe",
    "x" * 10_000,
    "</td></tr></table>",
    "javascript:alert(1)",
    "&amp;&lt;",
]
fields = st.sampled_from(["first_name", "plan"]).map(Field)
expressions: st.SearchStrategy[Expression] = st.recursive(
    fields | st.builds(Literal, st.text(max_size=5)),
    lambda inner: st.one_of(
        st.builds(Filtered, st.sampled_from(sorted(FILTERS)), inner),
        st.builds(Default, inner, inner),
        st.builds(Compared, inner, st.sampled_from(["==", "!="]), inner),
        st.builds(Combined, inner, st.sampled_from(["and", "or"]), inner),
        st.builds(Negated, inner),
    ),
    max_leaves=5,
)
values = st.sampled_from(HOSTILE) | st.text(max_size=30)


@settings(deadline=None)
@given(expressions, st.sampled_from(Context), st.lists(st.tuples(values, values), min_size=1, max_size=5))
def test_filling_a_parcel_equals_filling_each_reader_alone(
    expression: Expression, context: Context, readers: list[tuple[str, str]]
) -> None:
    """No reader's value has anything to do with a neighbour's."""
    hole = Gap(expression, context)
    together = fill(
        hole, {"first_name": [one for one, _ in readers], "plan": [two for _, two in readers]}, len(readers)
    )
    alone = [fill(hole, {"first_name": [one], "plan": [two]}, 1)[0] for one, two in readers]

    assert together == alone


@settings(deadline=None)
@given(values)
def test_no_value_makes_a_tag_or_ends_an_attribute(value: str) -> None:
    """The page a reader gets has the tags it was rendered with, whatever the reader is called."""
    seen: list[tuple[str, list[tuple[str, str | None]]]] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, [(name, None) for name, _ in attrs]))

    gaps = {context: Gap(Field("x"), context) for context in Context}
    link = (
        '<a href="',
        gaps[Context.URL],
        '" title="',
        gaps[Context.ATTRIBUTE],
        '"><b>',
        gaps[Context.TEXT],
        "</b></a>",
    )
    part = Part((*link, '<a href="https://e.example/', gaps[Context.URL_PART], '">'))
    parser = Tags()
    parser.feed(fill_part(part, {"x": [value]}, 1)[0])
    parser.close()

    assert seen == [("a", [("href", None), ("title", None)]), ("b", []), ("a", [("href", None)])]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("context", list(Context))
def test_a_value_never_holds_control_characters_and_is_never_long(value: str, context: Context) -> None:
    """Line ends in a subject make headers, and marks that turn text round make lies."""
    found = fill(Gap(Field("x"), context), {"x": [value]}, 1)[0]

    assert not any(letter in found for letter in "\r\n\0\x1b\u202e\u2028")
    assert len(found) <= VALUE_CAP * 6


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", " https", "//example.org", "vbscript:x", ""]
)
def test_an_address_of_another_kind_than_web_or_mail_leads_nowhere(address: str) -> None:
    """A reader's field in an href can't run anything in anybody's mail program."""
    assert fill(Gap(Field("x"), Context.URL), {"x": [address]}, 1) == ["#"]


def test_a_readers_own_link_is_never_cut() -> None:
    """An unsubscribe address may be longer than a name may be."""
    address = "https://example.org/u/" + "a" * 500

    assert fill(Gap(Field("unsubscribe_url"), Context.URL), {"unsubscribe_url": [address]}, 1) == [address]


def test_a_field_that_a_reader_lacks_takes_the_default() -> None:
    """Empty and missing are the same."""
    hole = Gap(Default(Field("first_name"), Literal("there")), Context.TEXT)

    assert fill(hole, {"first_name": ["Ana", ""]}, 2) == ["Ana", "there"]
    assert fill(hole, {}, 2) == ["there", "there"]


@settings(deadline=None)
@given(expressions, expressions)
def test_an_edition_survives_its_json_and_keeps_its_digest(one: Expression, two: Expression) -> None:
    """What is stored is what goes out, gap for gap."""
    choice = Choice(two, Part(("yes ", Gap(one, Context.TEXT))), Part(()))
    made = Edition(
        issue=1,
        subject=Part((Gap(one, Context.HEADER),)),
        html=Part(("<p>", choice, "</p>")),
        text=Part(("plain",)),
        language="en",
        sender_name="Salt",
        sender="e@example.org",
        reply_to=None,
    )

    again = Edition.from_json(made.to_json())

    assert again == made
    assert again.digest == made.digest
