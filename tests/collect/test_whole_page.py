"""Nothing of a page vanishes unsaid: each of its words is in the post, or is counted in what the editor is told."""

from __future__ import annotations

import re
from datetime import date

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.collect.pages.page import read_page
from newsletter.collect.source import collect
from newsletter.collect.wordless import require_words
from newsletter.folder.post_file import parse_post
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post
from tests.collect.reading import shown

ON = date(2026, 11, 20)
AT = "https://a.example.com/winter/boats"
FIRST = "The harbour froze in the first week of March, and nobody had seen that since the war."
SECOND = "Two boats were towed out by the lifeboat, and the third is still waiting for a thaw."


def read(body: str, *, head: str = "<title>Boats</title>", at: str | None = AT) -> Post:
    return read_page(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", on=ON, at=at)


def article(inside: str) -> Post:
    return read(f"<article><h1>Boats</h1><p>{FIRST}</p>{inside}</article>")


def missing(post: Post) -> list[str]:
    return [check for check in post.checks if "words of the page are not here" in check]


@pytest.mark.parametrize(
    "around",
    [
        '<form action="./page.aspx" method="post"><input type="hidden" name="__VIEWSTATE" value="x">{}</form>',
        '<form><div><input type="search"><button>Search</button></div><div id="main">{}</div></form>',
        '<div style="opacity: 0; transition: opacity 1s">{}</div>',
        '<div style="visibility: hidden; animation-name: none" class="wow fadeIn">{}</div>',
        '<section style="-webkit-transform:translate3d(0,40px,0);opacity:0">{}</section>',
        "<details><summary>More of it</summary>{}</details>",
        "<main><div>{}</div></main>",
        '<table role="presentation"><tr><td>{}</td></tr></table>',
    ],
)
def test_words_are_kept_wherever_a_page_puts_them(around: str) -> None:
    """In the frame of a form, in a block that fades in, in details, in a table that only places things."""
    post = read(around.format(f"<h1>Boats</h1><p>{FIRST}</p><p>{SECOND}</p>"))
    assert post.title == "Boats"
    assert FIRST in shown(post.body)
    assert SECOND in shown(post.body)
    assert missing(post) == []


def test_a_form_that_asks_for_something_is_no_text() -> None:
    """A search, a sign-up and a comment field stay out of the post, and nobody is warned of them."""
    post = article(
        '<form><label>Your address</label><input type="email"><button>Send me the letter</button></form>'
        f"<p>{SECOND}</p><form><p>Leave a comment.</p><textarea></textarea></form>"
    )
    assert post.body == f"{FIRST}\n\n{SECOND}"
    assert missing(post) == []


@pytest.mark.parametrize(
    "notes",
    [
        '<aside role="doc-endnotes"><ol>{}</ol></aside>',
        '<footer class="footnotes"><hr><ol>{}</ol></footer>',
        '<section id="footnotes"><h2>Notes</h2><ol>{}</ol></section>',
        '</article><aside class="endnotes"><ol>{}</ol></aside><article>',
        '<footer><p>Filed under boats.</p><ol class="footnotes">{}</ol></footer>',
    ],
)
def test_notes_are_kept_with_their_numbers(notes: str) -> None:
    """The reference says the number, the note stands below, and no arrow leads back to nowhere."""
    note = '<li id="fn1"><p>As the log of the pilots says. <a href="#ref1" class="footnote-back">↩</a></p></li>'
    post = article(f'<p>It was cold.<sup><a id="ref1" href="#fn1">1</a></sup> {SECOND}</p>{notes.format(note)}')
    assert "It was cold.[1] Two boats" in shown(post.body)
    assert "1. As the log of the pilots says." in post.body
    assert "↩" not in post.body
    assert "Filed under" not in post.body


def test_an_aside_of_the_article_stays_and_one_beside_it_goes() -> None:
    """A correction is the writer's; a list of other pages is the site's."""
    post = article(
        f"<aside><p>Correction: it was the second week, not the first.</p></aside><p>{SECOND}</p>"
        '<aside class="related"><p>Read also our long story about boats that never came back.</p></aside>'
        '<aside><a href="/1">The five best boats of this long winter.</a></aside>'
    )
    assert "Correction: it was the second week" in post.body
    assert "Read also" not in post.body
    assert "five best" not in post.body
    assert missing(post) == []


def test_the_only_article_may_be_a_promotion() -> None:
    """With nearly all words of a page elsewhere, the part that calls itself the article is not believed."""
    story = "".join(f"<p>{FIRST} Part {n}. {SECOND}</p>" for n in range(30))
    post = read(f"<div><h1>Boats</h1>{story}</div><article><p>Read our printed paper.</p></article>")
    assert "Part 29." in post.body
    assert "printed paper" not in post.body


def test_a_long_page_is_not_guessed_at_where_guessing_would_lose_words() -> None:
    """A library finds the text of most pages; where it leaves out a fifth of the prose, all of it is taken."""
    part = "<div>{0}<br><br>And so on, said number {1}.</div><blockquote><dl><dd>{2} Part {1}.</dd></dl></blockquote>"
    story = "".join(part.format(FIRST, n, SECOND) for n in range(14))
    menu = "".join(f'<li><a href="/{n}">Story {n} of last week</a></li>' for n in range(9))
    post = read(f"<div><ul>{menu}</ul></div><div><h2>Boats</h2>{story}</div>")
    assert [n for n in range(14) if f"said number {n}." not in post.body or f"Part {n}." not in post.body] == []
    assert "Story 3" not in post.body


def test_of_several_articles_the_one_with_the_words_is_taken() -> None:
    """Teasers of other stories are articles too."""
    teasers = "".join(f"<article><h3>Story {n}</h3><p>Short.</p></article>" for n in range(4))
    post = read(f"<article><h1>Boats</h1><p>{FIRST}</p><p>{SECOND}</p></article>{teasers}")
    assert post.body == f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta property="og:title" content="Boats">', '<header><h1><a href="/">Coast</a></h1></header>{}'),
        ("<title>Boats | Coast</title>", "<h1>Coast</h1><article><h2>Boats</h2>{}</article>"),
        ("<title>Coast</title>", '<h1 class="site-title">Coast</h1><article><h2>Boats</h2>{}</article>'),
        ('<meta property="og:site_name" content="Coast">', "<h1>Coast</h1><main><h2>Boats</h2>{}</main>"),
        ("<title>Boats – Coast</title>", '<a href="https://a.example.com/"><h1>Coast</h1></a>{}'),
        ("<title>Boats</title>", '<h1><a href="/">Coast</a></h1><article><h1>Boats</h1>{}</article>'),
        ("<title>Coast: all of it</title>", "<article><h1>Boats</h1>{}</article>"),
    ],
)
def test_the_title_is_the_articles_and_not_the_sites(head: str, body: str) -> None:
    """The only `<h1>` of many pages is the name of the site."""
    assert read(body.format(f"<p>{FIRST}</p><p>{SECOND}</p>"), head=head).title == "Boats"


def test_neither_the_name_of_the_site_nor_the_title_stands_in_the_text() -> None:
    """The post has them already."""
    post = read(f'<div><h1><a href="/">Coast</a></h1></div><img src="/b.jpg" alt="A boat"><h2>Boats</h2><p>{FIRST}</p>')
    assert post.body == f"![A boat](https://a.example.com/b.jpg)\n\n{FIRST}"


@pytest.mark.parametrize(
    "picture",
    [
        '<img src="/blank.gif" data-src="/pier.jpg" alt="The pier">',
        '<img src="data:image/gif;base64,R0" data-lazy-src="/pier.jpg" alt="The pier">',
        '<img data-original="/pier.jpg" alt="The pier">',
        '<img src="" data-lazyload="/pier.jpg" alt="The pier">',
        '<img data-hero-image="/pier.jpg" alt="The pier">',
        '<img srcset="/small.jpg 320w, /pier.jpg 1280w" alt="The pier">',
        '<img src="/placeholder.png" data-srcset="/pier.jpg 2x, /small.jpg 1x" alt="The pier">',
        '<picture><source srcset="/pier.jpg"><img alt="The pier"></picture>',
        '<picture><source data-srcset="/pier.jpg 1x"><img src="data:," alt="The pier"></picture>',
        '<noscript><img src="/pier.jpg" alt="The pier"></noscript>',
        '<img data-src="/pier.jpg" alt="The pier"><noscript><img src="/pier.jpg" alt="The pier"></noscript>',
        '<img src="/pier.jpg?w=20" data-srcset="/small.jpg 20w, /pier.jpg 900w" alt="The pier">',
        '<figure><noscript><img src="/pier.jpg"></noscript><img class="late" alt="The pier"></figure>',
        '<img srcset="/a,b.jpg 320w,/pier.jpg 1280w" alt="The pier">',
        '<img src="../pier.jpg" alt="The pier">',
        '<amp-img src="/pier.jpg" alt="The pier"></amp-img>',
        '<a href="/gallery"><figure><img data-src="/pier.jpg" alt="The pier"></figure></a>',
    ],
)
def test_a_picture_is_found_however_late_it_loads(picture: str) -> None:
    """Its address may stand in another attribute, among sizes, in a source, or where scripts are off."""
    assert re.findall(r"!\[(.*?)\]\((.*?)\)", article(picture).body) == [("The pier", "https://a.example.com/pier.jpg")]


def test_pictures_of_a_page_without_an_address_stay_and_are_said() -> None:
    """The part of an address that is there is kept, and never one of ours."""
    post = read(f'<p>{FIRST}</p><img src="images/x.png" alt="A"><img src="/b.png" alt="B">', at=None)
    assert "![A](/images/x.png)" in post.body
    assert "![B](/b.png)" in post.body
    assert any("the address of 2 pictures" in check for check in post.checks)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ('<a href="/x"><h3>Boats sail</h3><p>Soon.</p></a>', "### [Boats sail](https://a.example.com/x)\n\nSoon."),
        ('<a href="/x"><p>Soon.</p><p>Later.</p></a>', "[Soon.](https://a.example.com/x)\n\nLater."),
        (
            '<a href="/x"><div><img src="/p.png" alt="P"><p>Soon.</p></div></a>',
            "[![P](https://a.example.com/p.png)](https://a.example.com/x)\n\nSoon.",
        ),
        (
            '<iframe src="https://www.youtube.com/embed/abcdefgh?rel=0" title="A film"></iframe>',
            "[A film](https://www.youtube.com/watch?v=abcdefgh)",
        ),
        ('<iframe data-src="//player.vimeo.com/video/77"></iframe>', "[vimeo.com](https://vimeo.com/77)"),
        ('<video><source src="/ice.mp4"></video>', "[a.example.com](https://a.example.com/ice.mp4)"),
        ('<lite-youtube videoid="abcdefgh"></lite-youtube>', "[youtube.com](https://www.youtube.com/watch?v=abcdefgh)"),
        (
            '<script src="https://gist.github.com/ana/12ab.js"></script>',
            "[gist.github.com](https://gist.github.com/ana/12ab)",
        ),
        ('<iframe src="https://ads.doubleclick.net/x" width="300"></iframe>', ""),
        ('<a href="/x"><blockquote>Soon.</blockquote></a>', "> [Soon.](https://a.example.com/x)"),
        ("<p><math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac></math></p>", "a/(b+1)"),
        ('<object data="/a.pdf"><p>Take <a href="/a.pdf">it</a>.</p></object>', "Take [it](https://a.example.com/a.pdf)."),
        ('<object data="https://b.example.org/a.pdf"></object>', "[b.example.org](https://b.example.org/a.pdf)"),
        ("<dl><dt>Thaw</dt><dd>When ice goes.</dd></dl>", "Thaw\n\nWhen ice goes."),
        ("<details><summary>Why?</summary>Because.</details>", "Why?\n\nBecause."),
        ("<h3><button>Why?</button></h3><div>Because.</div>", "### Why?\n\nBecause."),
        ("<pre>one<br>two</pre>", "```\none\ntwo\n```"),
        ("<pre><code>{{ x }}\n&lt;!-- y --&gt;</code></pre>", "```\n{{ x }}\n<!-- y -->\n```"),
        ("<p>Type <code>{{ x }}</code> here</p>", "Type `{{ x }}` here"),
        (
            '<table class="hl"><tr><td class="linenos"><pre>1\n2</pre></td><td><pre>a = 1\nb = 2</pre></td></tr></table>',
            "```\na = 1\nb = 2\n```",
        ),
        (
            ('<table class="highlight"><tr><td data-line-number="1"></td><td><code>a</code></td></tr>'
            '<tr><td data-line-number="2"></td><td><code>b</code></td></tr></table>'),
            "```\na\nb\n```",
        ),
        ('<pre><span class="lineno">1</span>a\n<span class="lineno">2</span>b</pre>', "```\na\nb\n```"),
        ('<p>So <math alttext="x^2"><msup><mi>x</mi><mn>2</mn></msup></math>.</p>', "So x^2."),
        (
            "<p>So <math><semantics><mi>y</mi><annotation encoding='application/x-tex'>y_1</annotation></semantics></math>.</p>",
            "So y_1.",
        ),
        ("<p>So <math><mi>z</mi><mo>=</mo><mn>3</mn></math>.</p>", "So z=3."),
        (
            ('<p>So <span style="display:none"><math alttext="q"><mi>q</mi></math></span>'
            '<img src="/q.svg" aria-hidden="true" alt="q">.</p>'),
            "So q.",
        ),
        ("<p>10<sup>6</sup> and <ruby>漢<rt>かん</rt></ruby></p>", "10⁶ and 漢(かん)"),
        ("<header><p>One.</p></header><address>Two.</address>Three.", "One.\n\nTwo.\n\nThree."),
    ],
)  # fmt: skip
def test_what_pages_are_made_of_becomes_what_a_post_can_hold(html: str, markdown: str) -> None:
    """Links around blocks, what plays, code, formulas, readings: no word and no address is lost."""
    assert article(html).body == f"{FIRST}\n\n{markdown}".strip()


def test_an_article_with_one_quote_is_still_that_of_its_page() -> None:
    """Whose words they are is said unless all of them are quoted."""
    post = article(f"<blockquote>{SECOND}</blockquote>")
    assert any(check.startswith("The text is that of") for check in post.checks)
    assert read(f"<h1>Boats</h1><blockquote>{SECOND}</blockquote>").checks == ()


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("https://a.example.com/", AT),
        ("https://b.example.org", AT),
        ("/winter/boats-2", "https://a.example.com/winter/boats-2"),
        ("/?p=12", "https://a.example.com/?p=12"),
    ],
)
def test_a_front_page_is_no_address_of_a_page(canonical: str, url: str) -> None:
    """Where the canonical address is that of a site, the one that was fetched is the page's."""
    whole = canonical if canonical.startswith("http") else f"https://a.example.com{canonical}"
    assert read(f"<p>{FIRST}</p>", head=f'<link rel="canonical" href="{whole}">').url == url


def test_a_saved_page_that_names_only_its_site_says_so() -> None:
    """Nobody knows better where it stood, so it stays, with a note."""
    post = read(f"<p>{FIRST}</p>", head='<link rel="canonical" href="https://a.example.com/">', at=None)
    assert post.url == "https://a.example.com/"
    assert any("front page" in check for check in post.checks)


def test_a_paragraph_that_is_mostly_missing_is_missing_whole() -> None:
    """That a few of its words stand elsewhere in the same order does not cut it in two."""
    post = read(
        "<main><article><h1>Boats</h1><p>Part one tells how it began, on a wet day in March.</p></article>"
        "<section><p>Part two tells how it went on, and stands beside the article.</p></section></main>"
    )
    assert missing(post) == [
        "12 of 24 words of the page are not here: the part that begins “Part two tells how it went on, and…”."
    ]


def test_words_that_are_left_out_are_counted() -> None:
    """How many of how many, and how the longest part begins."""
    post = read(f"<article><h1>Boats</h1><p>{FIRST}</p></article><div><p>{SECOND}</p></div>")
    n_first, n_second = len(re.findall(r"\w+", FIRST)), len(re.findall(r"\w+", SECOND))
    (said,) = missing(post)
    assert said == (
        f"{n_second} of {n_first + n_second} words of the page are not here: the part that begins "
        "“Two boats were towed out by the lifeboat,…”."
    )


PROSE = f"<p>{FIRST}</p><p>{SECOND}</p>"
MENU = "".join(f'<li><a href="/{n}">A chapter of this site, number {n}.</a></li>' for n in range(9))


@pytest.mark.parametrize(
    "page",
    [
        f"<nav><ul>{MENU}</ul></nav><article><h1>Boats</h1>{PROSE}</article>",
        f'<div class="menu"><ul>{MENU}</ul></div><main><h1>Boats</h1>{PROSE}</main>',
        (f'<article><h1>Boats</h1>{PROSE}</article><div id="cookie-banner"><p>We use cookies to make this site better '
        "for you and for our partners, whoever they are.</p></div>"),
        (f'<article><h1>Boats</h1>{PROSE}</article><section class="related-posts"><h2>More</h2><p>A long teaser of '
        "another story that you may like to read next, about trains.</p></section>"),
        (f'<article><h1>Boats</h1>{PROSE}</article><div id="comments"><article><p>Great text, I liked it very much, and '
        "so did my aunt who lives there.</p></article></div>"),
        (f"<article><h1>Boats</h1>{PROSE}</article><footer><p>All rights reserved by the Coast Courier and its many "
        "owners, printed in the harbour.</p></footer>"),
        (f'<header><p>The paper for those who live at the sea, every day since 1911, and on Sundays too.</p></header>'
        f"<article><h1>Boats</h1>{PROSE}</article>"),
        (f'<article><header><h1>Boats</h1><p class="byline">By Ana Costa</p></header>{PROSE}<div class="newsletter-box">'
        "<p>Get our letter each Friday, with everything that happened at the sea in the week.</p></div></article>"),
        (f'<article><h1>Boats</h1>{PROSE}<p>Share: <a href="/1">one</a> <a href="/2">two</a></p></article><aside><p>Our '
        "weather service says that it will be cold tomorrow, and colder still on Sunday.</p></aside>"),
        (f'<article><h1>Boats</h1>{PROSE}</article><div style="display:none"><p>This dialog is shown to those who want to '
        "leave the page without having paid for it.</p></div><noscript><p>Turn on scripts in the settings of your "
        "browser to read on, please, thank you.</p></noscript>"),
        (f"<main><h1>Boats</h1>{PROSE}</main><div><p>This site uses cookies, and by going on you agree to that.</p></div>"
        "<div class='modal fade'><p>Do you want to go on as a guest, or make an account with us today?</p></div>"
        "<p>© 2026 Coast Courier. Printed in the harbour, and nowhere else.</p>"),
    ],
)  # fmt: skip
def test_furniture_is_no_false_alarm(page: str) -> None:
    """Menus, notices, teasers, comments and imprints are not missed."""
    post = read(page)
    assert missing(post) == []
    assert FIRST in post.body
    assert SECOND in post.body


def test_a_page_with_a_title_and_no_words_is_refused() -> None:
    """Its title alone is nothing to quote; the words of a picture are."""
    for inside in ("<nav>Home</nav>", "<p>—</p>"):
        with pytest.raises(Mistake, match="no words in this page"):
            require_words(read(inside))
    assert require_words(read('<img src="/pier.jpg" alt="The pier">')).title == "Boats"
    page = b'<title>Boats | Coast</title><body><div id="root"></div><script src="app.js"></script></body>'
    with pytest.raises(Mistake, match="no words in this page"):
        collect(page, name="a.html", on=ON, parse_post=lambda text, slug, file: parse_post(text, slug=slug, file=file))


WRAPPED = ["{}", "<div>{}</div>", "<form>{}</form>", "<section style='opacity:0'>{}</section>", "<main>{}</main>",
    "<article>{}</article>", "<details><summary>So</summary>{}</details>", "<center>{}</center>", "<ul><li>{}</li></ul>",
    "<table><tr><td>{}</td><td>{}</td></tr></table>", "<aside>{}</aside>", "<a href='/x'>{}</a>", "<blockquote>{}</blockquote>",
    "<article><aside>{}</aside>{}</article>", "<div role='main'>{}</div><article>{}</article>", "<b>{}<i>{}</i></b>"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WRAPPED), min_size=1, max_size=6), st.booleans(), st.sampled_from([5, 12, 80]))
def test_every_word_is_in_the_post_or_counted(wrapped: list[str], is_nested: bool, n_words: int) -> None:
    """Whatever a page is made of: nothing that readers of it see is lost without a word to the editor."""
    number, body = 0, ""
    for wrap in wrapped:
        inside = body if is_nested else ""
        for _ in range(wrap.count("{}")):
            words = " ".join(f"word{number + step}x" for step in range(n_words))
            number += n_words
            wrap = wrap.replace("{}", f"{inside}<p>{words}.</p>", 1)
            inside = ""
        body = wrap if is_nested else body + wrap
    post = read(body)
    here = set(re.findall(r"word\d+x", post.title + post.body))
    # What stands beside the text, as menus and teasers do, is not missed.
    asides = BeautifulSoup(body, "lxml").find_all(["aside", "a"])
    beside = set(re.findall(r"word\d+x", " ".join(tag.get_text() for tag in asides)))
    n_counted = sum(int(re.match(r"[\d,]+", check)[0].replace(",", "")) for check in missing(post))  # type: ignore[index]
    assert number - len(here) - len(beside) <= n_counted
