"""Finds in the studio and by the API: saved with a thought, kept as posts, dropped, and taken back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from newsletter.collect.triage.looks_sql import FindFacts
from newsletter.web.wrong_keys import MOST, SECONDS, WrongKeys
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindDraft, FindStatus, Origin
from tests.running import run
from tests.studio.conftest import World

PAGE = "https://boats.example.com/winter"
OPML = b"""<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body>
<outline text="Boats" type="rss" xmlUrl="https://boats.example.com/feed.xml"/>
<outline text="Mine" xmlUrl="file:///a"/></body></opml>"""


def _find(world: World) -> str:
    """The number of the newest find that waits."""
    found = re.search('id="f([0-9]+)"', world.client.get("/studio/finds").text)
    assert found
    return found[1]


def _key(world: World) -> str:
    page = world.post("/finds/sources", act="key", name="Ana's phone").text
    found = re.search("shown this once:<br><code>([^<]+)</code>", page)
    assert found
    return found[1]


def test_what_the_bookmarklet_brings_is_saved_only_when_asked(world: World) -> None:
    """GET shows it ready to be saved and changes nothing; POST saves address, quote and thought."""
    page = world.client.get("/studio/finds/add", params={"url": PAGE, "title": "Winter boats", "quote": "It floats."})
    assert 'value="Winter boats"' in page.text
    assert "Nothing waits" in world.client.get("/studio/finds").text
    world.post("/finds", act="save", url=PAGE, title="Winter boats", quote="It floats.", note="Use this!")
    listed = world.client.get("/studio/finds").text

    for words in ("Winter boats", "It floats.", "Use this!", "saved by"):
        assert words in listed


def test_a_selection_is_saved_with_its_formatting(world: World) -> None:
    """As the page for saving sends it; a quote that was typed over is plain text, and so is one that holds marks."""
    there = "https://boats.example.com/"
    world.post("/finds", act="save", url=there, quote="It floats.", html="<p>It <em>floats</em>.</p>", position="12")
    world.post("/finds", act="save", url=there, quote="It *sinks*.", html="", position="")
    world.post("/finds", act="save", url=f"{there}whole", quote="", html="<p>All <b>of</b> it.</p>", whole="on")
    world.post("/finds", act="save", url=f"{there}left", quote="", html="<p>Not this.</p>")
    saved = collect_desk(world.parts).finds.list_finds()

    assert [[], [("All **of** it.", True)], [("It *floats*.", True), ("It *sinks*.", False)]] == [
        [(one.text, one.is_markdown) for one in find.excerpts] for find in saved[:3]
    ]


def test_a_find_becomes_a_post_and_comes_back(world: World) -> None:
    """Kept, it is a file with the thought on top and the quote below; undone, the file is gone."""
    world.post(
        "/finds", act="save", url="https://nowhere.invalid/a", title="A find", quote="Said.", note="Our thought."
    )
    number = _find(world)
    assert world.post("/finds", press=f"{number} e").status_code == 303
    posts = [post for post in world.parts.posts.list_posts() if post.title == "A find"]
    assert [post.body.startswith("Our thought.") for post in posts] == [True]
    assert "> Said." in posts[0].body
    assert "A find" in world.client.get("/studio/finds", params={"show": "kept"}).text
    world.post("/finds", act="undo", find=number)
    assert [post for post in world.parts.posts.list_posts() if post.title == "A find"] == []
    world.post("/finds", press=f"{number} x")
    assert "A find" in world.client.get("/studio/finds", params={"show": "aside"}).text


def test_a_row_says_what_one_asks_before_reading(world: World) -> None:
    """Minutes, a language that is not the newsletter's, the price, the person, and where it ran; and never an address for a title."""
    post = next(post for post in world.parts.posts.list_posts() if post.url)
    world.post("/finds", act="save", url=f"{post.url}?utm_source=x", title="https://boats.example.com/x", note="Again?")
    find = int(_find(world))
    facts = FindFacts(site="Coast", minutes=6, language="de", is_paid=True, summary="It floats.")
    collect_desk(world.parts).looks.describe(find, facts)
    row = re.search('<li class="row find".*?</li>', world.client.get("/studio/finds").text, re.DOTALL)
    assert row

    assert "Coast · 6 min · German · paywall · saved by" in row[0]
    for words in ("is in draft 1", "Again?", "It floats.", "coast.example.org, still to be read"):
        assert words in row[0]
    assert ">https://" not in row[0]
    assert "Nothing here fits that" in world.client.get("/studio/finds?length=long").text


def test_a_link_of_a_mail_is_settled_only_where_a_post_is_made(world: World) -> None:
    """The page always sends the link that its list shows; dropped, put off or taken back, the mail keeps all of them."""
    finds = collect_desk(world.parts).finds
    links = ("https://nowhere.invalid/1", "https://nowhere.invalid/2")
    draft = FindDraft(url=None, origin=Origin.MAIL, source="m", title="T", note="Mail.", choices=links, once="a" * 64)
    find, _ = finds.add(draft)
    stood = []
    for act in (f"{find.id} l", "u", f"{find.id} x", "u"):
        world.post("/finds", press=act, find=str(find.id), **{f"link-{find.id}": "1"})
        now = finds.get(find.id)
        stood.append((now.url, now.choices, now.status))

    waiting, dropped = FindStatus.WAITING, FindStatus.DISMISSED
    assert [(None, links, status) for status in (waiting, waiting, dropped, waiting)] == stood
    world.post("/finds", press=f"{find.id} e", **{f"link-{find.id}": "2"})
    assert (links[1], FindStatus.KEPT) == ((kept := finds.get(find.id)).url, kept.status)


def test_a_press_of_a_page_that_is_old_says_so(world: World) -> None:
    """Without a find, with an act or a section that there is not, or for a find that somebody else used meanwhile."""
    world.post("/finds", act="save", url=PAGE, title="Winter boats")
    find = _find(world)
    for press in ("x", f"{find} z", f"{find} s7", f"{find} s1 x"):
        assert world.post("/finds", press=press).status_code == 400
    world.post("/finds", press=f"{find} e")
    headers = {"X-CSRF-Token": world.csrf(), "Accept": "application/json"}
    told = world.client.post("/studio/finds", data={"press": f"{find} x"}, headers=headers).json()

    assert ([], [], True) == (told["changed"], told["waits"], "was kept already" in told["said"])


def test_what_we_had_before_is_said_at_the_moment_of_saving(world: World) -> None:
    """The address of a post that is in an issue, with other tracking junk on it."""
    post = next(post for post in world.parts.posts.list_posts() if post.url)
    page = world.client.get("/studio/finds/add", params={"url": f"{post.url}?utm_source=x"}).text

    assert f"Is in draft 1: “{post.title}”." in page


def test_dropped_files_become_posts_and_say_which_did_not(world: World) -> None:
    """One good file, one that is none: each with its sentence, and the good one is there."""
    headers = {"X-CSRF-Token": world.csrf(), "Accept": "application/json"}
    files = [
        ("file", ("walk.md", b"# Two who walked\n\nWords of ours.\n")),
        ("file", ("picture.exe", b"\x00\x01\x02")),
    ]
    said = world.client.post("/studio/finds/files", files=files, headers=headers).json()["said"]

    assert "is a post now" in said[0]
    assert "picture.exe" in said[1]
    assert any(post.title == "Two who walked" for post in world.parts.posts.list_posts())


def test_a_reading_list_that_is_dropped_becomes_finds(world: World) -> None:
    """Beside a file that becomes a post; what it says of itself are the counts."""
    headers = {"X-CSRF-Token": world.csrf(), "Accept": "application/json"}
    listed = b"URL,Title,Selection,Folder,Timestamp\nhttps://example.org/quay,The quay at six,,Unread,1764000000\n"
    marks = b'<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><DT><A HREF="https://example.org/bar">The bar</A></DL>'
    files = [("file", ("list.csv", listed)), ("file", ("bookmarks.html", marks)), ("file", ("list.json", b"{}"))]
    said = world.client.post("/studio/finds/files", files=files, headers=headers).json()["said"]

    assert sum("1 new ones saved" in one for one in said) == 2
    assert "list.json" in said[-1]
    page = world.client.get("/studio/finds").text
    assert "The quay at six" in page and "The bar" in page


_MAIL = b"""\
From: Ada <ada@example.com>
To: desk@example.com
Message-ID: <m@example.com>
Subject: Fwd: What the harbour wrote
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

For Thursday, I think.

---------- Forwarded message ---------
From: Otto <otto@example.net>
Date: Sat, 28 Nov 2026 at 09:00
Subject: What the harbour wrote
To: Ada <ada@example.com>

The caf=C3=A9 on the quay opens an hour earlier from Monday, because the first boat do=
es too, and somebody has to be awake.
"""


def test_a_mail_that_is_dropped_is_the_post_that_add_makes_of_it(world: World, tmp_path: Path) -> None:
    """The sender's words as the comment and the forwarded ones as the quote; never the headers, nor how it was coded."""
    before = {post.slug for post in world.parts.posts.list_posts()}
    headers = {"X-CSRF-Token": world.csrf(), "Accept": "application/json"}
    files = [("file", (name, _MAIL)) for name in ("forward.eml", "Forward.EML", "../a/b.eml")]
    said = world.client.post("/studio/finds/files", files=files, headers=headers).json()["said"]
    assert len(said) == 3 and all("is a post now." in one for one in said)
    (tmp_path / "same.eml").write_bytes(_MAIL)
    assert run(world.parts.directory, "add", tmp_path / "same.eml").returncode == 0
    made = [post for post in world.parts.posts.list_posts() if post.slug not in before]

    assert (len(made), len({(post.title, post.body, tuple(post.checks)) for post in made})) == (4, 1)
    body = made[0].body
    assert "café" in body and body.startswith("For Thursday") and body.endswith("> — Otto")
    assert not [word for word in ("Message-ID", "MIME", "=C3", "Content-") if word in body]


def test_a_mail_of_several_links_says_what_to_do_here(world: World) -> None:
    """Nobody can be asked which is meant, and a command's option is no help in a browser."""
    mail = _MAIL + b"\nhttps://example.org/one\nhttps://example.org/two\n"
    headers = {"X-CSRF-Token": world.csrf(), "Accept": "application/json"}
    answer = world.client.post("/studio/finds/files", files=[("file", ("a.eml", mail))], headers=headers)
    assert "Save the one that is meant as a find: https://example.org/one" in answer.json()["said"][0]
    assert "--link" not in answer.text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "nothing", "", "data:text/html,<script>alert(1)</script>"]
)
def test_what_is_no_address_of_the_web_is_refused(world: World, url: str) -> None:
    """With a sentence, and nothing is saved."""
    assert world.post("/finds", act="save", url=url).status_code == 400
    assert "Nothing waits" in world.client.get("/studio/finds").text


def test_hostile_words_stay_words(world: World) -> None:
    """In the list, in the form and in the post's file."""
    words = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    world.post("/finds", act="save", url=PAGE, title=words, quote=words, note=words)
    for page in (
        world.client.get("/studio/finds").text,
        world.client.get("/studio/finds/add", params={"url": PAGE, "title": words, "quote": words}).text,
    ):
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_feeds_of_a_file_are_subscribed_to_and_left(world: World) -> None:
    """Many at once by OPML; they stand in the newsletter's own file."""
    data = {"csrf": world.csrf(), "act": "opml"}
    world.client.post("/studio/finds/sources", data=data, files={"opml": ("feeds.opml", OPML)})
    page = world.client.get("/studio/finds/sources").text
    assert "1 new feeds" in page and "Line 3 was left out: Mine leads to file:///a" in page
    assert [feed.title for feed in collect_desk(world.parts).book.list_feeds()] == ["Boats"]
    world.post("/finds/sources", act="leave", url="https://boats.example.com/feed.xml")
    assert list(collect_desk(world.parts).book.list_feeds()) == []


def test_the_api_is_as_its_description_says(world: World) -> None:
    """Every answer fits the schema that openapi.json gives for its status, by a validator that is not ours."""
    described = world.client.get("/api/openapi.json").json()
    post = described["paths"]["/api/v1/finds"]["post"]
    bearer = {"Authorization": f"Bearer {_key(world)}"}
    sent = [
        (bearer, {"url": PAGE, "note": "From the phone."}, 201),
        (bearer, {"url": PAGE + "#x"}, 200),
        (bearer, {"url": "nothing"}, 400),
        (bearer, {"url": 7}, 400),
        (bearer, {"url": PAGE, "note": "x" * 200_000}, 413),
        ({}, {"url": PAGE}, 401),
        ({"Authorization": "Bearer wrong"}, {"url": PAGE}, 401),
    ]
    for headers, body, status in sent:
        answer = world.client.post("/api/v1/finds", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        schema = post["responses"][str(status)]["content"]["application/json"]["schema"]
        jsonschema_rs.validator_for(schema).validate(json.loads(answer.text))
    jsonschema_rs.validator_for(post["requestBody"]["content"]["application/json"]["schema"]).validate(sent[0][1])
    assert "From the phone." in world.client.get("/studio/finds").text


def test_a_key_that_was_revoked_opens_nothing_and_no_key_opens_the_studio(world: World) -> None:
    """It may collect and do nothing else; it is nowhere on disk or on a page."""
    key = _key(world)
    headers = {"Authorization": f"Bearer {key}"}
    assert key not in world.client.get("/studio/finds/sources").text
    database = Path(str(world.parts.engine.url.database))
    assert key.encode() not in database.read_bytes()
    world.client.cookies.clear()
    assert world.client.get("/studio/finds", headers=headers).status_code == 303
    world.enter()
    world.post("/finds/sources", act="revoke", name="Ana's phone")
    assert world.client.post("/api/v1/finds", json={"url": PAGE}, headers=headers).status_code == 401


def test_keys_are_not_tried_without_end(world: World) -> None:
    """After twenty that open nothing even the right one waits, and is told for how long; the description says so."""
    key = _key(world)
    for _ in range(MOST):
        answer = world.client.post("/api/v1/finds", json={"url": PAGE}, headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 401
    answer = world.client.post("/api/v1/finds", json={"url": PAGE}, headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= SECONDS
    described = world.client.get("/api/openapi.json").json()
    assert "429" in described["paths"]["/api/v1/finds"]["post"]["responses"]


def test_wrong_keys_are_forgotten_in_time_and_take_no_more_than_their_room() -> None:
    """A place may try again after a while; a million places don't fill the memory; one IPv6 network is one place."""
    wrong = WrongKeys(most=2, seconds=60, places=100)
    for number in range(1_000):
        wrong.note(f"192.0.2.{number}", now=0)
    assert len(wrong) == 100
    for address in ("2001:db8::1", "2001:db8::2"):
        assert wrong.wait(address, now=0) == 0
        wrong.note(address, now=0)
    assert wrong.wait("2001:db8::3", now=20) == 40
    assert wrong.wait("2001:db8:0:1::3", now=20) == 0
    assert wrong.wait("2001:db8::3", now=61) == 0
