"""Pages of finds that are read in the background: what is learnt of each, when it is tried again, and when it is given up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from newsletter.collect.desk import CollectDesk
from newsletter.collect.keep import keep
from newsletter.collect.pages.page_details import read_sent_details
from newsletter.collect.save import collect_find
from newsletter.collect.tables import find as find_table
from newsletter.collect.triage.look import first_words, look_at_pages
from newsletter.compose.draft import draft
from newsletter.words.find import FindDraft, Origin
from tests.collect.desks import a_desk
from tests.fetch.web_server import Page, WebServer, web_server

HTML = {"Content-Type": "text/html; charset=utf-8"}
BOATS = f"""<html lang="de-AT"><head><title>Boote im Winter</title><meta property="og:site_name" content="Coast">
<meta property="article:content_tier" content="locked"></head><body><article><h1>Boote im Winter</h1>
<p>{"Die Fähre fährt, wenn das Eis es will. " * 100}</p></article></body></html>"""


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server({"/boats": Page(BOATS.encode(), headers=HTML)}) as running:
        yield running


@pytest.fixture
def desk(engine: Engine, tmp_path: Path, server: WebServer) -> CollectDesk:
    home = tmp_path / "weekly"
    (home / "posts").mkdir(parents=True)
    (home / "issues").mkdir()
    return a_desk(engine, home, ports=[server.port])


def _an_hour_later(engine: Engine, hours: int = 1) -> None:
    with engine.begin() as connection:
        connection.execute(update(find_table).values(look_at=datetime.now(UTC) - timedelta(hours=hours)))


def test_what_a_page_says_is_there_before_anybody_asks(desk: CollectDesk, server: WebServer) -> None:
    """Title, site, length, language, price and the first 60 words; keeping it asks the page no second time."""
    find = collect_find(desk, server.url("/boats"), note="Ours.").find.id
    assert 1 == look_at_pages(desk)
    found = desk.finds.get(find)

    assert ("Boote im Winter", "Coast", 3, "de", True) == (
        found.title, found.site, found.minutes, found.language, found.is_paid)  # fmt: skip
    assert 60 == len(found.summary.split())
    n_asked = len(server.asked)
    post = keep(desk, find).post
    assert ("Boote im Winter", n_asked) == (post.title, len(server.asked))
    assert post.body.startswith("Ours.\n\nDie Fähre") and "text is that of Coast" in post.checks[0]


def test_a_page_that_is_away_is_tried_again_and_then_given_up(
    desk: CollectDesk, server: WebServer, engine: Engine
) -> None:
    """Not at once, and five times in all; one that comes back in between is read, one that is gone is asked once."""
    server.pages |= {"/ill": Page(status=503), "/back": Page(status=503)}
    for path in ("/ill", "/back", "/gone"):
        collect_find(desk, server.url(path))
    tried = [look_at_pages(desk), look_at_pages(desk)]
    server.pages["/back"] = Page(b"<title>Here again</title><p>Words.</p>", headers=HTML)
    for _ in range(6):
        _an_hour_later(engine)
        tried.append(look_at_pages(desk))

    assert [3, 0, 2, 1, 1, 1, 0, 0] == tried
    assert ["127.0.0.1, still to be read", "Here again", "127.0.0.1, still to be read"] == [
        find.name for find in desk.finds.list_finds()
    ]


def test_what_people_saved_is_read_before_feeds_and_a_page_by_one_process(desk: CollectDesk) -> None:
    """What was claimed is nobody else's for some minutes; nobody reads what was put off or decided."""
    desk.finds.add(FindDraft(url="https://f.example.com/", origin=Origin.FEED, source="F"))
    own = collect_find(desk, "https://p.example.com/").find.id
    gone = collect_find(desk, "https://p.example.com/gone").find.id
    desk.finds.dismiss(gone)
    claimed = [desk.looks.claim() for _ in range(3)]

    assert [own, own - 1, None] == [find.id if find else None for find in claimed]


@pytest.mark.parametrize(
    "title", ["https://a.example.com/x?y=1", "www.example.com", "example.com/a/b.html", " HTTP://x.example "]
)
def test_an_address_is_no_title(desk: CollectDesk, title: str) -> None:
    """Neither of a find, nor of the post that is made of it, nor of the issue that is drafted of that."""
    find = collect_find(desk, "https://www.nowhere.invalid/a", title=title, note="Ours.").find
    post = keep(desk, find.id).post

    assert "nowhere.invalid, still to be read" == find.name == post.title
    assert "Issue 1" == draft([post], []).subject
    titled = collect_find(desk, "https://nowhere.invalid/b", title="Node.js and/or U.S./China", note="Ours.").find
    assert "Node.js and/or U.S./China" == draft([post, keep(desk, titled.id).post], []).subject


def _details(head: str, body: str = "<p>Words.</p>", lang: str = "") -> tuple[int | None, str, bool]:
    page = f"<html{lang}><head><title>T</title>{head}</head><body><article>{body}</article></body></html>"
    read = read_sent_details(page.encode(), on="2026-11-30", at="https://a.example.com/x")
    return read.minutes, read.language, read.is_paid


def _linked(words: str) -> str:
    return f'<script type="application/ld+json">{words}</script>'


@pytest.mark.parametrize(
    ("head", "is_paid"),
    [
        (_linked('{"@type": "NewsArticle", "isAccessibleForFree": false}'), True),
        (_linked('{"@type": "NewsArticle", "isAccessibleForFree": "False"}'), True),
        (
            _linked(
                '{"@graph": [{"@type": "Article", "hasPart": {"isAccessibleForFree": "http://schema.org/False"}}]}'
            ),
            True,
        ),
        (_linked('{"@type": "NewsArticle", "isAccessibleForFree": true}'), False),
        ('<meta property="article:content_tier" content="metered">', True),
        ('<meta property="article:content_tier" content="free">', False),
        (_linked('{"isAccessibleForFree": '), False),
    ],
)
def test_a_page_says_itself_whether_it_is_free(head: str, is_paid: bool) -> None:
    """By schema.org's mark, of the whole or of a part, or by the tier of its content."""
    assert is_paid is _details(head)[2]


@pytest.mark.parametrize(
    ("lang", "head", "language"),
    [
        (' lang="pt-BR"', "", "pt"),
        (' lang="DE"', "", "de"),
        ("", '<meta property="og:locale" content="fr_FR">', "fr"),
        (' lang="x"', "", ""),
        ("", "", ""),
    ],
)
def test_a_page_says_its_language(lang: str, head: str, language: str) -> None:
    """By its own tag, else by its locale; a tag that is none says nothing."""
    assert language == _details(head, lang=lang)[1]


@pytest.mark.parametrize(
    ("head", "body", "minutes"),
    [
        ("", f"<p>{'word ' * 690}</p>", 3),
        ("", f"<p>{'字' * 1000}</p>", 2),
        ("", "<p>Few words.</p>", 1),
        (_linked('{"@type": "VideoObject", "duration": "PT1H12M"}'), "<p>Few words.</p>", 72),
    ],
)
def test_how_long_a_page_is(head: str, body: str, minutes: int) -> None:
    """230 words a minute, 500 letters where no blanks part words; a film as long as it says."""
    assert minutes == _details(head, body)[0]


def test_the_first_words_are_plain() -> None:
    """Without links, pictures, marks of quotes and headings; an ellipsis where more follows."""
    body = "![A boat](b.png)\n\n## Ice\n\n> It *floats* [home](https://a.example.com).\n\n- One\n\n" + "word " * 80
    words = first_words(body)

    assert words.startswith("Ice It floats home. One word word")
    assert (60, "…") == (len(words.split()), words[-1])
