"""What an import asks, in the words of a form: its questions, the answers chosen, and messages without options of a command."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.imports.questions import Question
from newsletter.imports.upload import Upload
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Mistake

# Messages of the import name the options of the command; here these are fields of a form.
_FIELDS = {"--encoding": "Encoding", "--from": "Whose export", "--map": "Columns", "--url": "Old address"}


def open_questions(found: Upload) -> Sequence[Question]:
    """What has to be answered before these files are imported, as the last look found it."""
    return found.problem.questions if found.problem and not found.is_at_work else ()


def chosen_answers(questions: Sequence[Question], visit: Visit) -> dict[str, str]:
    """What was chosen for each question. Raises Mistake where one is open, for nothing is guessed."""
    found = {}
    for number, question in enumerate(questions):
        answer = visit.text(f"answer-{number}")
        if visit.text(f"about-{number}") != question.left_side or answer not in question.answers:
            raise unanswered()
        found[question.left_side] = answer
    return found


def unanswered() -> Mistake:
    return Mistake("Not every question has an answer. Nothing was imported.", fix="Choose one for each.")


def with_field_names(text: str) -> str:
    """A message with the names of the form's fields."""
    return re.sub("--(encoding|from|map|url)", lambda found: f"“{_FIELDS[found[0]]}”", text)
