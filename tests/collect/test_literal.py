"""Text becomes Markdown that comes out as that very text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.collect.literal import literal, literal_inline
from newsletter.compose.braces import regions_of
from newsletter.compose.gaps import TextOrigin, read_gaps
from newsletter.compose.sentinels import Sentinels
from tests.collect.reading import shown, tags_in, words_of

_MARKS = st.text(alphabet="*_`#>-+=~[]()!<&;:{}%|\\^.,1 2aB\"'\n", max_size=60)


@given(_MARKS)
@example("{{ first_name }} {%x%} {#c#}")
@example("<!-- a remark -->")
@example("&amp; &#39; ~~a~~ **b** __c__")
@example("[a]: https://example.com")
def test_every_word_of_a_paragraph_comes_out_as_it_went_in(text: str) -> None:
    """Whatever marks a line holds, a reader sees them as characters and in their order."""
    line = " ".join(text.split())
    assert words_of(shown(literal(line))) == words_of(line)


@given(_MARKS)
def test_no_line_becomes_anything_but_a_paragraph(text: str) -> None:
    """A line never turns into a heading, a list, a quote, code, a link or a picture."""
    line = " ".join(text.split())
    assert tags_in(literal(line)) <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}


@given(_MARKS)
def test_captured_braces_are_never_a_gap_or_a_remark(text: str) -> None:
    """What looks like a merge tag in a captured text stays text when the issue is rendered."""
    markdown = literal(text)
    sentinels = Sentinels([markdown])
    origin = TextOrigin("posts/a.md")
    assert read_gaps(markdown, sentinels, origin, regions_of(markdown, origin)) == markdown


@pytest.mark.parametrize(
    "text", ["[A] spokesperson said", "snake_case and 5 * 3", "a [b] c", "1984 was a year", "#1 of 2"]
)
def test_ordinary_text_is_not_littered_with_backslashes(text: str) -> None:
    """An editor reads the file, so only what Markdown would misread is escaped."""
    assert literal_inline(text).replace("\\*", "*") == text
