"""Imports readers from files: choose, see what would change and why rows are left out, then do it, or undo it."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from newsletter.imports.columns.formats import FORMATS
from newsletter.imports.report import ImportOptions, Problem
from newsletter.imports.upload import Upload, UploadFound
from newsletter.web.number import read_number
from newsletter.web.studio.page import Page
from newsletter.web.studio.readers.import_answers import (
    chosen_answers,
    open_questions,
    unanswered,
    with_field_names,
)
from newsletter.web.studio.readers.reader import status_asked
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.formulas import defuse
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role

_LARGEST = 500_000_000
_PROBLEMS, _EARLIER = 100, 12
# As long as a person waits for a small import to be taken back.
_UNDO_SECONDS = 2.0


def show(studio: Studio, visit: Visit) -> Response:
    """The files to choose, those on their way, and earlier imports."""
    return studio.page(
        visit,
        "import.html",
        lists=[one.name for one in studio.parts.readers.list_pages()],
        formats=FORMATS,
        uploads=open_uploads(studio),
        reports=studio.parts.uploads.tokens_by_run(),
        earlier=[
            (row, [PurePath(name).name for name in row.files])
            for row in studio.parts.imports.list_imports(most=_EARLIER)
        ],
    )


def open_uploads(studio: Studio) -> list[Upload]:
    """The imports of readers that are not done; a whole newsletter that moves in is not among them."""
    moves = studio.parts.moves.list_uploads()
    return [one for one in studio.parts.uploads.list_open() if one.number not in moves]


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
    token = studio.parts.uploads.keep([(name or "", file) for name, file in files], options)
    studio.runner.wake()
    return visit.go(f"/readers/import/{token}")


def one(studio: Studio, visit: Visit) -> Response:
    """How far a look or an import is, or what came of it. A whole newsletter has a page of its own."""
    found = studio.parts.uploads.get(visit.request.path_params["token"])
    if studio.parts.moves.find_of(found.number):
        return visit.go(f"/settings/move-in/{found.token}")
    refusals = studio.parts.uploads.list_refusals(found.token, most=_PROBLEMS)
    return studio.page(
        visit,
        "import_one.html",
        upload=found,
        found=None if found.found is None else _plain_found(found.found),
        refusals=[] if found.found is None else sorted(map(_plain_row, refusals), key=lambda row: (row.file, row.line)),
        problem=found.problem and (with_field_names(found.problem.message), with_field_names(found.problem.fix)),
        questions=[(question, with_field_names(question.sentence)) for question in open_questions(found)],
        answers=found.answers,
        n_problems=_PROBLEMS,
    )


def act(studio: Studio, visit: Visit) -> Response:
    """Import what was looked at, look again, stop, go on, or throw the files away."""
    uploads, token = studio.parts.uploads, visit.request.path_params["token"]
    found = uploads.get(token)
    what = visit.text("act")
    if what == "forget":
        uploads.forget(token)
        said = (
            "The files are gone from here." if found.run else "Nothing was imported, and the files are gone from here."
        )
        return visit.go("/readers/import", said=said)
    if what == "answer":
        uploads.look(token, {**found.answers, **chosen_answers(open_questions(found), visit)})
    elif what == "import" and open_questions(found):
        raise unanswered()
    elif what in _ACTS:
        _ACTS[what](studio, token)
    else:
        raise NoSuchAct
    studio.runner.wake()
    return visit.go(f"/readers/import/{token}")


_ACTS: dict[str, Callable[[Studio, str], None]] = {
    "import": lambda studio, token: studio.parts.uploads.carry_out(token),
    "look": lambda studio, token: studio.parts.uploads.look(token),
    "ask": lambda studio, token: studio.parts.uploads.look(token, {}),
    "stop": lambda studio, token: studio.parts.uploads.stop(token),
    "go_on": lambda studio, token: studio.parts.uploads.go_on(token),
}


def progress(studio: Studio, visit: Visit) -> Response:
    found = studio.parts.uploads.get(visit.request.path_params["token"])
    return visit.json({"done": found.done, "total": found.total, "is_over": not found.is_at_work})


def left_out(studio: Studio, visit: Visit) -> Response:
    """Every row that puts nobody on the list, and why, as a file."""
    found = studio.parts.uploads.get(visit.request.path_params["token"])
    name = f"left out of {found.names[0]}.csv"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    rows = map(_plain_row, studio.parts.uploads.list_refusals(found.token))
    return StreamingResponse(_as_csv(rows), media_type="text/csv", headers=headers)


def _as_csv(rows: Iterator[Problem]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["file", "line", "why"])
    for row in rows:
        writer.writerow([defuse(row.file), row.line, defuse(row.reason)])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _undo(studio: Studio, visit: Visit) -> Response:
    number, imports = read_number(visit.text("number")), studio.parts.imports
    if number is None:
        raise NoSuchAct
    imports.ask_undo(number)
    studio.runner.wake()
    until = time.monotonic() + _UNDO_SECONDS
    while (is_waiting := number in imports.list_to_undo()) and time.monotonic() < until:
        time.sleep(0.05)
    if is_waiting:
        said = f"Import {number} is being taken back; that takes a while."
    else:
        said = f"Import {number} is taken back. What people did themselves since then stays."
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


def _plain_row(row: Problem) -> Problem:
    return row._replace(reason=with_field_names(row.reason))


def _plain_found(found: UploadFound) -> UploadFound:
    return replace(found, report=replace(found.report, notes=[with_field_names(note) for note in found.report.notes]))


PAGES = (
    Page(path="/readers/import", show=show, change=bring, see=Role.EDITOR, largest=_LARGEST),
    Page(path="/readers/import/{token:str}", show=one, change=act, see=Role.EDITOR),
    Page(path="/readers/import/{token:str}/progress", show=progress, see=Role.EDITOR),
    Page(path="/readers/import/{token:str}/left-out", show=left_out, see=Role.EDITOR),
)
