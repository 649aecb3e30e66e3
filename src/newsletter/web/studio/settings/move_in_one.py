"""One move: how far it is, what would come and what can't and why, the press that does it, and what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from starlette.responses import Response

from newsletter.imports.report import Problem
from newsletter.imports.upload import Upload
from newsletter.imports.upload_state import UploadState
from newsletter.move_in.record import MoveFound, MoveRecord
from newsletter.move_in.reminder import title_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.readers.import_answers import (
    chosen_answers,
    open_questions,
    unanswered,
    with_field_names,
)
from newsletter.web.studio.settings.move_in import MOVE_IN, wish_of
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Missing, NewsletterError
from newsletter.words.user import Role

_PROBLEMS, _ENDS, _MOST_LEFT_OUT = 60, 10, 200


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit)


def act(studio: Studio, visit: Visit) -> Response:
    """Move in, look again, otherwise, answer, stop, go on, or throw the files away."""
    uploads, what = studio.parts.uploads, visit.text("act")
    found, move = _both(studio, visit)
    questions = open_questions(found)
    if what == "forget":
        return _forget(studio, visit, found, move)
    if what == "answer":
        uploads.look(found.token, {**found.answers, **chosen_answers(questions, visit)})
    elif what == "import" and questions:
        raise unanswered()
    elif what == "otherwise":
        try:
            _ask_otherwise(studio, visit, found, move)
        except NewsletterError as error:
            return _page(studio, visit, wrong=f"{error.message} {error.fix}".strip())
    elif what in _ACTS:
        _ACTS[what](studio, found.token)
    else:
        raise NoSuchAct
    studio.runner.wake()
    return visit.go(f"{MOVE_IN}/{found.token}")


def _forget(studio: Studio, visit: Visit, found: Upload, move: MoveRecord) -> Response:
    """Throw the files away. What came before it was stopped stays, and can be taken back."""
    studio.parts.uploads.forget(found.token)
    if move.moved_at is None and (move.issues or found.run):
        studio.parts.moves.finish(move.id, move.found or MoveFound(), run=found.run, now=studio.now())
        return visit.go(MOVE_IN, said="The files are gone. What came stays, and can be taken back below.")
    said = "The files are gone from here." if move.moved_at else "Nothing came, and the files are gone from here."
    return visit.go(MOVE_IN, said=said)


_ACTS: dict[str, Callable[[Studio, str], None]] = {
    "import": lambda studio, token: studio.parts.uploads.carry_out(token),
    "look": lambda studio, token: studio.parts.uploads.look(token),
    "ask": lambda studio, token: studio.parts.uploads.look(token, {}),
    "stop": lambda studio, token: studio.parts.uploads.stop(token),
    "go_on": lambda studio, token: studio.parts.uploads.go_on(token),
}


def progress(studio: Studio, visit: Visit) -> Response:
    found, _ = _both(studio, visit)
    return visit.json({"done": found.done, "total": found.total, "is_over": not found.is_at_work})


def _ask_otherwise(studio: Studio, visit: Visit, found: Upload, move: MoveRecord) -> None:
    """Other options, and another look. An old issue that is here keeps the number that it has."""
    if found.is_look and not found.is_at_work:
        wish = wish_of(studio, visit, move.wish.people)
        studio.parts.moves.ask_otherwise(move.id, replace(wish, is_late=move.wish.is_late))
        studio.parts.uploads.look(found.token)


def _both(studio: Studio, visit: Visit) -> tuple[Upload, MoveRecord]:
    """The files and the move. Raises Missing."""
    found = studio.parts.uploads.get(visit.request.path_params["token"])
    move = studio.parts.moves.find_of(found.number)
    if move is None:
        raise Missing("These files are no newsletter that moves in.", fix="Find them under Import readers.")
    return found, move


def _page(studio: Studio, visit: Visit, *, wrong: str = "") -> Response:
    found, move = _both(studio, visit)
    refusals = studio.parts.uploads.list_refusals(found.token, most=_PROBLEMS)
    old = move.found or MoveFound()
    return studio.page(
        visit,
        "move_in_one.html",
        status=400 if wrong else 200,
        upload=found,
        move=move,
        title=title_of(move),
        old=old,
        heading=_heading(found, move, old),
        first_issues=old.issues[:_ENDS],
        last_issues=old.issues[_ENDS:][-_ENDS:],
        left_out=old.left_out[:_MOST_LEFT_OUT],
        report=found.found.report if found.found else None,
        found=found.found,
        notes=[with_field_names(note) for note in found.found.report.notes] if found.found else [],
        refusals=[_plain_row(row, found.names) for row in refusals],
        problem=found.problem and (with_field_names(found.problem.message), _without_command(found.problem.fix)),
        questions=[(question, with_field_names(question.sentence)) for question in open_questions(found)],
        answers=found.answers,
        wrong=wrong,
        typed={name: value for name, value in visit.form.items() if isinstance(value, str)} if wrong else {},
    )


def _without_command(fix: str) -> str:
    """What to do, without the line to type at a terminal that some messages end with."""
    words, _, command = with_field_names(fix).partition(", or run: ")
    return f"{words}." if command else words


def _plain_row(row: Problem, names: Sequence[str]) -> Problem:
    """A table that was made of a file is called as that is: `1-bounced.csv` was `bounced.csv`."""
    number, _, name = row.file.partition("-")
    file = name if number.isdigit() and name in names else row.file
    return row._replace(file=file, reason=with_field_names(row.reason))


def _heading(found: Upload, move: MoveRecord, old: MoveFound) -> str:
    """What would come, or came, as a heading has it."""
    report = found.found.report if found.found else None
    n_old, n_new = len(old.issues), report.added if report else 0
    if move.wish.is_late:
        n_off = report.suppressed if report else 0
        return f"{n_off:,} {'is' if n_off == 1 else 'are'} not to be mailed"
    parts = [f"{n_old:,} old issue{'' if n_old == 1 else 's'}"] if n_old or not move.wish.people else []
    if move.wish.people:
        parts.append(f"{n_new:,} new reader{'' if n_new == 1 else 's'}")
    return f"{' and '.join(parts)} {'came' if found.state is UploadState.IMPORTED else 'would come'}"


PAGES = (
    Page(path=f"{MOVE_IN}/{{token:str}}", show=show, change=act, see=Role.EDITOR),
    Page(path=f"{MOVE_IN}/{{token:str}}/progress", show=progress, see=Role.EDITOR),
)
