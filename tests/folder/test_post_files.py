"""Posts are files: what is written is read again, and every mistake is named with its line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.folder.bundle import bundled
from newsletter.folder.post_file import format_post, parse_post
from newsletter.folder.posts import PostFiles
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.picture.focus import Focus
from newsletter.words.post import Image, Post

# Anything a file can hold on one line; blanks at the ends carry nothing.
_LINE = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)
    .map(str.strip)
    .filter(bool)
)
_BODY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=200)
_FOCUSES = st.builds(Focus, across=st.integers(0, 100), down=st.integers(0, 100))
_POSTS = st.builds(
    Post,
    slug=st.just("a"),
    title=_LINE,
    body=_BODY.map(lambda text: text.strip(" \t\n")),
    url=st.none() | st.just("https://example.com/a?b=c#d"),
    source=st.none() | _LINE,
    author=st.none() | _LINE,
    byline=st.none() | _LINE,
    published_on=st.none() | st.dates(min_value=date(1000, 1, 1)),
    tags=st.lists(_LINE, max_size=3).map(tuple),
    image=st.none() | st.builds(Image, src=st.just("images/a-b.png"), alt=_LINE, focus=st.none() | _FOCUSES),
    checks=st.lists(_LINE, max_size=2).map(tuple),
)


def read(text: str) -> Post:
    return parse_post(text, slug="a", file="posts/a.md")


@given(_POSTS)
def test_a_post_that_is_written_is_read_again_as_it_was(post: Post) -> None:
    """Whatever the words are, YAML and line ends change none of them."""
    again = read(format_post(post))
    assert replace(again, body_line=1) == post


@given(_POSTS.filter(lambda post: bool(post.body)))
def test_the_line_of_the_body_is_where_it_stands_in_the_file(post: Post) -> None:
    """An error in the body can be pointed at."""
    text = format_post(post)
    assert text.split("\n")[read(text).body_line - 1] == post.body.split("\n")[0]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("Words without a head.", 1, None, "does not begin with a line of three hyphens"),
        ("---\ntitle: A\n", 3, None, "never ends"),
        ("---\nurl: https://example.com\n---\n", 1, None, "`title` is missing"),
        ("---\ntitle:\n---\n", 2, 1, "`title` is missing"),
        ("---\ntitle: Ferries: a history\n---\n", 2, 15, "colon inside this value"),
        ("---\ntitle: A\n\ttags: x\n---\n", 3, 1, "tab"),
        ("---\ntitle: 'A\n---\n", 3, 1, "not valid YAML"),
        ("---\ntitle: A\ntitel: B\n---\n", 3, 1, "`titel` means nothing here"),
        ("---\ntitle: A\n\ntitle: B\n---\n", 4, 1, "twice; it is already on line 2"),
        ("---\ntitle: [A]\n---\n", 2, 1, "`title` must be text"),
        ("---\ntitle: A\ntags: sea\n---\n", 3, 1, "`tags` must be a list"),
        ("---\ntitle: A\ntags:\n  - a\n  - [b]\n---\n", 5, 5, "this one is not text"),
        ("---\ntitle: A\npublished: soon\n---\n", 3, 1, "`published` is not a date: soon"),
        ("---\ntitle: A\npublished: 2026-02-30\n---\n", 3, 1, "`published` is not a date"),
        ("---\ntitle: A\nurl: javascript:alert(1)\n---\n", 3, 1, "not a web address"),
        ("---\ntitle: A\nimage: images/a.png\n---\n", 3, 1, "`image` but no `alt`"),
        ("---\ntitle: A\nalt: A boat\n---\n", 3, 1, "`alt` but no `image`"),
        ("---\ntitle: A\nalt: B\nimage: ../secret.png\n---\n", 4, 1, "neither a web address nor a file in images/"),
        ("---\ntitle: A\nalt: B\nimage: images/../../x.png\n---\n", 4, 1, "neither a web address nor"),
        ("---\ntitle: A\nfocus: 4% 3%\n---\n", 3, 1, "crops a picture in images/"),
        ("---\ntitle: A\nalt: B\nimage: https://example.com/a.png\nfocus: 4% 3%\n---\n", 5, 1, "crops a picture in"),
        ("---\ntitle: A\nalt: B\nimage: images/a.png\nfocus: left\n---\n", 5, 1, "not a place in the picture: left"),
        ("---\n- title\n---\n", 2, 1, "made of lines such as"),
        ("---\n[a]: b\n---\n", 2, 1, "A key must be a word"),
        ("---\ntitle: A\x07\n---\n", 2, None, "control character"),
        ("---\n" + "[" * 5000 + "\n---\n", 1, None, "nested too deeply"),
    ],
)
def test_every_mistake_is_named_with_its_place_and_what_to_do(
    text: str, line: int, column: int | None, message: str
) -> None:
    """File, line and column, and a remedy."""
    with pytest.raises(Mistake) as caught:
        read(text)
    assert message in caught.value.message
    assert caught.value.fix
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == ("posts/a.md", line)
    assert column is None or caught.value.place.column == column


@given(st.text("-:[]{}&*!|>'\"%@`#,?<= \n\tab1", max_size=60))
def test_no_front_matter_ends_in_anything_but_a_post_or_a_mistake(head: str) -> None:
    """YAML has many corners; none of them is a traceback."""
    try:
        read(f"---\ntitle: A\n{head}\n---\n")
    except NewsletterError as error:
        assert error.place is not None


def test_yaml_does_not_turn_words_into_other_things() -> None:
    """`no` is a word, 1984 a title, and a date in a list of tags a tag."""
    post = read("---\ntitle: 1984\nsource: no\ntags: [2026-11-20, 010, on]\n---\n")
    assert (post.title, post.source, post.tags) == ("1984", "no", ("2026-11-20", "010", "on"))


def test_a_file_from_another_system_reads_like_any_other(tmp_path: Path) -> None:
    """A byte order mark and CR LF change nothing, not even the line numbers."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_bytes("\ufeff---\r\ntitle: Båt\r\n---\r\n\r\nOne.\r\n\r\nTwo.\r\n".encode())
    post = PostFiles(tmp_path).get_post("a")
    assert (post.title, post.body, post.body_line) == ("Båt", "One.\n\nTwo.", 5)


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [(b"---\ntitle: B\xe5t\n---\n", "not UTF-8", 2), (b"---\ntitle: a\n---\n\0", "null characters", 4)],
)
def test_a_file_that_is_not_text_is_refused_with_its_line(tmp_path: Path, data: bytes, message: str, line: int) -> None:
    """Guessing letters would print the wrong ones."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_bytes(data)
    with pytest.raises(Mistake, match=message) as caught:
        PostFiles(tmp_path).list_posts()
    assert str(caught.value.place) == f"posts/a.md:{line}"


def test_a_taken_name_is_never_overwritten(tmp_path: Path) -> None:
    """The second post of a name gets the next free one."""
    posts = PostFiles(tmp_path)
    first = posts.add_post(Post(slug="a", title="One", body="1"))
    second = posts.add_post(Post(slug="a", title="Two", body="2"))
    assert (first.slug, second.slug) == ("a", "a-2")
    assert [post.title for post in posts.list_posts()] == ["One", "Two"]
    assert posts.get_post("a").title == "One"


def test_posts_that_are_added_at_the_same_moment_all_survive(tmp_path: Path) -> None:
    """Two editors and one name: every post is in a file of its own."""
    posts = PostFiles(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda n: posts.add_post(Post(slug="a", title=f"T{n}", body="")), range(24)))
    assert len({post.slug for post in written}) == 24
    assert {post.title for post in posts.list_posts()} == {f"T{n}" for n in range(24)}


def test_a_post_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    """A picture with no description is refused before there is a file, and nothing is left lying about."""
    with pytest.raises(Mistake):
        PostFiles(tmp_path).add_post(Post(slug="a", title="A", body="", image=Image(src="images/a.png", alt="")))
    with pytest.raises(Mistake):
        PostFiles(tmp_path).add_post(Post(slug="b", title="\ud800", body=""))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("slug", ["../a", "a/b", "..", ".hidden", "", "a\0b", "/etc/passwd", "a" * 300, "a\nb"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, slug: str) -> None:
    """Neither to read nor to write."""
    (tmp_path / "a.md").write_text("---\ntitle: outside\n---\n")
    with pytest.raises(Missing):
        PostFiles(tmp_path).get_post(slug)
    with pytest.raises(Mistake):
        PostFiles(tmp_path).add_post(Post(slug=slug, title="A", body=""))


def test_a_post_that_is_not_there_names_the_closest(tmp_path: Path) -> None:
    """Most wrong names are slips."""
    PostFiles(tmp_path).add_post(Post(slug="2026-11-20-boats", title="A", body=""))
    with pytest.raises(Missing) as caught:
        PostFiles(tmp_path).get_post("2026-11-20-boat")
    assert caught.value.fix == "Did you mean `2026-11-20-boats`?"


@pytest.mark.parametrize("path", sorted((bundled("seeds") / "posts").glob("*.md")), ids=lambda path: path.stem)
def test_every_sample_post_is_whole(path: Path) -> None:
    """It is read, has nothing left to check, and its picture is there."""
    post = PostFiles(bundled("seeds")).get_post(path.stem)
    assert post.title
    assert post.body
    assert post.checks == ()
    assert post.image is None or (bundled("seeds") / post.image.src).stat().st_size < 20_000
