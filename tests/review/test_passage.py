"""A passage is found again by its words, whatever changed around them, and known to be gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsletter.review.passage import NotedPassage, find_passage, passage_at, words_there_now

TEXT = "The boat leaves at six. In winter the boat leaves at nine.\n\n> The boat is late.\n"


def _found(text: str, passage: NotedPassage) -> str | None:
    span = find_passage(text, passage)
    return text[span.start : span.end] if span else None


def test_a_passage_follows_its_words() -> None:
    """New words before it, and another order of paragraphs, do not matter."""
    passage = passage_at(TEXT, "the boat leaves at nine.")

    assert _found(f"A new first paragraph.\n\n{TEXT}", passage) == "the boat leaves at nine."


def test_of_two_places_the_one_with_the_same_words_around_it_is_meant() -> None:
    """The same words stand twice; what stood beside them tells which."""
    passage = NotedPassage(quote="boat leaves at", before="In winter the ", after=" nine.")
    span = find_passage(TEXT, passage)

    assert span and span.start == TEXT.index("boat leaves at nine")
    assert span.is_only


def test_of_two_places_without_a_difference_neither_is_certain() -> None:
    """A suggestion must not change one of them by luck."""
    span = find_passage("ice and ice", NotedPassage(quote="ice"))

    assert span and not span.is_only


def test_words_that_are_gone_are_said_to_be() -> None:
    """Nothing that is only like them is taken for them."""
    passage = passage_at(TEXT, "In winter the boat")

    assert find_passage(TEXT.replace("winter", "summer"), passage) is None
    assert words_there_now(TEXT.replace("nine", "ten"), passage_at(TEXT, "at nine")) == "at ten"


def test_words_that_were_marked_on_a_page_are_found_in_the_markdown() -> None:
    """A reader sees neither stars nor where a link leads, and other quotation marks."""
    assert _found('Dear {{ first_name | default("reader") }}, it is ice.', NotedPassage(quote="reader, it is"))
    text = "It is **very** cold [in the harbour](https://example.com/a) {{ first_name }} “today”."
    span = find_passage(text, NotedPassage(quote='very cold in the harbour "today"'))

    assert span and not span.is_literal
    assert text[span.start : span.end] == "very** cold [in the harbour](https://example.com/a) {{ first_name }} “today"


def test_marks_at_the_ends_of_a_quote_belong_to_it() -> None:
    """So that a sentence is changed with its full stop."""
    assert _found(TEXT, passage_at(TEXT, "at six.")) == "at six."
    assert _found(TEXT, passage_at(TEXT, ".")) == "."


@given(st.text(alphabet="ab ]()[{}<!->%\n*", max_size=60), st.text(alphabet="ab ]()[{}\n", max_size=60))
def test_whatever_is_marked_in_a_text_is_found_there(before: str, after: str) -> None:
    """Letters that stand in the open are found where they were marked, with anything around them."""
    text = f"{before}\n\nxy zw.\n\n{after}"
    marked = NotedPassage(quote="xy zw.", before=before[-60:], after=after[:60])
    span = find_passage(text, marked)

    # An opening bracket before it may hide it, as it would from a reader.
    assert span is None or text[span.start : span.end] == "xy zw."
    assert span or any(opening in before for opening in ("](", "<!--", "{{", "{%"))


def test_a_text_made_to_take_long_takes_no_time() -> None:
    """Openings without an end are looked for a bounded way."""
    assert find_passage("](" * 100_000 + "here", NotedPassage(quote="here"))
