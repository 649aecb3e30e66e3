"""Issues are files: what is written is read again, and every mistake is named with its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.folder.bundle import bundled
from newsletter.folder.issue_file import format_issue, parse_issue
from newsletter.folder.issues import IssueFiles
from newsletter.folder.posts import PostFiles
from newsletter.words.issue import Issue, Section
from newsletter.words.mistake import Missing, Mistake

_LINE = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)
    .map(str.strip)
    .filter(bool)
)
# A second mark for the posts is a mistake of its own, tested below.
_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r<"), max_size=120).map(
    lambda text: text.strip(" \t\n")
)
_SLUGS = st.lists(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20})", fullmatch=True), unique=True, max_size=6)


@st.composite
def _issues(draw: st.DrawFn) -> Issue:
    slugs = draw(_SLUGS)
    cut = draw(st.integers(0, len(slugs)))
    parts = [part for part in (slugs[:cut], slugs[cut:]) if part]
    return Issue(
        number=draw(st.integers(1, 999_999)),
        subject=draw(_LINE),
        preheader=draw(st.just("") | _LINE),
        template=draw(st.none() | st.just("digest")),
        lists=tuple(draw(st.lists(_LINE, max_size=2))),
        dated_on=draw(st.none() | st.dates(min_value=date(1000, 1, 1))),
        sections=tuple(Section(title=draw(st.just("") | _LINE), posts=tuple(part)) for part in parts),
        intro=draw(_WORDS),
        outro=draw(_WORDS),
    )


@given(_issues())
def test_an_issue_that_is_written_is_read_again_as_it_was(issue: Issue) -> None:
    """Whatever the words are, YAML and line ends change none of them."""
    again = parse_issue(format_issue(issue), file=issue.file)
    assert replace(again, intro_line=1, outro_line=1, key_lines=(), key_columns=()) == issue


@given(_issues().filter(lambda issue: bool(issue.intro and issue.outro)))
def test_intro_outro_and_keys_know_their_lines(issue: Issue) -> None:
    """An error in any of them can be pointed at."""
    text = format_issue(issue)
    lines, again = text.split("\n"), parse_issue(text, file=issue.file)
    assert lines[again.intro_line - 1] == issue.intro.split("\n")[0]
    assert lines[again.outro_line - 1] == issue.outro.split("\n")[0]
    assert lines[(again.line_of("subject") or 0) - 1].startswith("subject:")
    for slug in again.slugs():
        assert slug in lines[(again.line_of(f"sections/{slug}") or 0) - 1]


def test_an_issue_without_a_mark_for_its_posts_is_all_intro() -> None:
    """The posts then follow the words."""
    issue = parse_issue("---\nnumber: 1\nsubject: A\n---\nHello.\n\nMore.\n", file="issues/001.md")
    assert (issue.intro, issue.outro) == ("Hello.\n\nMore.", "")


@pytest.mark.parametrize(
    ("head", "line", "message"),
    [
        ("subject: A", 1, "`number` is missing"),
        ("number: one\nsubject: A", 2, "must be a whole number: one"),
        ("number: 0\nsubject: A", 2, "must be a whole number: 0"),
        ("number: 1", 1, "`subject` is missing"),
        ("number: 1\nsubject: A\nlist: weekly", 4, "`list` means nothing here"),
        ("number: 1\nsubject: A\nlists: weekly", 4, "`lists` must be a list"),
        ("number: 1\nsubject: A\nsections: all", 4, "`sections` must be a list"),
        ("number: 1\nsubject: A\nsections:\n  - a-post", 5, "made of lines such as"),
        ("number: 1\nsubject: A\nsections:\n  - posts: [a]\n    topic: B", 6, "`topic` means nothing here"),
        ("number: 1\nsubject: A\nsections:\n  - posts:\n      - a\n      - a", 7, "already in this issue, on line 6"),
        ("number: 1\nsubject: A\nsections:\n  - posts: [../a]", 5, "`../a` can't be a post"),
        ("number: 1\nsubject: A\ndate: Thursday", 4, "`date` is not a date"),
    ],
)
def test_every_mistake_is_named_with_its_line_and_what_to_do(head: str, line: int, message: str) -> None:
    """A slip in an issue is found before anybody else finds it."""
    with pytest.raises(Mistake) as caught:
        parse_issue(f"---\n{head}\n---\n", file="issues/001.md")
    assert message in caught.value.message
    assert caught.value.fix
    assert caught.value.place is not None
    assert caught.value.place.line == line


def test_two_places_for_the_posts_are_a_mistake() -> None:
    """Only one can be meant, and which one is not for us to say."""
    text = "---\nnumber: 1\nsubject: A\n---\n<!-- posts -->\nwords\n<!-- Posts -->\n"
    with pytest.raises(Mistake, match="stands here twice") as caught:
        parse_issue(text, file="issues/001.md")
    assert str(caught.value.place) == "issues/001.md:7"


def test_a_taken_number_is_never_overwritten(tmp_path: Path) -> None:
    """Not even where the file of that number has another name."""
    issues = IssueFiles(tmp_path)
    issues.add_issue(Issue(number=7, subject="A"))
    (tmp_path / "issues" / "007.md").rename(tmp_path / "issues" / "7.md")
    with pytest.raises(Mistake, match="an issue 7 already"):
        issues.add_issue(Issue(number=7, subject="B"))
    assert issues.get_issue(7).subject == "A"


def test_issues_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """1000 is after 999, whatever the letters say."""
    issues = IssueFiles(tmp_path)
    for number in (1000, 2, 999):
        issues.add_issue(Issue(number=number, subject="A"))
    assert [issue.number for issue in issues.list_issues()] == [2, 999, 1000]


def test_a_file_whose_name_and_number_differ_is_a_mistake(tmp_path: Path) -> None:
    """A copied file would send the wrong issue."""
    issues = IssueFiles(tmp_path)
    issues.add_issue(Issue(number=1, subject="A"))
    (tmp_path / "issues" / "001.md").rename(tmp_path / "issues" / "002.md")
    with pytest.raises(Mistake, match="says that it is issue 1") as caught:
        issues.get_issue(2)
    assert str(caught.value.place) == "issues/002.md:2"


def test_an_issue_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    """Or says how to make one."""
    issues = IssueFiles(tmp_path)
    with pytest.raises(Missing, match="newsletter draft"):
        issues.get_issue(1)
    issues.add_issue(Issue(number=3, subject="A"))
    with pytest.raises(Missing, match="There are: 3"):
        issues.get_issue(1)


def test_the_sample_issue_names_only_posts_that_are_there() -> None:
    """Two sample posts are left for `draft`."""
    seeds = bundled("seeds")
    slugs = set(IssueFiles(seeds).get_issue(1).slugs())
    there = {post.slug for post in PostFiles(seeds).list_posts()}
    assert slugs < there
    assert len(there - slugs) == 2
