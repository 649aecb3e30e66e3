"""No word of a value is lost to YAML: what it would take for a remark, a tag or an anchor is refused with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.folder.issue_file import parse_issue
from newsletter.folder.post_file import format_post, parse_post
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post

ISSUE = "---\nnumber: 1 # the first\nlists: [weekly] # all\nsubject: {subject}\npreheader: {preheader}\nsections:\n  - title: {title}\n    posts: [a]\n---\n\nHi.\n"


def issue(subject: str = "A", preheader: str = "B", title: str = "C") -> tuple[str, str, str]:
    read = parse_issue(ISSUE.format(subject=subject, preheader=preheader, title=title), file="issues/001.md")
    return read.subject, read.preheader, read.sections[0].title


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("subject", "Weekly Ferries #42", 4),
        ("subject", "#42", 4),
        ("subject", "two\n  lines #3", 4),
        ("subject", "!important news", 4),
        ("subject", "&c Friends", 4),
        ("preheader", "Boats, #2 of 3", 5),
        ("preheader", "#2", 5),
        ("title", "Part #2", 7),
        ("title", "#2", 7),
    ],
)
def test_words_that_would_be_lost_are_refused(key: str, value: str, line: int) -> None:
    """At their line, with the value in quotes to copy."""
    with pytest.raises(Mistake) as refused:
        issue(**{key: value})

    assert f"issues/001.md:{line}" in str(refused.value)
    assert "quotes" in refused.value.fix


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("'Weekly Ferries #42'", "Weekly Ferries #42"),
        ('"Weekly Ferries #42"', "Weekly Ferries #42"),
        ("'#42' # a remark behind quotes", "#42"),
        ("C#-Sprache", "C#-Sprache"),
        (">\n  folded #1\n  two", "folded #1 two"),
        ("Yes", "Yes"),
        ("1.10", "1.10"),
        ("Ben & Jo!", "Ben & Jo!"),
    ],
)
def test_whole_values_are_read_as_they_are(value: str, read: str) -> None:
    """Quotes and blocks keep every sign; remarks behind numbers and lists stay remarks."""
    assert read == issue(subject=value)[0]


def test_a_posts_values_and_lists_too() -> None:
    """Title, source and the items of a list."""
    for head in (
        "title: A #1",
        "title: A\nsource: The #1",
        "title: A\ntags:\n  - x #1\n  - y",
        "title: A\nalt: x #2\nimage: images/a.png",
    ):
        with pytest.raises(Mistake, match="remark"):
            parse_post(f"---\n{head}\n---\n\nX\n", slug="a", file="posts/a.md")
    assert ("a", "b") == parse_post("---\ntitle: A\ntags: [a, b] # c\n---\n\nX\n", slug="a", file="posts/a.md").tags


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30))
def test_what_the_program_writes_it_reads_again(title: str) -> None:
    """Whatever a title holds."""
    if not title.strip():
        return
    post = Post(slug="a", title=title.strip(), body="X", tags=(title.strip(),))
    read = parse_post(format_post(post), slug="a", file="posts/a.md")

    assert (post.title, post.tags) == (read.title, read.tags)
