"""Finds on both databases: saved at once, kept once, and nothing that an editor typed is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.collect.clip import Clip
from newsletter.collect.desk import CollectDesk
from newsletter.collect.drawer import find_unused
from newsletter.collect.keep import choose, dismiss, keep, undo
from newsletter.collect.save import collect_find
from newsletter.collect.triage.look import look_at_pages
from newsletter.words.find import FindDraft, FindStatus, Origin
from newsletter.words.mistake import Missing, Mistake, NotNow
from tests.collect.desks import a_desk
from tests.fetch.web_server import Page, WebServer, web_server
from tests.running import ISSUE, POST

HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = "<title>Boats</title><meta property='og:site_name' content='Coast'><p>The ferry goes when the ice allows.</p>"


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with web_server({"/boats": Page(PAGE.encode(), headers=HTML)}) as running:
        yield running


@pytest.fixture
def desk(engine: Engine, tmp_path: Path, server: WebServer) -> CollectDesk:
    home = tmp_path / "weekly"
    (home / "posts").mkdir(parents=True)
    (home / "issues").mkdir()
    return a_desk(engine, home, ports=[server.port])


def posts_of(desk: CollectDesk) -> list[str]:
    return [post.slug for post in desk.posts.list_posts()]


def test_a_thought_is_kept_and_the_page_becomes_a_post(desk: CollectDesk, server: WebServer) -> None:
    """Note and quote stand in the post, whose facts are the page's."""
    saved = collect_find(desk, server.url("/boats?utm_source=app"), note="For *winter*.", quote="when the ice allows")
    kept = keep(desk, saved.find.id)

    assert (True, "waiting") == (saved.is_new, saved.find.status.value)
    assert ("Boats", "Coast", server.url("/boats")) == (kept.post.title, kept.post.source, kept.post.url)
    assert f"For *winter*.\n\n> when the ice allows\n>\n> — [Coast]({server.url('/boats')})" == kept.post.body
    assert FindStatus.KEPT is desk.finds.get(saved.find.id).status


def test_a_text_that_a_phone_shares_gives_its_address(desk: CollectDesk) -> None:
    """Phones send the title and the address in one; without an address it is refused with what to send."""
    saved = collect_find(desk, "Look (https://a.example.com/b_(c)): good.", title="B \x00\x1b C")

    assert ("https://a.example.com/b_(c)", "B C") == (saved.find.url, saved.find.title)
    for nothing in ("", "javascript:alert(1)", "ftp://a.example.com", "data:text/html,x", "just words"):
        with pytest.raises(Mistake, match="no address of the web"):
            collect_find(desk, nothing)
    with pytest.raises(Mistake, match="longer than 20,000"):
        collect_find(desk, "https://a.example.com/", note="x" * 20_001)


def test_one_page_is_one_find_and_every_thought_about_it_stays(desk: CollectDesk) -> None:
    """Whatever its address looks like, and whoever sends it again; a feed that tells it again changes nothing."""
    first = collect_find(desk, "https://www.a.example.com/x/?utm_source=1", note="One.")
    again = collect_find(desk, "http://a.example.com/x#top", note="Two.", title="X")
    told = desk.finds.add(FindDraft(url="https://a.example.com/x", origin=Origin.FEED, source="F", note="Three."))

    assert (first.find.id, False, first.find.id, False) == (again.find.id, again.is_new, told[0].id, told[1])
    assert ("One.\n\nTwo.", "X") == (told[0].note, told[0].title)


def test_what_was_dismissed_comes_back_only_if_a_person_sends_it(desk: CollectDesk) -> None:
    """A feed may repeat itself for weeks."""
    saved = collect_find(desk, "https://a.example.com/x")
    dismiss(desk, saved.find.id)
    desk.finds.add_all([FindDraft(url="https://a.example.com/x", origin=Origin.FEED, source="F", once="b" * 64)])
    still = desk.finds.get(saved.find.id).status
    collect_find(desk, "https://a.example.com/x", note="After all.")

    assert (FindStatus.DISMISSED, FindStatus.WAITING) == (still, desk.finds.get(saved.find.id).status)


def test_seen_before_is_said_when_it_is_saved(desk: CollectDesk, tmp_path: Path) -> None:
    """By the page and not its address, for a post's source and for a link in it, with the issues that have it."""
    home = tmp_path / "weekly"
    (home / "posts" / "2026-11-20-ferries-in-winter.md").write_text(POST)
    (home / "posts" / "2026-11-21-links.md").write_text(
        "---\ntitle: Links\n---\n\nAnd [this](https://www.coast.example.org/winter/?fbclid=1)."
    )
    (home / "posts" / "2026-11-22-broken.md").write_text("coast.example.org, and no title")
    (home / "issues" / "001.md").write_text(ISSUE)
    seen = collect_find(desk, "http://coast.example.org/winter#x").seen

    assert [("2026-11-20-ferries-in-winter", (1,), True), ("2026-11-21-links", (), False)] == [
        (one.post, one.issues, one.is_source) for one in seen
    ]
    assert (
        "Seen before: “Ferries in winter” (posts/2026-11-20-ferries-in-winter.md in issue 1) is about it."
        == seen[0].sentence
    )
    assert () == collect_find(desk, "https://coast.example.org/summer").seen


def test_a_link_that_ran_in_the_old_system_is_known(desk: CollectDesk, tmp_path: Path) -> None:
    """An old issue that moved in has it in its own words, by which it is found."""
    (tmp_path / "weekly" / "issues" / "012.md").write_text(
        "---\nnumber: 12\nsubject: The winter boat\ndate: 2024-03-15\nmoved_in: Ghost, winter\n---\n\n"
        "Read [this](https://www.coast.example.org/old/?utm_source=x).\n"
    )
    [seen] = collect_find(desk, "http://coast.example.org/old").seen
    assert "Seen before: “The winter boat” (issue 12) links to it." == seen.sentence


def test_kept_twice_it_is_one_file(desk: CollectDesk, server: WebServer) -> None:
    """Two editors at once, and again later."""
    find = collect_find(desk, server.url("/boats")).find.id
    kept: list[bool] = []
    together = [threading.Thread(target=lambda: kept.append(keep(desk, find).is_new)) for _ in range(2)]
    for one in together:
        one.start()
    for one in together:
        one.join()

    assert [False, True] == sorted(kept)
    assert not keep(desk, find).is_new
    assert ["2026-11-23-boats"] == posts_of(desk)


def test_words_that_somebody_adds_while_it_is_kept_are_in_the_post(desk: CollectDesk, server: WebServer) -> None:
    """Its page takes a while to come: another editor sends the same link with a thought meanwhile."""
    url = server.url("/slow")

    def answer(wire: socket.socket) -> None:
        collect_find(desk, url, note="Added meanwhile.")
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + PAGE.encode())

    server.pages["/slow"] = answer
    kept = keep(desk, collect_find(desk, url, note="First.").find.id)

    assert kept.is_new
    assert "First." in kept.post.body and "Added meanwhile." in kept.post.body


class _Killed(BaseException):
    """What a process does not live to handle."""


def test_an_interrupted_keep_goes_on_with_the_file_that_it_wrote(
    desk: CollectDesk, server: WebServer, engine: Engine
) -> None:
    """Killed after the file was written and before the database knew: asked again, there is one post."""
    find = collect_find(desk, server.url("/boats"), note="Mine.").find.id
    written = desk.posts.digest

    class Dying:
        def __getattr__(self, name: str) -> object:
            return getattr(desk.posts, name)

        def digest(self, slug: str) -> str:
            raise _Killed

    from dataclasses import replace

    with pytest.raises(_Killed):
        keep(replace(desk, posts=Dying()), find)  # type: ignore[arg-type]
    between = desk.finds.get(find)
    kept = keep(desk, find)

    assert (FindStatus.WAITING, "2026-11-23-boats") == (between.status, between.post)
    assert ["2026-11-23-boats"] == posts_of(desk)
    assert written(kept.post.slug) == desk.finds.get(find).post_digest


def test_decisions_are_undone_unless_somebody_worked_on_the_post(desk: CollectDesk, server: WebServer) -> None:
    """An untouched file goes; one with somebody's words stays, and so does the decision."""
    find = collect_find(desk, server.url("/boats"), note="Mine.").find.id
    keep(desk, find)
    assert FindStatus.WAITING is undo(desk, find).status
    assert [] == posts_of(desk)

    slug = keep(desk, find).post.slug
    path = desk.posts.directory / "posts" / f"{slug}.md"  # type: ignore[attr-defined]
    path.write_text(path.read_text() + "\nMy own words.\n")
    with pytest.raises(NotNow, match="wrote in"):
        undo(desk, find)
    with pytest.raises(NotNow, match="kept already"):
        dismiss(desk, find)
    assert "My own words." in path.read_text()
    assert FindStatus.KEPT is desk.finds.get(find).status


def test_a_post_in_an_issue_is_not_undone(desk: CollectDesk, server: WebServer) -> None:
    """It would leave a hole in the issue."""
    find = collect_find(desk, server.url("/boats")).find.id
    slug = keep(desk, find).post.slug
    home = desk.posts.directory  # type: ignore[attr-defined]
    (home / "issues" / "001.md").write_text(ISSUE.replace("2026-11-20-ferries-in-winter", slug))
    with pytest.raises(NotNow, match="in issue 1"):
        undo(desk, find)


def test_a_page_that_does_not_answer_leaves_a_post_to_check(desk: CollectDesk, server: WebServer) -> None:
    """What the find says is not lost because a site is down."""
    draft = FindDraft(
        url=server.url("/gone"), origin=Origin.FEED, source="F", title="T {{ x }}", summary="S *x*", note="N."
    )
    post = keep(desk, desk.finds.add(draft)[0].id).post

    assert ("T {{ x }}", server.url("/gone")) == (post.title, post.url)
    assert post.body.startswith("N.\n\n> S \\*x\\*\n")
    assert "404" in post.checks[0]


def test_one_of_several_links_is_chosen_first(desk: CollectDesk, server: WebServer) -> None:
    """Until then it can't be kept; where the page is a find already, the two become one with both thoughts."""
    several = (server.url("/boats"), "https://a.example.com/2")
    mailed = FindDraft(
        url=None, origin=Origin.MAIL, source="m", title="T", note="Mail.", choices=several, once="a" * 64
    )
    find = desk.finds.add(mailed)[0].id
    other = collect_find(desk, "https://a.example.com/2", note="Web.").find.id
    with pytest.raises(NotNow, match="several links"):
        keep(desk, find)
    with pytest.raises(Missing, match="no link 3"):
        choose(desk, find, 3)

    assert (other, "Web.\n\nMail.") == ((one := choose(desk, find, 2)).id, one.note)
    assert [other] == [one.id for one in desk.finds.list_finds()]


def test_finds_are_listed_by_pages_and_searched(desk: CollectDesk) -> None:
    """Newest first, from the last of the page above; every word has to be there, and signs mean nothing."""
    for number in range(7):
        collect_find(desk, f"https://a.example.com/{number}", title=f"Ferry 100% {number}", note="Ice" * (number % 2))
    first = desk.finds.list_finds(limit=3)
    second = desk.finds.list_finds(limit=3, before=first[-1].id)

    assert ["6", "5", "4", "3", "2", "1"] == [one.title[-1] for one in (*first, *second)]
    assert ["5", "3", "1"] == [one.title[-1] for one in desk.finds.list_finds(matching="FERRY ice 100%")]
    assert [] == desk.finds.list_finds(matching="%_nothing")
    assert 7 == desk.finds.count()


def test_pages_of_bare_finds_are_asked_once_what_they_are_called(desk: CollectDesk, server: WebServer) -> None:
    """The title comes later; a page that has none is not asked for ever."""
    good = collect_find(desk, server.url("/boats"), note="Mine.").find.id
    bad = collect_find(desk, server.url("/nothing")).find.id

    assert (2, 0) == (look_at_pages(desk), look_at_pages(desk))
    found = desk.finds.get(good)
    assert ("Boats", "Coast", "The ferry goes when the ice allows.", "Mine.") == (
        found.title, found.site, found.summary, found.note)  # fmt: skip
    assert "" == desk.finds.get(bad).title


def test_the_drawer_has_what_no_issue_uses(desk: CollectDesk, tmp_path: Path) -> None:
    """Newest first, and a broken file hides no other."""
    home = tmp_path / "weekly"
    (home / "posts" / "2026-11-20-ferries-in-winter.md").write_text(POST)
    (home / "issues" / "001.md").write_text(ISSUE)
    (home / "posts" / "2026-11-21-a.md").write_text("---\ntitle: Åkers båt\ntags: [sea]\n---\n\nIce.")
    (home / "posts" / "2026-11-22-b.md").write_text("---\ntitle: Trains\nsource: Rail\n---\n\nSnow.")
    (home / "posts" / "2026-11-23-broken.md").write_text("nothing")

    assert ["b", "a"] == [post.slug[-1] for post in find_unused(desk.posts, desk.issues)]


@pytest.mark.parametrize("ask", [keep, dismiss, undo, lambda desk, find: choose(desk, find, 1)])
def test_a_find_that_is_not_there_is_missing(desk: CollectDesk, ask: object) -> None:
    """Said so, by whatever is asked."""
    with pytest.raises(Missing, match="no find 99"):
        ask(desk, 99)  # type: ignore[operator]


def test_selections_of_one_page_become_its_quotes_in_its_order(desk: CollectDesk, server: WebServer) -> None:
    """Each with its formatting and the thought that was typed with it; a form's values are no words."""
    at = server.url("/boats")
    second = '<p>It <em>stays</em> <a href="/home">home</a>.</p><input value="secret"><textarea>secret</textarea>'
    collect_find(desk, at, note="Two.", quote="It stays home.", clip=Clip(html=second, position=70))
    found = collect_find(desk, at, note="One.", quote="x", clip=Clip(html="<p>It <b>goes</b>.</p>", position=3)).find
    body = keep(desk, found.id).post.body

    assert 1 == desk.finds.count(FindStatus.KEPT)
    first = f"One.\n\n> It **goes**.\n\nTwo.\n\n> It *stays* [home]({server.url('/home')}).\n>\n> — [Coast]({at})"
    assert first == body
    assert "One.\n\nTwo." == found.thoughts


def test_an_article_that_only_a_signed_in_browser_shows_is_kept_whole(desk: CollectDesk, server: WebServer) -> None:
    """With nothing selected; without words in it the find is as if nothing had come."""
    html = f"<article><h2>Ice</h2><p>{'The ferry waits. ' * 2_000}</p><nav>Menu</nav></article>"
    found = collect_find(desk, server.url("/gone"), clip=Clip(html=html, is_article=True)).find
    post = keep(desk, found.id).post
    empty = collect_find(desk, server.url("/none"), note="N.", clip=Clip(html="<script>x</script>")).find

    assert post.body.startswith("> ## Ice\n>\n> The ferry waits.") and "Menu" not in post.body
    assert ("N.", "") == (empty.note, empty.quote)
    with pytest.raises(Mistake, match="longer than 20,000"):
        collect_find(desk, server.url("/long"), clip=Clip(html=html))
