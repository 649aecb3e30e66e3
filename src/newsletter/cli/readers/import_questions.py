"""What an import asks before it writes anything: at a terminal with a prompt, else as options to copy and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import click

from newsletter.cli.output import print_json
from newsletter.imports.questions import ImportUnanswered, Question
from newsletter.imports.report import ImportOptions

Found = TypeVar("Found")


def with_answers(
    options: ImportOptions, run: Callable[[ImportOptions], Found], *, as_json: bool
) -> tuple[Found, ImportOptions]:
    """What `run` finds, and the options with the answers that were given to its questions.

    Raises Unanswered where there is no terminal; with `as_json` the questions are printed before that.
    """
    while True:
        try:
            return run(options), options
        except ImportUnanswered as unanswered:
            if as_json:
                questions = [question_as_json(question) for question in unanswered.questions]
                print_json({"imported": False, "questions": questions})
            if as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise
            options = replace(options, columns={**options.columns, **_ask(unanswered.questions)})


def _ask(questions: Sequence[Question]) -> dict[str, str]:
    """The answers, by what stands before the equals sign of `--map`."""
    said = {}
    click.echo("Nothing is imported before this is known.", err=True)
    for question in questions:
        click.echo(f"\n{question.sentence}", err=True)
        for answer, meaning in question.answers.items():
            click.echo(f"  {answer:<18} {meaning}", err=True)
        said[question.left_side] = click.prompt(
            "Answer", type=click.Choice(list(question.answers)), default=question.safe, show_choices=False, err=True
        )
    again = " ".join(question.option(said[question.left_side]) for question in questions)
    click.echo(f"\nTo say the same next time: {again}\n", err=True)
    return said


def question_as_json(question: Question) -> dict[str, object]:
    return {
        "file": question.file,
        "column": question.column or None,
        "word": question.word or None,
        "question": question.sentence,
        "line": question.line,
        "email": question.email or None,
        "example": question.cell or None,
        "rows": question.n_rows or None,
        "answers": question.answers,
        "safe": question.safe,
        "map": f"{question.left_side}={question.safe}",
        "option": question.option(question.safe),
    }
