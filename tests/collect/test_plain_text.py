"""A text without marks becomes a post: title, byline, our words, quotes, and not one word lost."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.collect.plain_text import read_plain_text
from newsletter.folder.bundle import bundled
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post
from tests.collect.reading import own_words, quotes, shown, words_of

ON = date(2026, 11, 20)
RAW = bundled("seeds") / "raw" / "the-winter-boat.txt"

# A folder of real texts may be named; without one there is nothing to try them on.
_SHARED = (
    sorted(Path(os.environ["NEWSLETTER_SHARED"], "seeds").glob("*.txt")) if "NEWSLETTER_SHARED" in os.environ else []
)


def read(*paragraphs: str) -> Post:
    return read_plain_text("\n".join(paragraphs), on=ON)


def all_words(post: Post) -> list[str]:
    return words_of(post.title) + words_of(shown(post.body))


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=80), min_size=1
    )
)
def test_no_word_of_any_text_is_lost(lines: list[str]) -> None:
    """Title and body together hold every word of the source, in its order, unless a line only says by whom it is."""
    source = [line for line in lines if line.strip() and "by" not in line.casefold()]
    # `>` is a mark of mails and no word.
    source = [line for line in source if not line.lstrip().startswith(">")]
    if not source or len(source[0]) > 150:
        return
    assert all_words(read(*source)) == words_of("\n".join(source))


def test_the_sample_text_keeps_every_word() -> None:
    """The bracketed line stays in the body because it says more than a name."""
    source = RAW.read_text(encoding="utf-8")
    assert all_words(read_plain_text(source, on=ON)) == words_of(source)


def test_the_sample_text_has_its_title_and_byline() -> None:
    """The first line is the title, the bracketed one the byline."""
    post = read_plain_text(RAW.read_text(encoding="utf-8"), on=ON)
    assert post.title.startswith("The Winter Boat: An Island Of Ninety People")
    assert post.byline == "Ines"


def test_the_excerpts_of_the_sample_text_are_quotes_and_what_introduces_them_is_not() -> None:
    """What stands between an introduction and the next is set apart; the introductions and the sign-off are ours."""
    post = read_plain_text(RAW.read_text(encoding="utf-8"), on=ON)
    assert [text.split()[0] for text in quotes(post)] == [
        "[T]he", "The", "Ninety-one", "In", "…I", "I", "A", "Ask",
    ]  # fmt: skip
    assert [text.split()[0] for text in own_words(post)] == [
        "[guest", "After", "What", "There", "Set", "And", "–Ines",
    ]  # fmt: skip


def test_what_may_or_may_not_be_a_quote_is_named() -> None:
    """Where an excerpt ends cannot be seen, so every guess is listed with the words it begins with, and why it is one."""
    (said,) = read_plain_text(RAW.read_text(encoding="utf-8"), on=ON).checks
    assert said == (
        "“There is a photograph …” may be a quote: the quote above it may go on; it is short, as a remark is;"
        " it has no quotation marks. Set as our own words now."
    )


def test_the_paragraph_after_a_colon_is_a_quote_and_needs_no_check() -> None:
    """An introduction is as good as quotation marks."""
    post = read("Title", "She says:", "The boat is late, and it has always been late.")
    assert quotes(post) == ["The boat is late, and it has always been late."]
    assert post.checks == ()


def test_an_excerpt_that_goes_on_with_an_ellipsis_needs_no_check() -> None:
    """The ellipsis says itself that the quote goes on."""
    post = read("Title", "She says:", "The boat is late.", "… It has always been late.", "[I]t is a law.")
    assert len(quotes(post)) == 3
    assert post.checks == ()


def test_an_excerpt_that_nothing_introduces_is_a_quote_with_a_check() -> None:
    """An opening ellipsis alone is a sign, not a proof."""
    post = read("Title", "We were there.", "…and then the boat left.")
    assert quotes(post) == ["…and then the boat left."]
    assert post.checks[0].startswith("“…and then the boat …” may be a quote: ")


def test_a_first_person_after_somebody_elses_words_is_ours_with_a_check() -> None:
    """`I` in a text about others is most likely the editor, and most likely is not certain."""
    post = read("Title", "She says:", "The boat is late.", "I do not mind at all. " * 10, "It is a boat.")
    assert quotes(post) == ["The boat is late."]
    assert post.checks[0].startswith("“I do not mind")


def test_an_introduction_to_a_list_or_a_link_does_not_make_it_a_quote() -> None:
    """A colon before an address or an item introduces no words of anybody."""
    post = read("Title", "Read it here:", "https://example.com/boat", "Bring these:", "- bread", "- a book")
    assert quotes(post) == []
    assert post.checks == ()


def test_a_line_that_names_whose_words_they_were_belongs_to_the_quote() -> None:
    """A dash and a name under an excerpt is its source."""
    post = read(
        "Title", "She says:", "The boat is late.", "— Mrs. Oake, in the shop", "We went home.", "And slept well."
    )
    assert quotes(post) == ["The boat is late.", "— Mrs. Oake, in the shop"]


@pytest.mark.parametrize(
    "line", ["[guest post by Dora Lind]", "(guest post by Dora Lind)", "[by Dora Lind]", "By Dora Lind"]
)
def test_a_byline_is_read_in_its_usual_forms(line: str) -> None:
    """Brackets or not, the name is the byline."""
    assert read("Title", line, "Some words.").byline == "Dora Lind"


def test_a_first_sentence_with_by_in_it_is_not_a_byline() -> None:
    """A paragraph of prose never turns into a name."""
    post = read("Title", "By the time the boat left, everybody had gone home again.", "Some words.")
    assert post.byline is None
    assert "By the time the boat left" in post.body


def test_the_name_under_a_text_is_its_byline_where_none_stands_above() -> None:
    """The sign-off stays where it is, as the last line."""
    post = read("Title", "Some words.", "–Dora")
    assert post.byline == "Dora"
    assert own_words(post)[-1] == "–Dora"


def test_a_byline_and_a_sign_off_that_disagree_are_named() -> None:
    """Two names for one writer are for the editor to settle."""
    post = read("Title", "[by Dora]", "Some words.", "–Ines")
    assert post.checks == ("The byline says Dora, but the text is signed Ines: check who wrote it.",)


def test_paragraphs_wrapped_by_hand_become_one_paragraph() -> None:
    """A text of short lines with empty lines between is read as its writer saw it."""
    post = read(
        "Title",
        "",
        "The boat leaves at ten past six because the bar",
        "is only deep enough then.",
        "",
        "Nobody chose it.",
    )
    assert own_words(post) == [
        "The boat leaves at ten past six because the bar is only deep enough then.",
        "Nobody chose it.",
    ]


def test_a_text_that_begins_with_a_long_paragraph_gets_a_title_and_a_check() -> None:
    """A paragraph is no title; its first words stand in, and the whole of it stays in the body."""
    paragraph = "The boat leaves at ten past six because the bar is only deep enough then. " * 5
    post = read(paragraph, "More.")
    assert post.title.endswith("…")
    assert words_of(shown(post.body)) == words_of(paragraph + "More.")
    assert post.checks == ("The text has no title of its own: give it one.",)


def test_a_text_without_words_is_refused() -> None:
    """There is nothing to make a post of."""
    with pytest.raises(Mistake, match="no words"):
        read_plain_text(" \n\t\n", on=ON)


@pytest.mark.parametrize("path", _SHARED, ids=lambda path: path.name)
def test_a_real_text_keeps_its_words_its_byline_and_its_quotes(path: Path) -> None:
    """A published post of this kind: nothing lost, the excerpts set apart, what introduces them not."""
    source = path.read_text(encoding="utf-8")
    post = read_plain_text(source, on=ON)
    lines = [line for line in source.split("\n") if line.strip()]
    introductions = [number for number, line in enumerate(lines) if line.rstrip().endswith(":")]
    assert all_words(post) == words_of(source)
    assert post.title == lines[0]
    assert post.byline == "Dana"
    assert {lines[number + 1] for number in introductions} <= set(quotes(post))
    assert {lines[number] for number in introductions} <= set(own_words(post))
    assert any("” may be a quote: " in check for check in post.checks)
    assert own_words(post)[-1] == "–Dana"
