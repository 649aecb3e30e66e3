"""Saving a find: the page that the bookmarklet and a phone open, what is known of the address, and the save itself."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from newsletter.collect.clip import Clip
from newsletter.collect.save import address_in, collect_find
from newsletter.web.number import read_number
from newsletter.web.studio.finds.known import known, posts_with, saved_by
from newsletter.web.studio.finds.shared import SharedText, read_shared
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import read_title
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.user import Role


def ask(studio: Studio, visit: Visit) -> Response:
    """What was sent along, ready to save. Without a session and without an address it holds nobody's words: phones keep it."""
    url, title, text = visit.asked("url"), read_title(visit.asked("title")), visit.asked("text")
    shared, problem, said = SharedText(url=url or text, title=title, quote=""), None, list[str]()
    try:
        if url or text:
            shared = read_shared(url=url, title=title, text=text)
            said = known(studio, visit, shared.url) if _may_save(visit) else []
    except NewsletterError as error:
        problem = error
    quote = (visit.asked("quote") or shared.quote)[:20_000]
    return studio.page(visit, "find_add.html", shared=shared, quote=quote, known=said, problem=problem)


def tell(studio: Studio, visit: Visit) -> Response:
    """To the script of that page: who is signed in, what their forms carry, and what is known of `?url=`."""
    url = visit.asked("url")
    said = known(studio, visit, address_in(url)) if url else []
    return visit.json({"who": visit.who.id, "csrf": visit.csrf, "known": said})


def save(studio: Studio, visit: Visit) -> Response:
    """Keep it, and say what was known of it. `once` names the press: sent again it changes nothing."""
    desk, address = collect_desk(studio.parts), address_in(visit.text("url"))
    before = known(studio, visit, address)
    saved = collect_find(
        desk,
        address,
        note=visit.text("note"),
        quote=visit.text("quote"),
        title=visit.text("title"),
        source=saved_by(visit.who),
        clip=_clip(visit),
        once=_delivery(visit),
    )
    if saved.is_new:
        said = ["Saved.", *posts_with(studio, desk, address)]
    else:
        said = ["It was a find already; your words are with it now.", *before]
    return visit.json({"said": " ".join(said)}) if visit.wants_json else visit.go("/finds", said=" ".join(said))


def _may_save(visit: Visit) -> bool:
    return visit.user is not None and visit.user.role.may(Role.AUTHOR)


def _clip(visit: Visit) -> Clip:
    is_article, position = visit.text("whole") == "on" and not visit.text("quote"), read_number(visit.text("position"))
    is_clip = is_article or visit.text("quote")
    return Clip(
        html=visit.text("html") if is_clip else "",
        position=-1 if position is None else position,
        is_article=is_article,
    )


def _delivery(visit: Visit) -> str:
    """The name of one press of one user, as long as every other of these (64 hexadecimal digits); "" where none was sent."""
    once = visit.text("once")
    if len(once) > 100:
        raise Mistake("This page sent something too long.", fix="Load the page again.")
    return hashlib.sha256(f"press:{visit.who.id}:{once}".encode()).hexdigest() if once else ""


PAGES = (
    Page(path="/finds/add", show=ask, is_open=True),
    Page(path="/finds/known", show=tell, see=Role.AUTHOR),
)
