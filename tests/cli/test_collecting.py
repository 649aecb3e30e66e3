"""`add URL`, `feeds` and `finds`, as a person calls them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.folder.new import create_folder
from tests.collect.test_feeds import rss
from tests.collect.test_message import GMAIL, mail
from tests.fetch.web_server import Page, WebServer, web_server
from tests.forking import run_forked
from tests.ready import put_database
from tests.running import environment, run

ARTICLE = b"<title>Boats</title><article><p>The ferry goes when the ice allows.</p></article>"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    create_folder(tmp_path / "weekly", name="Weekly", sender="ed@example.com")
    put_database(tmp_path / "weekly")
    return tmp_path / "weekly"


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server({"/boats": Page(ARTICLE, headers={"Content-Type": "text/html"}), "/feed": Page(rss(1, 2))}) as one:
        yield one


def newsletter(
    home: Path, server: WebServer, *words: str, stdin: bytes = b"", done: int = 0
) -> subprocess.CompletedProcess[str]:
    call = [str(server.port), "-C", str(home), *words]
    result = run_forked(call, environment(), stdin=stdin, module="tests.cli.let_through")
    assert "Traceback" not in result.stderr
    assert done == result.returncode, result.stdout + result.stderr
    return result


def posts(home: Path) -> list[str]:
    return sorted(path.read_text() for path in (home / "posts").glob("*.md"))


def test_a_page_and_a_mail_about_it_are_added_and_said_to_be_seen(home: Path, server: WebServer) -> None:
    """The note on top, the sender's words as the comment, and the second time it is said who has it."""
    first = newsletter(home, server, "add", f"{server.url('/boats')}?utm_source=x", "--note", "Mine.")
    forwarded = mail(f"Theirs?\n\n{GMAIL}{server.url('/boats')}")
    again = newsletter(home, server, "add", "-", stdin=forwarded)

    assert "Seen before" not in first.stdout
    assert "Seen before: “Boats” (posts/" in again.stdout and ", in no issue yet) is about it." in again.stdout
    assert ["Mine.", "Theirs?"] == [text.split("---\n\n")[1].split("\n")[0] for text in posts(home)]
    assert all("The ferry goes when the ice allows." in text for text in posts(home))


def test_a_mail_with_several_links_is_refused_with_the_list(home: Path, server: WebServer) -> None:
    """Nobody can be asked where there is no terminal; with --link it is added."""
    (home / "a.eml").write_bytes(mail(f"{server.url('/boats')} {server.url('/feed')}"))
    refused = newsletter(home, server, "add", str(home / "a.eml"), done=1)
    newsletter(home, server, "add", str(home / "a.eml"), "--link", "1")

    assert f"  2. {server.url('/feed')}" in refused.stderr and "--link" in refused.stderr
    assert 1 == len(posts(home))
    assert "--link chooses" in newsletter(home, server, "add", "-", "--link", "1", stdin=b"Words", done=1).stderr


def test_the_program_that_ships_fetches_nothing_of_this_machine(home: Path, server: WebServer) -> None:
    """Neither for `add` nor for `feeds`; nothing is asked and nothing written."""
    for words in (("add", server.url("/boats")), ("feeds", "add", server.url("/feed"))):
        refused = run(home, *words)
        assert 1 == refused.returncode and ("private network" in refused.stderr or "port" in refused.stderr)

    assert ([], [], False) == (posts(home), server.asked, (home / "feeds.toml").exists())


def test_a_feed_becomes_finds_and_a_find_a_post(home: Path, server: WebServer) -> None:
    """From the address to the file, by way of the schedule's own look."""
    server.pages["/feed"] = Page(rss(1, 2).replace(b"</channel>", b"<item><title>No link</title></item></channel>"))
    added = newsletter(home, server, "feeds", "add", server.url("/feed").replace("http:", "feed:"))
    server.pages["/1"] = server.pages["/boats"]
    found = json.loads(newsletter(home, server, "finds", "--format", "json").stdout)["finds"]
    kept = newsletter(home, server, "finds", "keep", str(found[0]["id"]))
    newsletter(home, server, "finds", "dismiss", str(found[1]["id"]))

    assert "Coast: 2 new finds; 1 left out: 1 without a link" in added.stdout
    assert ["Boat 1 & ice", "Boat 2 & ice"] == [find["title"] for find in found]
    assert "posts/" in kept.stdout and 1 == len(posts(home))
    assert "Waiting again: Boat 2" in newsletter(home, server, "finds", "undo", str(found[1]["id"])).stdout
    shown = json.loads(newsletter(home, server, "feeds", "list", "--format", "json").stdout)["feeds"]
    assert [("Coast", 0, "")] == [(feed["title"], feed["failures"], feed["problem"]) for feed in shown]


def test_opml_comes_in_is_asked_by_the_schedule_and_goes_out(home: Path, server: WebServer) -> None:
    """`tick` asks what is due; a feed that fails ends nothing."""
    feeds = "".join(f'<outline text="F" xmlUrl="{server.url(path)}"/>' for path in ("/feed", "/gone"))
    feeds += '<outline text="Mine" xmlUrl="file:///etc/passwd"/>'
    (home / "in.opml").write_text(f"<opml><body>{feeds}</body></opml>")
    added = newsletter(home, server, "feeds", "add", str(home / "in.opml"))
    newsletter(home, server, "tick")

    assert "2 feeds added, 0 were there before" in added.stdout
    assert "  Line 1 was left out: Mine leads to file:///etc/passwd, which is not on the web." in added.stdout
    assert "2 waiting." in newsletter(home, server, "finds").stdout
    assert "answers 404" in newsletter(home, server, "feeds", "poll", done=1).stdout
    assert server.url("/gone") in newsletter(home, server, "feeds", "list", "--format", "opml").stdout
    gone = newsletter(home, server, "feeds", "remove", server.url("/gone")).stdout
    assert "F is not looked through any more." in gone and server.url("/gone") not in (home / "feeds.toml").read_text()


def test_keys_are_shown_once_and_ended(home: Path, server: WebServer) -> None:
    """The list tells when they were used, never what they are."""
    key = newsletter(home, server, "finds", "key", "phone").stdout.strip()
    listed = newsletter(home, server, "finds", "keys").stdout

    assert key.startswith("collect_") and len(key) > 40
    assert "phone" in listed and "never used" in listed and key not in listed
    assert "no longer good" in newsletter(home, server, "finds", "revoke", "phone").stdout


def test_an_address_is_saved_without_being_fetched(home: Path, server: WebServer) -> None:
    """On a train: the thought is kept, and shown below it."""
    saved = newsletter(home, server, "finds", "save", server.url("/boats"), "--note", "For winter.", "--quote", "ice")

    assert "Find 1: " in saved.stdout and [] == server.asked
    assert "| For winter." in newsletter(home, server, "finds").stdout


def test_a_reading_list_is_imported_and_counted(home: Path, server: WebServer) -> None:
    """As sentences, and as counts that a script can read; a dry run saves nothing."""
    (home / "p.csv").write_text("title,url,time_added\nA,https://a.example.com/a,1700000000\nB,nothing,1\n")
    dry = newsletter(home, server, "finds", "import", str(home / "p.csv"), "--dry-run").stdout
    done = newsletter(home, server, "finds", "import", str(home / "p.csv"), "--format", "json").stdout

    assert "1 pages from Pocket; 1 new ones would be saved." in dry and "nothing: This is not an address" in dry
    row = json.loads(done)["imports"][0]
    assert (1, 0, 1) == (row["new"], row["known"], row["left_out"])
    assert "no file" in newsletter(home, server, "finds", "import", "gone.csv", done=1).stderr
