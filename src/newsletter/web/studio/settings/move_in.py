"""Move in from another system: choose it, see how its export is had, bring the files; and look there once more later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import IO

from starlette.responses import Response

from newsletter.collect.web_address import whole_address
from newsletter.imports.mapping import FILE
from newsletter.imports.report import ImportOptions
from newsletter.move_in.moves_sql import note_move
from newsletter.move_in.old_systems import OLD_SYSTEMS
from newsletter.move_in.record import MoveRecord, MoveWish
from newsletter.move_in.reminder import title_of
from newsletter.web.number import read_number
from newsletter.web.studio.page import Page
from newsletter.web.studio.readers.reader import status_asked
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Mistake, NewsletterError, NotNow
from newsletter.words.user import Role

MOVE_IN = "/settings/move-in"
_LARGEST = 500_000_000
_EARLIER = 12
# The choice of a list that brings no readers.
NOBODY = "-"
_HIGHEST = 999_999


def show(studio: Studio, visit: Visit) -> Response:
    """`?from=` is the system that was chosen; `?late=` the move whose old system is looked at once more."""
    late = read_number(visit.asked("late"))
    if late is not None:
        return _late_page(studio, visit, studio.parts.moves.get(late))
    return _page(studio, visit)


def change(studio: Studio, visit: Visit) -> Response:
    """Keep the files and begin to look at them: nothing moves in yet. Or take a move back, or answer the reminder."""
    act = visit.text("act")
    if act in _ACTS:
        return _ACTS[act](studio, visit)
    if act != "bring":
        raise NoSuchAct
    try:
        return _bring(studio, visit)
    except NewsletterError as error:
        return _page(studio, visit, problem=f"{error.message} {error.fix}".strip())


def wish_of(studio: Studio, visit: Visit, people: ImportOptions | None) -> MoveWish:
    """The options of a move as a form has them. Raises Mistake where one of them can't be."""
    url, first = visit.text("url"), read_number(visit.text("first") or "1")
    if first is None or not 1 <= first <= _HIGHEST:
        raise Mistake("The number of the oldest issue is not one.", fix="Write a number from 1 on.")
    return MoveWish(
        people=people, url=_old_site(studio, url) if url else "", with_closed=bool(visit.text("closed")), first=first
    )


def _old_site(studio: Studio, text: str) -> str:
    """Where the newsletter was on the web, with a slash at its end."""
    address = whole_address(text) or whole_address(f"https://{text}")
    if address is None:
        raise Mistake("The old address is none of the web.", fix="Write it like: https://ferries.example.com")
    if studio.newsletter.public_url.endswith(".invalid"):
        raise NotNow(
            "Your newsletter has no public address yet, so links from one old issue to another would lead nowhere.",
            fix="Set the public address first, or leave the old address empty.",
        )
    return f"{address.rstrip('/')}/"


def _bring(studio: Studio, visit: Visit) -> Response:
    system = OLD_SYSTEMS.get(visit.text("system"))
    if system is None:
        raise Mistake("It is not said from which system.", fix="Choose one.")
    people = _people(visit)
    wish = wish_of(studio, visit, replace(people, source=system.people) if people else None)
    files = _files(visit)
    note = partial(note_move, system=system.name, wish=wish, now=studio.now())
    token = studio.parts.uploads.keep(files, wish.people or ImportOptions(list_name=""), note=note)
    studio.runner.wake()
    return visit.go(f"{MOVE_IN}/{token}")


def _files(visit: Visit) -> Sequence[tuple[str, IO[bytes]]]:
    files = [
        (item.filename, item.file) for item in visit.form.getlist("file") if not isinstance(item, str) and item.filename
    ]
    if not files:
        raise Mistake("No file came with this.", fix="Choose the export, as it was downloaded.")
    return files


def _people(visit: Visit) -> ImportOptions | None:
    """What was asked about the readers; None where they stay out."""
    chosen = visit.text("new_list") or visit.text("list")
    if chosen == NOBODY:
        return None
    if not chosen:
        raise Mistake("It is not said onto which list the readers come.", fix="Choose one, or leave the readers out.")
    status, consent = status_asked(visit)
    return ImportOptions(list_name=chosen, status=status, consent=consent or None)


def _undo(studio: Studio, visit: Visit) -> Response:
    move = _asked(studio, visit)
    studio.parts.moves.ask_undo(move.id, now=studio.now())
    studio.runner.wake()
    return visit.go(
        MOVE_IN,
        said="It is being taken back. What you have changed since stays, and what people did themselves since then.",
    )


def _put_off(studio: Studio, visit: Visit) -> Response:
    studio.parts.moves.put_off(_asked(studio, visit).id, now=studio.now())
    return visit.go("", said="You are reminded in a week.")


def _settle(studio: Studio, visit: Visit) -> Response:
    studio.parts.moves.settle(_asked(studio, visit).id)
    return visit.go("", said="Done: you are not reminded of it again.")


def _bring_late(studio: Studio, visit: Visit) -> Response:
    """Look at a second export: as readers to import, or where only the system's module knows who left, as a move."""
    move = _asked(studio, visit)
    try:
        files, options = _files(visit), move.wish.people
        if options is None:
            raise NotNow("No readers came with that move.", fix="Import them as readers.")
        if _takes_module(move):
            wish = MoveWish(people=options, is_late=True)
            note = partial(note_move, system=move.system, wish=wish, now=studio.now())
            place, token = MOVE_IN, studio.parts.uploads.keep(files, options, note=note)
        else:
            left = {f"{FILE}{name}": "left" for name, _ in files} if visit.text("who") == "left" else {}
            place, token = "/readers/import", studio.parts.uploads.keep(files, replace(options, columns=left))
    except NewsletterError as error:
        return _late_page(studio, visit, move, problem=f"{error.message} {error.fix}".strip())
    studio.runner.wake()
    return visit.go(f"{place}/{token}")


def _takes_module(move: MoveRecord) -> bool:
    return move.system in OLD_SYSTEMS and OLD_SYSTEMS[move.system].tells_by_name


_ACTS = {"undo": _undo, "put_off": _put_off, "settle": _settle, "late": _bring_late}


def _asked(studio: Studio, visit: Visit) -> MoveRecord:
    number = read_number(visit.text("move"))
    if number is None:
        raise NoSuchAct
    return studio.parts.moves.get(number)


def _late_page(studio: Studio, visit: Visit, move: MoveRecord, *, problem: str = "") -> Response:
    return studio.page(
        visit,
        "move_in_late.html",
        status=400 if problem else 200,
        move=move,
        title=title_of(move),
        steps=OLD_SYSTEMS[move.system].steps if _takes_module(move) else (),
        who=visit.text("who"),
        problem=problem,
    )


def _page(studio: Studio, visit: Visit, *, problem: str = "") -> Response:
    chosen = OLD_SYSTEMS.get(visit.text("system") or visit.asked("from"))
    moves = studio.parts.moves.list_uploads()
    return studio.page(
        visit,
        "move_in.html",
        status=400 if problem else 200,
        systems=list(OLD_SYSTEMS.values()),
        chosen=chosen,
        lists=[one.name for one in studio.parts.readers.list_pages()],
        nobody=NOBODY,
        typed={name: value for name, value in visit.form.items() if isinstance(value, str)},
        problem=problem,
        under_way=[
            (one, OLD_SYSTEMS[moves[one.number]].title)
            for one in studio.parts.uploads.list_open()
            if moves.get(one.number) in OLD_SYSTEMS
        ],
        earlier=[(move, title_of(move)) for move in studio.parts.moves.list_done(most=_EARLIER)],
    )


PAGES = (Page(path=MOVE_IN, show=show, change=change, see=Role.EDITOR, largest=_LARGEST),)
