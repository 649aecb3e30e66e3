"""Imports readers from files: choose, see what would change and why rows are left out, then do it, or undo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath

from starlette.responses import Response

from newsletter.imports.columns.formats import FORMATS
from newsletter.imports.questions import Question
from newsletter.imports.report import ImportOptions, ImportReport
from newsletter.web.number import read_number
from newsletter.web.studio.page import Page
from newsletter.web.studio.readers.reader import status_asked
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role

_LARGEST = 500_000_000
_CHANGES, _PROBLEMS, _EARLIER = 60, 100, 12


def show(studio: Studio, visit: Visit) -> Response:
    """The files to choose, and earlier imports."""
    return studio.page(
        visit,
        "import.html",
        lists=[one.name for one in studio.parts.readers.list_pages()],
        formats=FORMATS,
        earlier=[
            (row, [PurePath(name).name for name in row.files])
            for row in studio.parts.imports.list_imports(most=_EARLIER)
        ],
        being_undone=studio.imports.being_undone(),
    )


def bring(studio: Studio, visit: Visit) -> Response:
    """Keep the files and begin to look at them: nothing is imported yet. Or take an earlier import back."""
    if visit.text("act") == "undo":
        return _undo(studio, visit)
    files = [
        (item.filename, item.file) for item in visit.form.getlist("file") if not isinstance(item, str) and item.filename
    ]
    if not files:
        raise Mistake("No file came with this.", fix="Choose one: CSV, .xlsx, or a .zip of CSV files.")
    list_name = visit.text("new_list") or visit.text("list")
    if not list_name:
        raise Mistake("It is not said onto which list.", fix="Choose one, or name a new one.")
    status, consent = status_asked(visit)
    source = visit.text("source")
    options = ImportOptions(
        list_name=list_name,
        status=status,
        consent=consent or None,
        columns=_columns(visit.text("columns")),
        encoding=visit.text("encoding") or None,
        source=source if source in {one.name for one in FORMATS} else None,
    )
    token = studio.imports.keep([(name or "", file) for name, file in files], options)
    studio.imports.look(token)
    return visit.go(f"/readers/import/{token}")


def one(studio: Studio, visit: Visit) -> Response:
    """How far a look or an import is, or what came of it."""
    desk, token = studio.imports, visit.request.path_params["token"]
    options, work = desk.find(token)
    imported = work.imported if work and work.is_over else None
    return studio.page(
        visit,
        "import_one.html",
        token=token,
        options=options,
        work=work,
        imported=imported,
        report=_plain(studio, token, imported.report) if imported else None,
        problem=work.problem and (desk.plain(token, work.problem.message), desk.plain(token, work.problem.fix))
        if work
        else None,
        questions=[(question, desk.plain(token, question.sentence)) for question in desk.questions(token)],
        answers=desk.answers(token),
        n_changes=_CHANGES,
        n_problems=_PROBLEMS,
    )


def act(studio: Studio, visit: Visit) -> Response:
    """Import what was looked at, look again, or throw the files away."""
    desk, token = studio.imports, visit.request.path_params["token"]
    desk.find(token)
    what = visit.text("act")
    if what == "import":
        desk.carry_out(token)
    elif what == "look":
        desk.look(token)
    elif what == "answer":
        desk.answer(token, {**desk.answers(token), **_answers(desk.questions(token), visit)})
    elif what == "ask":
        desk.answer(token, {})
    elif what == "forget":
        desk.forget(token)
        return visit.go("/readers/import", said="Nothing was imported, and the files are gone from here.")
    else:
        raise NoSuchAct
    return visit.go(f"/readers/import/{token}")


def _answers(questions: Sequence[Question], visit: Visit) -> dict[str, str]:
    """What was chosen for each question. Raises Mistake where one is open, for nothing is guessed."""
    found = {}
    for number, question in enumerate(questions):
        answer = visit.text(f"answer-{number}")
        if visit.text(f"about-{number}") != question.left_side or answer not in question.answers:
            raise Mistake("Not every question has an answer. Nothing was imported.", fix="Choose one for each.")
        found[question.left_side] = answer
    return found


def progress(studio: Studio, visit: Visit) -> Response:
    _, work = studio.imports.find(visit.request.path_params["token"])
    if work is None:
        return visit.json({"done": 0, "total": 0, "is_over": True})
    return visit.json({"done": work.done, "total": work.total, "is_over": work.is_over})


def _undo(studio: Studio, visit: Visit) -> Response:
    number = read_number(visit.text("number"))
    if number is None:
        raise NoSuchAct
    work = studio.imports.undo(number)
    if work.problem:
        raise work.problem
    if work.is_over:
        said = f"Import {number} is taken back: {work.n_undone or 0:,} changes. What people did themselves since then stays."
    else:
        said = f"Import {number} is being taken back; that takes a while."
    return visit.go("/readers/import", said=said)


def _columns(text: str) -> dict[str, str]:
    """One `column = what it is` a line."""
    found = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        left, equals, right = line.rpartition("=")
        if not equals or not left.strip() or not right.strip():
            raise Mistake(f"“{line.strip()[:80]}” does not say what a column is.", fix="Write it like: Ort = city")
        found[left.strip()] = right.strip()
    return found


def _plain(studio: Studio, token: str, report: ImportReport) -> ImportReport:
    """As much of a report as a page shows, in its words."""
    plain = partial(studio.imports.plain, token)
    return replace(
        report,
        notes=[plain(note) for note in report.notes],
        problems=[
            problem._replace(file=plain(problem.file), reason=plain(problem.reason))
            for problem in report.problems[:_PROBLEMS]
        ],
        changes=report.changes[:_CHANGES],
    )


PAGES = (
    Page(path="/readers/import", show=show, change=bring, see=Role.EDITOR, largest=_LARGEST),
    Page(path="/readers/import/{token:str}", show=one, change=act, see=Role.EDITOR),
    Page(path="/readers/import/{token:str}/progress", show=progress, see=Role.EDITOR),
)
