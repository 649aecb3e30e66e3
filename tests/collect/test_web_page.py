"""Pages by their address: fetched through the guard, read as saved ones are, and nothing of them runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from newsletter.collect.pages.piece import read_piece
from newsletter.collect.pages.web_page import fetch_page, post_of, read_fetched
from newsletter.collect.quote import as_quotes
from newsletter.fetch.http import HttpFetcher
from newsletter.words.find import Excerpt, pack, unpack
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post
from tests.collect.desks import ON, local_fetcher
from tests.collect.pdfs import a_pdf
from tests.collect.reading import as_mailed, dangers
from tests.fetch.web_server import Page, WebServer, web_server

HTML = {"Content-Type": "text/html; charset=utf-8"}
ARTICLE = """<!doctype html><html><head><title>Boats in winter | Coast</title>
<meta property="og:site_name" content="Coast"><meta name="author" content="Ben Oake">
<meta property="article:published_time" content="2026-11-20T08:00:00Z">
<link rel="canonical" href="/boats"></head><body><nav>Home</nav><article><h1>Boats in winter</h1>
<p>The ferry goes <a href="/ice?utm_source=x">when the ice allows</a>.</p><blockquote>Cast off.</blockquote>
<img src="/pier.jpg" alt="The pier"></article></body></html>"""


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server({"/boats": Page(ARTICLE.encode(), headers=HTML)}) as running:
        yield running


def added(server: WebServer, path: str = "/boats", *, note: str = "", quote: str = "") -> Post:
    return post_of(fetch_page(server.url(path), local_fetcher(server.port)), on=ON, note=note, excerpts=unpack(quote))


def test_a_page_becomes_a_post_with_what_it_says_of_itself(server: WebServer) -> None:
    """Title, site, author, day, whole addresses, quote and picture with its words; the note on top."""
    post = added(server, note="Read *this*.")

    assert ("Boats in winter", "Coast", "Ben Oake", "2026-11-20") == (
        post.title, post.source, post.author, str(post.published_on))  # fmt: skip
    assert server.url("/boats") == post.url
    assert post.body.startswith("Read *this*.\n\n")
    assert f"[when the ice allows]({server.url('/ice')})" in post.body
    assert "> Cast off." in post.body
    assert f"![The pier]({server.url('/pier.jpg')})" in post.body
    assert "Home" not in post.body


def test_selected_words_stand_for_the_page(server: WebServer) -> None:
    """With a quote the page gives its facts only, and the quote says where it is from, however it is written."""
    post = added(server, note="Mine.", quote="They *said* {{ x }}\n\n<b>so</b>")

    assert "ice allows" not in post.body
    assert post.body.startswith("Mine.\n\n> They \\*said\\* {\\{ x }}\n>\n> \\<b>so\\</b>\n>\n> — [Coast](")
    assert f"> — [Coast]({server.url('/boats')})" in post.body
    assert () == post.checks


def test_a_page_that_only_scripts_fill_needs_words_of_ours(server: WebServer) -> None:
    """Its title is enough for a post with a note or a quote, and for a find; alone it is nothing."""
    server.pages["/app"] = Page(b'<title>A film</title><div id="root"></div>', headers=HTML)

    assert ("A film", "Mine.") == (added(server, "/app", note="Mine.").title, added(server, "/app", note="Mine.").body)
    assert "A film" == read_fetched(fetch_page(server.url("/app"), local_fetcher(server.port)), on=ON).title
    with pytest.raises(Mistake, match="no words in this page"):
        added(server, "/app")


def test_a_page_may_not_pass_for_one_of_another_site(server: WebServer) -> None:
    """What it calls its own address is believed within its site; else it is said, and we link where we were."""
    elsewhere = ARTICLE.replace('href="/boats"', 'href="https://other.example.org/boats"')
    server.pages["/boats"] = Page(elsewhere.encode(), headers=HTML)
    post = added(server)

    assert server.url("/boats") == post.url
    assert any("https://other.example.org/boats" in check for check in post.checks)


def test_a_pdf_is_a_page_of_its_own(server: WebServer) -> None:
    """Its facts and its text with where it is from; with a quote of ours that alone."""
    data = a_pdf(["The bar has moved."], Title="Tides", Author="Ida Holm")
    server.pages["/tides.pdf"] = Page(data, headers={"Content-Type": "application/pdf"})
    post = added(server, "/tides.pdf", note="Ours.")
    source = f"— [Ida Holm]({server.url('/tides.pdf')})"

    assert post.body == f"Ours.\n\nPDF by Ida Holm, 1 page.\n\n> The bar has moved.\n>\n> {source}"
    assert (post.title, post.url) == ("Tides", server.url("/tides.pdf"))
    assert "The bar has moved." not in added(server, "/tides.pdf", quote=pack([Excerpt(text="It moved.")])).body


def test_letters_are_read_as_the_server_says(server: WebServer) -> None:
    """A page that does not tell its encoding is read by the header."""
    page = "<title>Åker</title><p>Båt på isen.</p>".encode("cp1252")
    server.pages["/old"] = Page(page, headers={"Content-Type": "text/html; charset=ISO-8859-1"})
    server.pages["/text"] = Page("Båten\n\nGår.".encode(), headers={"Content-Type": "text/plain; charset=utf-8"})

    server.pages["/broken"] = Page(b"<title>Ice</title><p>The caf\xe9 is open.</p>", headers=HTML)

    assert "The caf\ufffd is open." == added(server, "/broken").body
    assert "Åker" == added(server, "/old").title
    assert "Båten" == added(server, "/text").title


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (Page(b"x", 404), "answers 404: there is nothing"),
        (Page(b"x", 403), "does not let programs in"),
        (Page(b"PK", headers={"Content-Type": "application/zip"}), "not a page but application/zip"),
        (Page(b"%PDF", headers={"Content-Type": "application/pdf"}), "This PDF is damaged"),
        (Page(b"x" * 5_000_001, headers=HTML), "larger than 5,000,000 bytes"),
        (Page(b"<html><body></body></html>", headers=HTML), "no words in this page"),
        (Page(status=302, headers={"Location": "http://169.254.169.254/latest"}), "not one that pages are fetched|private"),
        (Page(status=302, headers={"Location": "file:///etc/passwd"}), "only http and https"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_refused_with_what_to_do(server: WebServer, page: Page, said: str) -> None:
    """Each is a sentence with a way on, and no post."""
    server.pages["/boats"] = page
    with pytest.raises(Mistake, match=said) as refused:
        added(server)

    assert refused.value.fix


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://2130706433/", "http://127.1/", "http://[::1]/", "http://[::ffff:10.0.0.1]/",
     "http://169.254.169.254/latest/meta-data", "http://0.0.0.0/", "https://user:pw@example.com/", "ftp://example.com/",
     "http://example.com:22/", "javascript:alert(1)", "file:///etc/passwd", "http://", "http://10.0.0.1/"],
)  # fmt: skip
def test_the_fetcher_that_ships_reaches_nothing_private(url: str) -> None:
    """However this machine and its network are spelled."""
    with pytest.raises(Mistake) as refused:
        fetch_page(url, HttpFetcher(seconds=3))

    assert any(words in refused.value.message for words in ("private", "not an address", "port", "password", "fetched"))


def test_a_name_that_changes_between_two_looks_is_looked_up_once(server: WebServer) -> None:
    """DNS rebinding: the address that was vetted is the one that is asked; each redirect is vetted anew."""
    looks: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looks.append(host)
        return ["127.0.0.1"] if len(looks) == 1 else ["10.0.0.1"]

    server.pages["/again"] = Page(status=302, headers={"Location": f"http://trap.example.com:{server.port}/boats"})
    fetcher = HttpFetcher(
        lookup=rebinding, allow=lambda one: one == "127.0.0.1", ports=[server.port], seconds=3
    )  # fmt: skip
    assert 200 == fetcher.fetch(f"http://trap.example.com:{server.port}/boats").status
    with pytest.raises(Mistake, match="private"):
        fetch_page(f"http://trap.example.com:{server.port}/again", fetcher)

    assert 2 == len(looks)


HOSTILE = [
    "<script>alert(1)</script>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<img src=x onerror="alert(1)">',
    '<p style="background:url(javascript:alert(1))">x</p>',
    "<style>@import 'https://evil.example/x.css'</style>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    # Markup that a second parser reads otherwise (mXSS).
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<xmp><p title='</xmp><svg/onload=alert(1)>'>",
    "<p>{{ secret }} {% if x %} {# y #}</p>",
    "<p>[x](javascript:alert(1)) ![y](javascript:alert(2)) &lt;script&gt;alert(1)&lt;/script&gt;</p>",
]


@pytest.mark.parametrize("evil", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_of_a_hostile_page_runs(server: WebServer, evil: str) -> None:
    """Not in the post, and not in what readers see of it: what stands there is words."""
    page = f"<html><head><title>{evil}T</title></head><body><article><p>Words here.</p>{evil}</article></body></html>"
    server.pages["/boats"] = Page(page.encode(), headers=HTML)

    assert [] == dangers(as_mailed(added(server)))
    assert [] == dangers(as_mailed(added(server, quote=evil)))


@pytest.mark.parametrize("is_article", [False, True])
@pytest.mark.parametrize("evil", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_of_a_hostile_clip_runs(evil: str, is_article: bool) -> None:
    """What a browser sends of a page is as little trusted as the page."""
    html = f"<article><p>Words here.</p>{evil}</article>"
    text = read_piece(html.encode(), at="https://a.example.com/boats", is_article=is_article)
    quote = as_quotes([Excerpt(text=text, is_markdown=True)], "Coast", "https://a.example.com/boats")

    assert "Words here." in text
    assert [] == dangers(as_mailed(Post(slug="2026-11-23-boats", title="Boats", body=quote)))
