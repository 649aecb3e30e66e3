"""A draft is made of the posts that no issue uses yet."""

from __future__ import annotations

import pytest

from newsletter.compose.draft import draft
from newsletter.words.issue import Issue, Section
from newsletter.words.mistake import NotNow
from newsletter.words.post import Post


def a_post(slug: str, *, title: str = "", body: str = "", tags: tuple[str, ...] = ()) -> Post:
    return Post(slug=slug, title=title or slug.title(), body=body, tags=tags)


def test_only_posts_that_no_issue_uses_are_taken_in_their_order() -> None:
    """Whatever is in an issue already has been read."""
    before = Issue(number=4, subject="A", sections=(Section(title="", posts=("b",)),))
    issue = draft([a_post("a"), a_post("b"), a_post("c")], [before])
    assert list(issue.slugs()) == ["a", "c"]


def test_the_next_number_follows_the_largest() -> None:
    """The first issue is 1; a number that was asked for is taken as it is."""
    issues = [Issue(number=9, subject="A"), Issue(number=2, subject="B")]
    assert draft([a_post("a")], issues).number == 10
    assert draft([a_post("a")], []).number == 1
    assert draft([a_post("a")], issues, number=42).number == 42


def test_posts_that_share_a_first_tag_share_a_section() -> None:
    """Untagged posts come first, without a heading."""
    posts = [
        a_post("a", tags=("sea",)),
        a_post("b"),
        a_post("c", tags=("to-look-at", "sea")),
        a_post("d", tags=("sea",)),
    ]
    assert draft(posts, []).sections == (
        Section(title="", posts=("b",)),
        Section(title="Sea", posts=("a", "d")),
        Section(title="To look at", posts=("c",)),
    )


def test_posts_that_share_no_tag_are_one_section() -> None:
    """A heading over every single post would be noise."""
    posts = [a_post("a", tags=("sea",)), a_post("b", tags=("rail",)), a_post("c")]
    assert draft(posts, []).sections == (Section(title="", posts=("a", "b", "c")),)


def test_the_subject_is_the_first_title_and_the_preheader_what_follows() -> None:
    """As many titles as an inbox shows."""
    issue = draft(
        [a_post("a", title="One"), a_post("b", title="Two"), a_post("c", title="Three"), a_post("d", title="x" * 99)],
        [],
    )
    assert (issue.subject, issue.preheader) == ("One", "Two · Three")


def test_the_preheader_of_a_single_post_is_its_first_sentence_of_ours() -> None:
    """Not a quote, not a byline, and not cut at an abbreviation."""
    body = "[guest post by Ines]\n\n> Quoted.\n\nWe asked Dr. Oake *twice*. She laughed.\n"
    assert draft([a_post("a", body=body)], []).preheader == "We asked Dr. Oake twice."


def test_braces_in_a_captured_title_do_not_become_a_merge_tag() -> None:
    """The subject may hold merge tags of the author; a title of somebody else must not bring one."""
    issue = draft([a_post("a", title="{{ email }} {% if x %}"), a_post("b", title="{# c #}")], [])
    assert issue.subject == "{ { email }} { % if x %}"
    assert issue.preheader == "{ # c #}"


@pytest.mark.parametrize("posts", [[], [a_post("a")]])
def test_nothing_to_draft_from_is_said(posts: list[Post]) -> None:
    """And what to do about it."""
    issues = [Issue(number=1, subject="A", sections=(Section(title="", posts=("a",)),))]
    with pytest.raises(NotNow) as caught:
        draft(posts, issues)
    assert "nothing to draft from" in caught.value.message
    assert "newsletter add" in caught.value.fix
