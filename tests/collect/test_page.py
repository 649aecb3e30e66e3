"""A saved page becomes a post: what it says about itself, its words, its quotes, and nothing that runs or tracks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.collect.pages.page import read_page
from newsletter.compose.braces import regions_of
from newsletter.compose.gaps import TextOrigin, read_gaps
from newsletter.compose.sentinels import Sentinels
from newsletter.folder.bundle import bundled
from newsletter.words.mistake import Mistake
from newsletter.words.post import Image, Post
from tests.collect.reading import quotes, shown, tags_in

ON = date(2026, 11, 20)
HEAD = '<html><head><title>Boats</title><link rel="canonical" href="https://a.example.com/boats">'


def read(inside: str, head: str = "") -> Post:
    return read_page(
        f"<!doctype html>{HEAD}{head}</head><body><article><h1>Boats</h1>{inside}</article></body></html>", on=ON
    )


def test_the_sample_page_says_what_it_is() -> None:
    """Title, address, site, author and day come from the page's own marks."""
    post = read_page((bundled("seeds") / "raw" / "night-train.html").read_text(encoding="utf-8"), on=ON)
    assert post.title == "The 21:40 has a dining car again"
    assert post.url == "https://sidings.example.net/2026/the-2140-has-a-dining-car-again"
    assert (post.source, post.author, post.published_on) == ("Sidings", "Petra Vonn", date(2026, 11, 12))


def test_the_sample_page_keeps_its_words_and_loses_its_furniture() -> None:
    """Struck words, list and links stay; menus, footers, scripts and counters go."""
    post = read_page((bundled("seeds") / "raw" / "night-train.html").read_text(encoding="utf-8"), on=ON)
    assert "~~a vending machine~~ a dining car" in post.body
    assert "[the station baker](https://sidings.example.net/bakers/oake)" in post.body
    assert {"bullet_list_open", "s_open", "blockquote_open"} <= tags_in(post.body)
    for gone in ("Timetables", "written on trains", "counter", "gray", "# The 21:40"):
        assert gone not in post.body


def test_a_quote_keeps_its_source() -> None:
    """The name in a footer, a caption or a cite is the last line of the quote; the cited address is its link."""
    post = read(
        '<blockquote cite="https://b.example.com/x"><p>One.</p></blockquote>'
        "<blockquote><p>Two.</p><footer>— Ana Costa</footer></blockquote>"
        "<figure><blockquote><p>Three.</p></blockquote><figcaption>Ben, <cite>Coastline</cite></figcaption></figure>"
        '<blockquote cite="https://c.example.com/y">Four.<br><cite>Dora</cite></blockquote>'
    )
    assert quotes(post) == [
        "One.", "— b.example.com", "Two.", "— Ana Costa", "Three.", "— Ben, Coastline", "Four.", "— Dora",
    ]  # fmt: skip
    assert "> — [Dora](https://c.example.com/y)" in post.body


def test_a_title_of_a_book_inside_a_quote_is_not_its_source() -> None:
    """Only what stands alone at the end names whose words they are."""
    assert quotes(read("<blockquote><p>I read <cite>The Boat</cite> twice.</p></blockquote>")) == [
        "I read The Boat twice."
    ]


def test_struck_words_stay_struck() -> None:
    """`<s>`, `<strike>` and `<del>` mean something to readers."""
    body = read("<p><s>one</s> <del>two</del> <strike>three</strike> four</p>").body
    assert body == "~~one~~ ~~two~~ ~~three~~ four"


def test_pictures_keep_their_description_and_whole_addresses() -> None:
    """A relative address is completed; a picture that is loaded late is found."""
    body = read(
        '<p><img src="/b(1).png" alt="A [red] boat"></p><img data-src="c.png" src="data:image/gif;base64,AA" alt="C">'
    ).body
    assert "![A (red) boat](https://a.example.com/b%281%29.png)" in body
    assert "![C](https://a.example.com/c.png)" in body


def test_the_pages_own_picture_is_the_posts() -> None:
    """With its description, and not a second time in the body."""
    post = read(
        '<img src="/top.jpg" alt="A boat at noon"><p>Words.</p>',
        head='<meta property="og:image" content="/top.jpg">',
    )
    assert post.image == Image(src="https://a.example.com/top.jpg", alt="A boat at noon")
    assert post.body == "Words."


def test_a_picture_without_a_description_is_named() -> None:
    """Somebody has to say what it shows, and the editor is told so."""
    post = read("<p>Words.</p>", head='<meta property="og:image" content="https://a.example.com/t.jpg">')
    assert post.image == Image(src="https://a.example.com/t.jpg", alt="Boats")
    assert any("no description" in check for check in post.checks)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>evil()</script>",
        "<svg onload=evil()><script>evil()</script><text>evil</text></svg>",
        "<style>p { background: url(https://evil.example.com) }</style>",
        '<a href="javascript:evil()">x</a>',
        '<a href=" java&#10;script:evil()">x</a>',
        '<a href="data:text/html,evil">x</a>',
        '<a href="vbscript:evil">x</a>',
        '<img src="javascript:evil()" alt="x">',
        '<img src="data:image/svg+xml,evil" alt="x">',
        '<img src="x" onerror="evil()">',
        '<p onclick="evil()" style="background:url(evil)">x</p>',
        "<iframe src=javascript:evil()></iframe><iframe srcdoc=evil></iframe>",
        "<iframe src=https://evil.example.com width=1 height=1></iframe>",
        "<object data=evil></object><embed src=data:evil>",
        '<form action="https://evil.example.com"><input name=evil><button>evil</button></form>',
        '<meta http-equiv=refresh content="0;url=https://evil.example.com">',
        '<img src="https://evil.example.com/p.gif" width="1" height="1">',
        '<img src="https://evil.example.com/p.gif" style="width:1px;height:1px">',
        '<p style="display:none">evil</p>',
        '<p style="font-size:0">evil</p>',
        "<p hidden>evil</p>",
        "<noscript><img src=https://evil.example.com/p.gif></noscript>",
        "<template><p>evil</p></template>",
        "<math><mtext></p><style><img src=x onerror=evil()></style></mtext></math>",
        "<!-- evil -->",
    ],
)
def test_nothing_that_runs_tracks_or_hides_gets_in(hostile: str) -> None:
    """Scripts, styles, drawings, forms, pixels and hidden words leave no trace in a post."""
    post = read(f"<p>Before.</p>{hostile}<p>After.</p>")
    assert "evil" not in post.body
    assert "Before." in post.body
    assert "After." in post.body


def test_markup_that_a_page_only_shows_stays_text() -> None:
    """Escaped tags, merge tags and remarks in a page's words are words."""
    post = read(
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; {{ email }} &lt;!-- x --&gt; *a* # b</p><p># c</p><p>1. d</p>"
    )
    assert shown(post.body) == "<script>alert(1)</script> {{ email }} <!-- x --> *a* # b\n# c\n1. d"
    assert "{{" not in post.body
    assert "<!--" not in post.body


def test_tracking_marks_are_taken_off_addresses() -> None:
    """A link keeps what it needs and loses who is to be counted."""
    post = read('<a href="/x?id=3&amp;utm_source=mail&amp;fbclid=1">x</a>')
    assert "(https://a.example.com/x?id=3)" in post.body


def test_a_page_that_does_not_say_where_its_text_is_keeps_its_quotes() -> None:
    """The text of a page without `<article>` is found by guessing, and a quote in it stays one."""
    paragraph = "<p>" + "The boat leaves at ten past six because the bar is only deep enough then. " * 6 + "</p>"
    menu = "<div class=menu>" + "".join(f'<a href="/{n}">Link {n}</a> ' for n in range(30)) + "</div>"
    quote = "<blockquote><p>We are not early risers. The moon is, and we go along with it every single day.</p></blockquote>"
    post = read_page(
        f"<html><body>{menu}<div class=content>{paragraph * 3}{quote}{paragraph}</div></body></html>", on=ON
    )
    assert any("The moon is" in text for text in quotes(post))
    assert "Link 7" not in post.body


def test_a_piece_of_html_is_a_post_too() -> None:
    """What was copied out of a page has no head; its first words are its title."""
    post = read_page("<p>Hi <b>there</b>.</p><p>More.</p>", on=ON)
    assert post.title == "Hi there."
    assert post.body == "Hi **there**.\n\nMore."


@pytest.mark.parametrize(
    "html", ["<html></html>", "<html><body><div id=root></div></body></html>", "<script>x</script>"]
)
def test_a_page_without_words_is_refused(html: str) -> None:
    """Pages that only scripts fill hold nothing to quote."""
    with pytest.raises(Mistake, match="no words"):
        read_page(html, on=ON)


def test_a_page_nested_beyond_reading_is_refused_at_once() -> None:
    """Ten thousand tags inside each other end in a sentence, not in a traceback and not after minutes."""
    with pytest.raises(Mistake, match="nested too deeply"):
        read_page("<article>" + "<div><b>" * 10_000 + "deep", on=ON)


def test_a_page_of_a_million_tags_is_refused_at_once() -> None:
    """Nobody waits minutes for something that is no article."""
    with pytest.raises(Mistake, match="too large"):
        read_page("<article>" + "<p>x" * 1_000_000, on=ON)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["<p>", "</p>", "<b>", "</i>", "<script>", "</script>", "<blockquote>", "<li>", "<td>", "&lt;",
    "<img src=x onerror=evil()>", "<a href=javascript:evil()>", "<!--", "-->", "<svg>", "<style>", "word ", "{{ x }}", "<s>", "{", "%", "<b></b>", "<a>", "<img>", "&lt;", "!--", "<pre>", "<code>"]),
    max_size=30))  # fmt: skip
def test_broken_html_never_brings_anything_active_with_it(pieces: list[str]) -> None:
    """However the tags are torn, what comes out holds no address that runs and no gap."""
    try:
        post = read_page(f"<article>begin {''.join(pieces)}</article>", on=ON)
    except Mistake:
        return
    assert "](javascript" not in post.body
    assert tags_in(post.body).isdisjoint({"html_block", "html_inline"})
    sentinels, origin = Sentinels([post.body]), TextOrigin(post.file)
    assert read_gaps(post.body, sentinels, origin, regions_of(post.body, origin)) == post.body
