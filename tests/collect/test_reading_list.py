"""Reading lists of other programs: told apart by their shape, read with notes and highlights, and nothing taken twice."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.collect.desk import CollectDesk
from newsletter.collect.finds_sql import Taken
from newsletter.collect.keep import dismiss, keep
from newsletter.collect.read_later.csv_list import read_csv_list
from newsletter.collect.read_later.imports import import_list, read_list
from newsletter.collect.save import collect_find
from newsletter.words.find import Excerpt, FindStatus, joined_excerpts, pack, unpack
from newsletter.words.mistake import Mistake
from tests.collect.desks import a_desk
from tests.running import POST

RAINDROP = """\
id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite
2,"Ferries, late",Read *this*.,They run late.,https://a.example.com/late?utm_source=r,Unsorted,"sea, ice",2024-03-02T10:00:00.000Z,,"Highlight:The ice came early.
Note:As in 1987.

Highlight:No ferry
went out.",false
1,Harbour,,,https://a.example.com/harbour,Unsorted,,2024-03-01T10:00:00.000Z,,,true
3,Mine,,,javascript:alert(1),Unsorted,,2024-03-03T10:00:00.000Z,,,false
"""
READWISE = """\
Highlight,Book Title,Book Author,Amazon Book ID,Note,Color,Tags,Location Type,Location,Highlighted at,Document tags
"First, passage.",The Cold Sea,Ida Holm,B0,Mine.,yellow,,page,3,2026-07-17 14:00:25+00:00,
Second.,The Cold Sea,Ida Holm,B0,,yellow,,page,9,2026-07-18 14:00:25+00:00,
"""
PINBOARD = json.dumps(
    [
        {
            "href": "https://a.example.com/p",
            "description": "Piers",
            "extended": "Old ones.",
            "time": "2020-05-04T03:02:01Z",
            "toread": "yes",
            "tags": "sea",
        }
    ]
)
INSTAPAPER = (
    "URL,Title,Selection,Folder,Timestamp,Tags\nhttps://a.example.com/i,Isles,Nine of them.,Unread,1700000000,[]\n"
)
POCKET = "title,url,time_added,tags,status\nhttps://a.example.com/k,https://a.example.com/k,1700000000,sea,unread\n"
POCKET_PAGE = """<!DOCTYPE html><html><head><title>Pocket Export</title></head><body><h1>Unread</h1><ul>
<li><a href="https://a.example.com/k" time_added="1700000000" tags="">Keels &amp; sails</a></li></ul></body></html>"""
BROWSER = """<!DOCTYPE NETSCAPE-Bookmark-file-1><TITLE>Bookmarks</TITLE><DL><p>
<DT><H3>Sea</H3><DL><p><DT><A HREF="https://a.example.com/n" ADD_DATE="1700000000">Nets</A>
<DD>How they are mended
<DT><A HREF="place:sort=8">Recent</A><DT><A HREF="about:config">Settings</A></DL><p></DL>"""
MASTODON = "https://social.example.org/@ida/1\nhttps://social.example.org/@otto/2\n"
ARCHIVE = json.dumps({"type": "OrderedCollection", "orderedItems": ["https://social.example.org/@ida/1"]})
OUTBOX = json.dumps(
    {
        "orderedItems": [
            {"type": "Announce", "published": "2024-01-01T00:00:00Z", "object": "https://social.example.org/@otto/2"},
            {
                "type": "Create",
                "published": "2024-01-02T00:00:00Z",
                "object": {
                    "id": "https://social.example.org/3",
                    "content": "<p>Ice &amp; fog<br>again</p><p>Home.</p>",
                },
            },
        ]
    }
)
BLUESKY = json.dumps(
    {
        "bookmarks": [
            {
                "createdAt": "2026-01-02T03:04:05.678Z",
                "subject": {"uri": "at://did:plc:abc/app.bsky.feed.post/3k", "cid": "x"},
                "item": {
                    "author": {"handle": "ida.example.com", "displayName": "Ida"},
                    "record": {"text": "Ice is here."},
                },
            }
        ]
    }
)


@pytest.mark.parametrize(
    ("text", "program", "address", "title", "note", "quotes"),
    [
        (PINBOARD, "Pinboard", "p", "Piers", "Old ones.", []),
        (INSTAPAPER, "Instapaper", "i", "Isles", "", ["Nine of them."]),
        (POCKET, "Pocket", "k", "", "", []),
        (POCKET_PAGE, "Pocket", "k", "Keels & sails", "", []),
        (BROWSER, "a bookmark file", "n", "Nets", "How they are mended", []),
    ],
)
def test_each_program_is_known_by_its_shape(
    text: str, program: str, address: str, title: str, note: str, quotes: list[str]
) -> None:
    """Whatever the file is called, and with the mark that Windows programs write in front."""
    found = read_list(b"\xef\xbb\xbf" + text.encode(), name="export.txt")
    page = found.pages[0]

    assert (program, 1) == (found.program, len(found.pages))
    assert (f"https://a.example.com/{address}", title, note) == (page.url, page.title, page.note)
    assert quotes == [one.text for one in page.excerpts]
    assert page.saved_at is not None and page.saved_at.year in {2020, 2023}


def test_highlights_come_with_their_notes_and_the_oldest_first() -> None:
    """Raindrop has them in one cell; what is no page is named with the reason."""
    found = read_list(RAINDROP.encode(), name="r.csv")
    late = found.pages[1]

    assert ["https://a.example.com/harbour", "https://a.example.com/late"] == [page.url for page in found.pages]
    assert ("Read *this*.", "They run late.") == (late.note, late.summary)
    assert [("The ice came early.", "As in 1987."), ("No ferry\nwent out.", "")] == [
        (one.text, one.thought) for one in late.excerpts
    ]
    assert (1, ("javascript:alert(1): This is not an address of the web.",)) == (found.n_left_out, found.left_out)


def test_a_book_is_one_page_with_all_its_highlights() -> None:
    """It has no address; one that a line names is taken."""
    book = read_list(READWISE.encode(), name="r.csv").pages[0]

    assert (None, "The Cold Sea", "Ida Holm") == (book.url, book.title, book.author)
    assert ["First, passage.", "Second."] == [one.text for one in book.excerpts]


def test_posts_of_social_networks_are_quoted() -> None:
    """Their words are the quote; a bare address is taken as it is."""
    bluesky = read_list(BLUESKY.encode(), name="b.json").pages[0]
    boost, own = read_list(OUTBOX.encode(), name="outbox.json").pages

    assert ("https://bsky.app/profile/ida.example.com/post/3k", "Ida") == (bluesky.url, bluesky.author)
    assert ["Ice is here."] == [one.text for one in bluesky.excerpts]
    assert "https://social.example.org/@otto/2" == boost.url
    assert ["Ice & fog\nagain\n\nHome."] == [one.text for one in own.excerpts]
    for text in (MASTODON, ARCHIVE):
        assert "https://social.example.org/@ida/1" == read_list(text.encode(), name="m").pages[0].url


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,age\nIda,3\n", "no program that is known"),
        ("", "no program that is known"),
        ('{"a": 1}', "no reading list"),
        ("[1]", "no reading list"),
        ("[{", "not JSON"),
        ("<html><p>Words</p></html>", "no page in this file"),
        (f'url,title,time_added\nhttps://a.example.com,"{"x" * 300_000}",1\n', "not a table"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(text: str, why: str) -> None:
    """Nothing is guessed from a file that no program wrote."""
    with pytest.raises(Mistake, match=why):
        read_list(text.encode(), name="x")


def test_damaged_entries_are_left_out_and_the_others_taken() -> None:
    """Entries of another kind, too long a note, and a day that is none."""
    entries = [
        {"href": "https://a.example.com/1", "time": "when?", "description": 7},
        {"href": "https://a.example.com/2", "extended": "x" * 20_001},
        None,
        {"href": ["https://a.example.com/3"]},
    ]
    found = read_list(json.dumps(entries).encode(), name="p.json")

    assert (["https://a.example.com/1"], 3) == ([page.url for page in found.pages], found.n_left_out)
    assert "longer than 20,000" in found.left_out[0]


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> CollectDesk:
    (tmp_path / "posts").mkdir()
    (tmp_path / "issues").mkdir()
    return a_desk(engine, tmp_path)


def test_a_list_is_taken_once(desk: CollectDesk, tmp_path: Path) -> None:
    """Counted first without saving; then taken; then nothing is new, but for a highlight that was made since."""
    (tmp_path / "posts" / "2026-11-20-ferries-in-winter.md").write_text(POST)
    data = (RAINDROP + "9,Post,,,https://coast.example.org/winter,Unsorted,,,,,false\n").encode()
    heard: list[tuple[int, int]] = []
    dry = import_list(desk, data, name="r.csv", dry_run=True)
    n_before = desk.finds.count()
    first = import_list(desk, data, name="r.csv", progress=lambda done, of: heard.append((done, of)))
    again = import_list(desk, data, name="r.csv")
    later = import_list(desk, data.replace(b"went out.", b"went out.\nHighlight:None came."), name="r.csv")

    assert (0, first.taken, [(2, 2)]) == (n_before, dry.taken, heard)
    assert (Counter({Taken.NEW: 2}), Counter({Taken.KNOWN: 2})) == (first.taken, again.taken)
    assert Counter({Taken.KNOWN: 1, Taken.MORE: 1}) == later.taken
    assert (1, 1) == (first.in_posts, first.reading_list.n_left_out)
    assert "2 new ones would be saved" in next(dry.sentences)
    newest = desk.finds.list_finds()[0]
    assert ("Ferries, late", "Raindrop, saved 2024-03-02") == (newest.title, newest.source)
    assert "None came." == newest.excerpts[-1].text


def test_what_was_decided_stays_decided(desk: CollectDesk) -> None:
    """A list is no wish to see again what was put aside; it is counted."""
    find = collect_find(desk, "https://a.example.com/harbour").find.id
    dismiss(desk, find)
    taken = import_list(desk, RAINDROP.encode(), name="r.csv").taken

    assert Counter({Taken.NEW: 1, Taken.DECIDED: 1}) == taken
    assert FindStatus.DISMISSED is desk.finds.get(find).status


def test_a_book_becomes_a_post_with_each_thought_on_its_quote(desk: CollectDesk) -> None:
    """Two quotes are two, and the source stands once."""
    import_list(desk, READWISE.encode(), name="r.csv")
    post = keep(desk, desk.finds.list_finds()[0].id).post

    assert ("The Cold Sea", "Ida Holm", None) == (post.title, post.author, post.url)
    assert "Mine.\n\n> First, passage.\n\n> Second.\n>\n> — " in post.body


def test_excerpts_keep_the_order_of_the_page() -> None:
    """Whatever the order in which they were saved; a plain one is stored as finds always were."""
    later, sooner = Excerpt(text="B", position=90), Excerpt(text="A", thought="Ours.", position=7, is_markdown=True)
    stored = joined_excerpts(pack([later]), pack([sooner]))

    assert "A plain one" == pack([Excerpt(text="A plain one")])
    assert (sooner, later) == unpack(stored)
    assert stored == joined_excerpts(stored, pack([sooner]))
    assert "Ours.\n\nMore." == unpack(joined_excerpts(stored, pack([Excerpt(text="A", thought="More.")])))[0].thought


def test_what_a_cell_may_hold_is_the_same_afterwards() -> None:
    """The limit is the whole process's: tables of readers have their own."""
    usual = csv.field_size_limit()
    read_csv_list("url,title,time_added\nhttps://example.org/a,A,1700000000\n", name="list.csv")
    assert csv.field_size_limit() == usual
