"""Edits of a file's text: what was to change is changed, and every other line is as its author wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.folder.issue_file import parse_issue
from newsletter.folder.post_file import parse_post
from newsletter.folder.touch import with_body, with_intro, with_key, with_outro, with_sections
from newsletter.words.issue import Section
from newsletter.words.mistake import Mistake

ISSUE = """---
number: 7
# The subject is Ben's.
subject: "Three days of bread"   # not final
lists: [weekly]

sections:
  # first the long one
  - title: The long read
    posts: [2026-11-20-two, 2026-11-21-one]
  - title: Short
    posts:
      - 2026-11-22-three
waive:
  unlinked-source: on paper only
---


Dear reader,

this is it.

<!-- posts -->

Until Thursday.
"""

POST = """---
title: Two who walked
url: https://example.com/walk   # the original
tags: [walking]
---

They came ashore.

> We had three days of bread.
"""

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="\u2028\u2029\x85"), max_size=60
)
paragraphs = st.lists(words, max_size=5).map("\n\n".join)


def _changed(before: str, after: str) -> tuple[set[str], set[str]]:
    """The lines that went, and those that came."""
    old, new = before.split("\n"), after.split("\n")
    return {line for line in old if line not in new}, {line for line in new if line not in old}


def test_a_new_subject_touches_one_line() -> None:
    """Comments, quotes and empty lines elsewhere stay."""
    went, came = _changed(ISSUE, with_key(ISSUE, "subject", "Bread: a history", file="issues/007.md"))

    assert went == {'subject: "Three days of bread"   # not final'}
    assert came == {"subject: 'Bread: a history'"}


def test_a_new_key_comes_where_a_new_file_would_have_it() -> None:
    """The preheader stands after the subject and before the lists."""
    lines = with_key(ISSUE, "preheader", "And a boat.", file="issues/007.md").split("\n")

    assert lines.index("preheader: And a boat.") == lines.index("lists: [weekly]") - 1


def test_an_empty_value_takes_the_key_out() -> None:
    """Nothing else goes with it."""
    without = with_key(POST, "tags", [], file="posts/two.md")

    assert _changed(POST, without) == ({"tags: [walking]"}, set())


def test_other_sections_leave_what_stands_around_them() -> None:
    """The list of posts is written anew; what comes before and after is not."""
    sections = (Section(title="Short", posts=("2026-11-22-three", "2026-11-20-two")),)
    after = with_sections(ISSUE, sections, file="issues/007.md")

    assert parse_issue(after, file="issues/007.md").sections == sections
    assert "# The subject is Ben's." in after
    assert "waive:\n  unlinked-source: on paper only\n---\n\n\nDear reader," in after


@given(subject=words.filter(str.strip), intro=paragraphs, outro=paragraphs)
def test_whatever_is_written_is_read_back(subject: str, intro: str, outro: str) -> None:
    """Subject, intro and outro each come back as they were typed, and the sections as they were."""
    text = ISSUE
    for edit in (
        lambda text: with_key(text, "subject", " ".join(subject.split()), file="issues/007.md"),
        lambda text: with_intro(text, intro, file="issues/007.md"),
        lambda text: with_outro(text, outro, file="issues/007.md"),
    ):
        text = edit(text)
    read = parse_issue(text, file="issues/007.md")

    assert read.subject == " ".join(subject.split())
    assert read.intro.split() == intro.split()
    assert read.outro.split() == outro.split()
    assert read.sections == parse_issue(ISSUE, file="issues/007.md").sections
    # Doing it again changes nothing.
    assert with_outro(with_intro(text, intro, file="issues/007.md"), outro, file="issues/007.md") == text


@given(body=paragraphs)
def test_a_posts_words_are_read_back_and_its_head_is_untouched(body: str) -> None:
    """The front matter stays letter by letter."""
    after = with_body(POST, body, file="posts/two.md")

    assert parse_post(after, slug="two", file="posts/two.md").body.split() == body.split()
    assert after.startswith(POST.partition("They")[0].rstrip("\n"))


def test_an_intro_in_a_file_without_one_and_an_outro_in_a_file_without_a_mark() -> None:
    """What the file lacks is put where a reader of it would look."""
    bare = "---\nnumber: 7\nsubject: Hello\n---\n"
    text = with_outro(with_intro(bare, "Dear reader.", file="issues/007.md"), "Goodbye.", file="issues/007.md")

    assert text == "---\nnumber: 7\nsubject: Hello\n---\n\nDear reader.\n\n<!-- posts -->\n\nGoodbye.\n"


def test_an_edit_of_a_broken_file_is_refused() -> None:
    """What can't be read is not guessed at."""
    with pytest.raises(Mistake):
        with_key("subject: Hello\n", "subject", "x", file="issues/007.md")
