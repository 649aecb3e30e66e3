"""Moving out: to which system, what would leave and what can't, and the export as one download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from newsletter.collect.web_address import whole_address
from newsletter.move_out.move import look, read_all, write
from newsletter.move_out.outlet import one_archive
from newsletter.move_out.plan import MoveOut
from newsletter.move_out.read_me import stays
from newsletter.move_out.systems import SYSTEMS
from newsletter.readers.rows import ListRow
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.plain_words import plain_words
from newsletter.web.studio.streamed import written
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.user import Role


def show(studio: Studio, visit: Visit) -> Response:
    """Writes nothing: what would leave is looked up each time."""
    chosen, problem, lists = None, "", studio.lists()
    if visit.asked("to"):
        try:
            chosen = _look(studio, visit, lists or ())
        except NewsletterError as error:
            problem = plain_words(error, {})
    return studio.page(
        visit,
        "move_out.html",
        status=400 if problem else 200,
        systems=list(SYSTEMS.values()),
        chosen=chosen,
        stays=stays(chosen) if chosen else [],
        asked={"to": visit.asked("to"), "url": visit.asked("url")},
        today=studio.parts.config.newsletter.public_url,
        problem=problem,
        is_counting=lists is None,
    )


def download(studio: Studio, visit: Visit) -> Response:
    """`?to=` is the system, `?url=` where the newsletter will be."""
    parts, name = studio.parts, visit.asked("to")
    move = read_all(_look(studio, visit, parts.readers.list_lists()))
    folder = f"moved-out-{name}"

    def fill(file: IO[bytes]) -> None:
        with one_archive(file, folder) as open_file:
            write(move, parts.images, parts.readers, open_file, lambda *_: None, now=studio.now())

    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(folder + '.zip', safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(written(fill), media_type="application/zip", headers=headers)


def _look(studio: Studio, visit: Visit, lists: Sequence[ListRow]) -> MoveOut:
    system = SYSTEMS.get(visit.asked("to"))
    if system is None:
        raise Missing("There is no such system to move to.", fix="Choose one of those that the page shows.")
    asked = visit.asked("url")
    address = whole_address(asked) if asked else ""
    if address is None:
        raise Mistake(f"“{asked[:80]}” is no address of the web.", fix="Write it whole: https://ferries.example.com")
    parts = studio.parts
    return look(system, parts.config.newsletter, parts.shelf, parts.archive, lists, new_url=address)


PAGES = (
    Page(path="/settings/move-out", show=show, see=Role.OWNER, do=Role.OWNER),
    Page(path="/settings/move-out/download", show=download, see=Role.OWNER, do=Role.OWNER),
)
