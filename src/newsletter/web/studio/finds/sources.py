"""Where finds come from: feeds, the bookmarklet, a phone, mail; the keys that may only add finds; what is remembered of texts."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from newsletter.collect.feeds.opml import read_opml
from newsletter.collect.feeds.poll import poll
from newsletter.collect.feeds.subscribe import subscribe, unsubscribe
from newsletter.collect.voices.habits import sentence_of
from newsletter.folder.feeds_file import FILE as FEEDS
from newsletter.folder.habits_file import FILE as HABITS
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.collect import collect_desk
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role

# Lines of a list of feeds that were left out; a notice holds no more.
_MOST_SAID = 3
_ASSETS = Path(__file__).parents[1] / "assets"


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit, key="", name="")


def act(studio: Studio, visit: Visit) -> Response:
    """Subscribe to a feed or to those of an OPML file, leave one, ask one now; make and revoke keys; forget a habit."""
    desk, what = collect_desk(studio.parts), visit.text("act")
    if what == "subscribe":
        done = subscribe(desk, visit.text("url"), title=visit.text("title"))
        studio.sittings.note(visit.who, FEEDS)
        return visit.go("/finds/sources", said=f"{done.feed.title or done.feed.url}: {done.polled.said}.")
    if what == "opml":
        given = visit.file("opml")
        if given is None:
            raise Mistake("No file came with this.", fix="Choose an OPML file.")
        found = read_opml(given.file.read(), name=given.filename or "OPML")
        new = len(desk.book.add_feeds(found.feeds))
        studio.sittings.note(visit.who, FEEDS)
        more = len(found.left_out) - _MOST_SAID
        left_out = [*found.left_out[:_MOST_SAID], *([f"So were {more:,} more."] if more > 0 else [])]
        said = " ".join([f"{new:,} new feeds; they are asked one after the other.", *left_out])
        return visit.go("/finds/sources", said=said)
    if what == "leave":
        left = unsubscribe(desk, visit.text("url"))
        studio.sittings.note(visit.who, FEEDS)
        return visit.go("/finds/sources", said=f"{left.title} is left; its finds stay.")
    if what == "poll":
        feed = next((one for one in desk.book.list_feeds() if one.url == visit.text("url")), None)
        if feed is None:
            raise Mistake("This feed is not in the list any more.", fix="Load the page again.")
        return visit.go("/finds/sources", said=f"{poll(desk, feed).said}.")
    if what == "key":
        return _page(studio, visit, key=desk.keys.new_key(visit.text("name")), name=visit.text("name"))
    if what == "revoke":
        desk.keys.revoke(visit.text("name"))
        return visit.go("/finds/sources", said="This key opens nothing any more.")
    if what == "forget":
        for habit in desk.habits.list_habits():
            if (habit.source, sentence_of(habit)) == (visit.text("source"), visit.text("habit")):
                desk.habits.forget(habit)
        studio.sittings.note(visit.who, HABITS)
        return visit.go("/finds/sources", said="That is forgotten.")
    raise NoSuchAct


def _page(studio: Studio, visit: Visit, *, key: str, name: str) -> Response:
    desk = collect_desk(studio.parts)
    return studio.page(
        visit,
        "sources.html",
        feeds=desk.book.list_feeds(),
        keys=desk.keys.list_keys(),
        habits=[(one.source, sentence_of(one)) for one in desk.habits.list_remembered()],
        key=key,
        name=name,
        api=f"{visit.base}/api/v1/finds",
        bookmarklet=_bookmarklet(visit.base),
        editors=studio.parts.config.editors,
    )


def _bookmarklet(base: str) -> str:
    """The script on one line. Everything in it is a constant of ours but the address of this studio."""
    code = (_ASSETS / "bookmarklet.js").read_text(encoding="utf-8").partition("*/\nvoid")[2]
    return f"javascript:void{' '.join(code.split())}".replace("BASE", base.replace("'", "%27"))


PAGES = (Page(path="/finds/sources", show=show, change=act, see=Role.AUTHOR, do=Role.EDITOR),)
