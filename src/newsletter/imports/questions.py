"""What an import has to ask before it writes anything: a column, a word or a file that may say who left."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.imports.mapping import FILE, KINDS, WORDS, address_option, short_name
from newsletter.words.mistake import Mistake
from newsletter.words.plain import printable_line

_SHOWN = 60
_TYPED = 200
_COLUMN = {
    "left-where-filled": "whoever has something in it left",
    "left-where-true": "whoever has a yes or a date in it left",
    "joined-where-true": "whoever has a no in it left",
    "consent": "it holds their consent, or that they took it back",
    "status": "its words say who is subscribed and who left",
    "ignore": "it says nothing about leaving, and is left out",
}
_WORD = {
    "left": "they unsubscribed",
    "bounced": "mail to them bounced",
    "complained": "they complained of spam",
    "blocked": "they must not be mailed",
    "pending": "they have not confirmed",
    "joined": "they are subscribed",
    "ignore": "it says nothing about leaving",
}
_FILE = {
    "left": "all in it unsubscribed",
    "bounced": "mail to all in it bounced",
    "complained": "all in it complained of spam",
    "blocked": "none in it may be mailed",
    "joined": "they are subscribed, as far as its columns say",
    "ignore": "leave this file out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. Without `column` it is about everybody in the file; with `word` about what that word means.

    `safe` is the answer that mails nobody who may have left. `email` of the example row is masked. With `choices`, as
    (column, what is in it), it is about which column has the addresses, and `asks` that.
    """

    file: str
    safe: str
    column: str = ""
    word: str = ""
    line: int | None = None
    email: str = ""
    cell: str = ""
    n_rows: int = 0
    asks: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def left_side(self) -> str:
        """What stands before the equals sign of `--map`; the key of the answer."""
        if self.choices:
            return address_option(self.file)
        if not self.column:
            return f"{FILE}{short_name(self.file)}"
        return f"{self.column}:{self.word}" if self.word else self.column

    def option(self, answer: str) -> str:
        """The option that gives an answer, quoted for a shell."""
        if self.choices:
            return f"--map {shlex.quote(f'{answer}=email')}"
        return f"--map {shlex.quote(f'{self.left_side}={answer}')}"

    @property
    def answers(self) -> dict[str, str]:
        """Every answer with what it means."""
        if self.choices:
            return dict(self.choices)
        return _FILE if not self.column else _WORD if self.word else _COLUMN

    @property
    def sentence(self) -> str:
        """What is not known, with an example."""
        if self.choices:
            return self.asks
        if not self.column:
            return f"The name of {self.file} speaks of people who left, and its columns do not say it of everybody. Did they all?"
        where = f"line {self.line}" + (f", {self.email}" if self.email else "")
        if self.word:
            rows = f"{self.n_rows:,} rows, first {where}" if self.n_rows > 1 else where
            return f'"{shown(self.word)}" in the column "{self.column}" is not a word known here ({rows}). Did these people leave?'
        return f'The column "{self.column}" may say who left, for example "{self.cell}" ({where}). Does it?'


class ImportUnanswered(Mistake):
    """An import needs answers before it can begin; nothing was written."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        what = "One thing in these files" if len(questions) == 1 else f"{len(questions)} things in these files"
        lines = [f"{one.sentence}\n{_options(one)}" for one in self.questions]
        says = "may say that people left, and it is not certain"
        if any(one.choices for one in questions):
            says = "is not certain" if len(questions) == 1 else "are not certain"
        super().__init__(
            f"{what} {says}. Nothing was imported.\n" + "\n".join(lines),
            fix=_explain(self.questions),
        )


def _options(question: Question) -> str:
    """The option that does no harm; of columns of addresses each may be the one."""
    if not question.choices:
        return f"    {question.option(question.safe)}"
    return "\n".join(f"    {question.option(answer)}   {what}" for answer, what in question.choices)


def _explain(questions: Sequence[Question]) -> str:
    """What else can be answered, in words: the options above are those that mail nobody who may have left."""
    parts = ["Repeat the command with these options, which mail nobody who may have left, or with what is so."]
    if all(one.choices for one in questions):
        return "Repeat the command with the option of the right column."
    tables = (
        ("For a word", _WORD, any(one.word for one in questions)),
        ("For a column", _COLUMN, any(one.column and not one.word for one in questions)),
        ("For a file", _FILE, any(not one.column and not one.choices for one in questions)),
    )
    for what, answers, is_asked in tables:
        if is_asked:
            parts.append(f"{what}: {'; '.join(f'{name} ({meaning})' for name, meaning in answers.items())}.")
    return "\n".join(parts)


def shown(cell: str) -> str:
    """A cell as a message may hold it: one line without control characters, not too long."""
    text = typed(cell)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def typed(cell: str) -> str:
    """A word as an option may hold it: one line without control characters, as much as words are compared by."""
    return printable_line(cell)[:_TYPED]


def masked(email: str) -> str:
    """An address of which enough is seen to find its row; "" for anything else."""
    local, at, domain = shown(email).rpartition("@")
    return f"{local[:1]}…@{domain}" if at and local else ""


assert set(_COLUMN) == {*KINDS, "ignore"} and set(_WORD) == set(WORDS)
