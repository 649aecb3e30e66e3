"""Something about an issue that readers would notice, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from newsletter.words.mistake import Place


class Severity(StrEnum):
    """An error stops `send` unless it is told otherwise; a warning is for the author to weigh; a note says what is so.

    Something that could not be checked is a note: it is neither right nor wrong.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A change of one line that mends a finding: at `place`, `old` becomes `new`.

    With `new` None the whole line goes. `is_sure` where the text then says the same to readers; otherwise it is a
    proposal, for its author to look at.
    """

    place: Place
    old: str
    new: str | None
    is_sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a question is answered with one press, on a button that says `press`.

    `note` goes out of `checks:` in the post; without one, a waiver of the finding is written into the issue. What is asked
    `at_words` is answered where the words of the post stand, paragraph by paragraph.
    """

    press: str
    note: str = ""
    at_words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`message` says what it is, `why` what it does to readers, `fix` how to mend it. `code` is stable, for scripts.

    A page says `shown` and `shown_fix`: `on_page` and `fix_on_page` where the command line's words name a file, a line, a
    key or a command, which people who edit and do not program have no use for.

    `post` is the slug of the post it is about, `url` the address. `mend` is there where the fix is plain. `waived` is the
    reason that the author gave for leaving it as it is. One that `is_firm` stops a sending even where findings are passed
    over: only a waiver in the issue lets it through. One with an `answer` is a question to a person: nobody can approve the
    issue before it is answered, and a sending it does not stop.
    """

    code: str
    severity: Severity
    place: Place
    message: str
    fix: str
    why: str = ""
    post: str | None = None
    url: str | None = None
    mend: Mend | None = None
    waived: str | None = None
    is_firm: bool = False
    answer: Answer | None = None
    on_page: str = ""
    fix_on_page: str = ""

    @property
    def shown(self) -> str:
        return self.on_page or self.message

    @property
    def shown_fix(self) -> str:
        return self.fix_on_page or self.fix

    @property
    def counts(self) -> bool:
        """Whether it is to be dealt with: not waived, and more than a note."""
        return self.waived is None and self.severity is not Severity.NOTE


def that_ask(findings: Iterable[Finding]) -> list[Finding]:
    """Those that have to be answered before anybody can approve the issue."""
    return [one for one in findings if one.answer is not None and one.counts]


def that_stop(findings: Iterable[Finding], *, despite: bool) -> list[Finding]:
    """The errors that stop a sending; with `despite`, where its owner said to send anyway, only the firm ones."""
    errors = (one for one in findings if one.severity is Severity.ERROR and one.counts)
    return [one for one in errors if one.is_firm or not despite]
