"""A farewell: nothing is sent any more, and what readers have links to goes on answering; begun, changed and ended here."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from newsletter.collect.web_address import whole_address
from newsletter.move_out.move import look
from newsletter.move_out.systems import SYSTEMS
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.plain_words import plain_words
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.user import Role


def show(studio: Studio, visit: Visit) -> Response:
    """The form begins with the system and the address that an export was made for."""
    lasts = studio.parts.farewells.find()
    until = lasts.until if lasts else studio.parts.farewell_desk.in_a_year()
    return _page(studio, visit, {"until": until.isoformat(), "to": visit.asked("to"), "url": visit.asked("url")})


def change(studio: Studio, visit: Visit) -> Response:
    """Begin it, change it or end it."""
    parts = studio.parts
    if visit.text("act") == "end":
        ended = parts.farewells.end()
        return visit.go(
            "/settings/farewell", said="It goes on: mail is sent again." if ended else "It was ended before."
        )
    if visit.text("act") != "begin":
        raise NoSuchAct
    typed = {name: visit.text(name) for name in ("until", "to", "url")}
    try:
        parts.farewell_desk.begin(_day(typed["until"]), _moves(studio, typed))
    except NewsletterError as error:
        return _page(studio, visit, typed, problem=plain_words(error, {}))
    return visit.go("/settings/farewell", said="Nothing is sent from here any more.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistake("There is no such day.", fix="Write it as 2027-11-30.") from None


def _moves(studio: Studio, typed: dict[str, str]) -> dict[str, str] | None:
    """New addresses by path; None where nothing was typed, so that those there are stay."""
    if not typed["url"]:
        return None
    address, system = whole_address(typed["url"]), SYSTEMS.get(typed["to"])
    if address is None:
        raise Mistake(
            f"“{typed['url'][:80]}” is no address of the web.", fix="Write it whole: https://ferries.example.com"
        )
    if system is None:
        raise Mistake("Which system is at that address?", fix="Choose it, so that each old issue leads to the new one.")
    parts = studio.parts
    newsletter = parts.config.newsletter
    return look(system, newsletter, parts.shelf, parts.archive, (), new_url=address).redirects()


def _page(studio: Studio, visit: Visit, typed: dict[str, str], *, problem: str = "") -> Response:
    return studio.page(
        visit,
        "farewell.html",
        status=400 if problem else 200,
        systems=[one for one in SYSTEMS.values() if one.name != "files"],
        typed=typed,
        problem=problem,
    )


PAGES = (Page(path="/settings/farewell", show=show, change=change, see=Role.OWNER, do=Role.OWNER),)
