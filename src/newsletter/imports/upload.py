"""An upload: files that somebody brought, what they asked for, how far the work on them is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import orjson

from newsletter.imports.questions import ImportUnanswered, Question
from newsletter.imports.report import ImportOptions, ImportReport
from newsletter.imports.upload_state import AT_WORK, UploadState
from newsletter.readers.rows import ReaderChange
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.subscriber import SubscriptionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFound:
    """What came of it so far. `report` has no problems: those are rows of their own.

    `posted` mails asked people to confirm and `waiting` are still to go; None where nobody is asked.
    """

    report: ImportReport = field(default_factory=ImportReport)
    n_files: int = 0
    systems: Sequence[str] = ()
    is_new: bool = False
    posted: int | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadProblem:
    """Why it did not go on. With `questions` it goes on once they are answered."""

    message: str
    fix: str = ""
    questions: Sequence[Question] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """`reached` counts rows and `done` of `total` lines, over all files; `run` is the import that can be taken back."""

    number: int
    token: str
    names: Sequence[str]
    wish: ImportOptions
    answers: Mapping[str, str]
    state: UploadState
    run: int | None
    n_begun: int
    reached: int
    done: int
    total: int
    found: UploadFound | None
    problem: UploadProblem | None

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def is_look(self) -> bool:
        """Whether what is said of it is about a look, and not about an import."""
        return self.state in {UploadState.ARRIVING, UploadState.LOOKING, UploadState.LOOKED}

    @property
    def options(self) -> ImportOptions:
        """What was asked for, with what was answered since."""
        return replace(
            self.wish,
            columns={**self.wish.columns, **self.answers},
            dry_run=self.is_look,
            run=None if self.is_look else self.run,
        )


def wish_as_json(options: ImportOptions) -> dict[str, object]:
    return {
        "list_name": options.list_name,
        "status": options.status.value,
        "consent": options.consent,
        "columns": dict(options.columns),
        "encoding": options.encoding,
        "source": options.source,
    }


def read_wish(kept: Mapping[str, Any]) -> ImportOptions:
    """Raises Mistake where an earlier version wrote it otherwise."""
    try:
        return ImportOptions(**{**kept, "status": SubscriptionStatus(str(kept["status"]))})
    except (KeyError, TypeError, ValueError) as error:
        raise Mistake("What was asked of this import can't be read any more.", fix="Choose the files again.") from error


def found_as_text(found: UploadFound) -> str:
    kept = asdict(found)
    del kept["report"]["problems"]
    return orjson.dumps(kept).decode()


def read_found(text: str) -> UploadFound | None:
    if not text:
        return None
    kept = orjson.loads(text)
    report = kept.pop("report")
    changes = [
        ReaderChange(**{**one, "values": [tuple(value) for value in one["values"]]}) for one in report.pop("changes")
    ]
    return UploadFound(report=ImportReport(**report, changes=changes), **kept)


def problem_as_text(error: NewsletterError) -> str:
    questions = error.questions if isinstance(error, ImportUnanswered) else ()
    where = f"{error.place}: " if error.place else ""
    kept = {"message": f"{where}{error.message}", "fix": error.fix, "questions": [asdict(one) for one in questions]}
    return orjson.dumps(kept).decode()


def read_problem(text: str) -> UploadProblem | None:
    if not text:
        return None
    kept = orjson.loads(text)
    questions = [
        Question(**{**one, "choices": tuple(tuple(choice) for choice in one["choices"])})
        for one in kept.pop("questions")
    ]
    return UploadProblem(questions=questions, **kept)
