"""What an import was asked to do, and what became of every row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from newsletter.readers.rows import ReaderChange
from newsletter.words.subscriber import SubscriptionStatus

# Enough to look through; a million would not be read, and would not fit.
MOST_CHANGES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the one who imports declares. `columns` maps header names to fields; `consent` is kept as the proof.

    `source` names the format of the files, where it is not to be told by the columns. `run` is the import's number,
    under which it can be taken back; None where it can't. With `only`, none but these members of archives are read.
    """

    list_name: str
    status: SubscriptionStatus = SubscriptionStatus.PENDING
    consent: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    source: str | None = None
    dry_run: bool = False
    run: int | None = None
    only: Collection[str] | None = None


class Problem(NamedTuple):
    """A row that put nobody on the list, and why. `line` is where it begins, from 1."""

    file: str
    line: int
    reason: str


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """`rows` is the sum of the five counts below it; each row of the last two has its problem.

    `notes` are sentences about files. `changes` are what a dry run found it would do, the first `MOST_CHANGES` of them.
    """

    rows: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    suppressed: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changes: list[ReaderChange] = field(default_factory=list, compare=False)

    def add(self, other: ImportReport) -> None:
        """Take in the report of more rows."""
        self.rows += other.rows
        self.added += other.added
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.suppressed += other.suppressed
        self.rejected += other.rejected
        self.problems += other.problems
        self.notes += other.notes
        self.changes += other.changes[: MOST_CHANGES - len(self.changes)]

    def reject(self, file: str, line: int, reason: str) -> None:
        """Count a row that cannot be used."""
        self.rows += 1
        self.rejected += 1
        self.problems.append(Problem(file, line, reason))

    def leave_out(self, file: str, line: int, reason: str) -> None:
        """Count a person who is not to be mailed."""
        self.rows += 1
        self.suppressed += 1
        self.problems.append(Problem(file, line, reason))
