"""Segments: saved questions about readers, counted while they are typed."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import NewsletterError
from newsletter.words.segment import asks_what_readers_did, read_segment
from newsletter.words.tracking import NOT_KNOWN_OF_READERS, Tracking
from newsletter.words.user import Role


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit, {})


def act(studio: Studio, visit: Visit) -> Response:
    """Save a question under a name, forget one, or count who fits without a script."""
    segments, name, question = studio.parts.segments, visit.text("name"), visit.text("question")
    if visit.text("act") == "count":
        return _page(studio, visit, {"name": name, "question": question, "list": visit.text("list")})
    if visit.text("act") == "save":
        segments.save(name, question)
        return visit.go("/readers/segments", said=f"The segment {name} is saved.")
    if visit.text("act") == "remove":
        segments.remove(name)
        return visit.go("/readers/segments", said=f"The segment {name} is gone. Its readers stay as they are.")
    raise NoSuchAct


def count(studio: Studio, visit: Visit) -> Response:
    """How many fit, for a script."""
    return visit.json({"said": _count(studio, str(visit.value("question", str)), str(visit.value("list", str)))})


def _count(studio: Studio, question: str, list_name: str) -> str:
    n_readers = studio.parts.segments.count(question, list_name=list_name)
    unknown = "".join(f" No reader has the field {name!r}." for name in studio.parts.segments.unknown_fields(question))
    if studio.parts.config.tracking is not Tracking.READERS and asks_what_readers_did(read_segment(question)):
        unknown += f" {NOT_KNOWN_OF_READERS}"
    one = n_readers == 1
    return f"{n_readers:,} reader{'' if one else 's'} of {list_name} fit{'s' if one else ''} now.{unknown}"


def _page(studio: Studio, visit: Visit, wish: dict[str, str]) -> Response:
    told, problem = "", ""
    if wish:
        try:
            told = _count(studio, wish["question"], wish["list"])
        except NewsletterError as error:
            problem = f"{error.message} {error.fix}"
    return studio.page(
        visit,
        "segments.html",
        segments=studio.parts.segments.list_all(),
        lists=[one.name for one in studio.parts.readers.list_pages()],
        wish={"name": "", "question": "", "list": "", **wish},
        told=told,
        problem=problem,
    )


PAGES = (
    Page(path="/readers/segments", show=show, change=act),
    Page(path="/readers/segments/count", change=count, do=Role.VIEWER),
)
