"""The people of some rows, until they are written in one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection

from newsletter.consent.membership_sql import Membership
from newsletter.imports.report import MOST_CHANGES, ImportOptions, ImportReport
from newsletter.imports.rows import Departure
from newsletter.readers.rows import JoinResult, ReaderRow
from newsletter.words.subscriber import SuppressionReason

_WHY = {
    SuppressionReason.HARD_BOUNCE: "mail to it bounced",
    SuppressionReason.COMPLAINT: "the person complained",
    SuppressionReason.UNSUBSCRIBE: "the person unsubscribed",
    SuppressionReason.INVALID: "it is not a working address",
    SuppressionReason.MANUAL: "it was blocked by hand",
}
ERASED = "This person asked to be forgotten. Only their own sign-up can bring them back."
MOVED = "Its reader has given this address up for another one. Only their own sign-up brings it back."


# One transaction each: long enough to be fast, short enough that an unsubscribe never waits for it.
MOST_ROWS = 2_000

Note = Callable[[Connection, ImportReport], None]
"""Called in the transaction that writes a batch, with what came of it. What it raises undoes the batch."""


@dataclass(slots=True)
class Batch:
    """Rows of one file on their way into the database, written in one transaction; `report` has those that put nobody on the list."""

    file: str
    n_rows: int = 0
    report: ImportReport = field(default_factory=ImportReport)
    joining: dict[str, tuple[int, ReaderRow]] = field(default_factory=dict)
    gone: list[tuple[str, SuppressionReason]] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return self.n_rows >= MOST_ROWS

    def add(self, line: int, key: str, person: ReaderRow) -> None:
        """Take the person of this address key, which joins at most once in a file."""
        self.joining[key] = (line, person)
        self.n_rows += 1

    def reject(self, line: int, why: str) -> None:
        """Take a row that cannot be used."""
        self.report.reject(self.file, line, why)
        self.n_rows += 1

    def leave_out(self, line: int, why: str) -> None:
        """Take a person who is not to be mailed."""
        self.report.leave_out(self.file, line, why)
        self.n_rows += 1

    def depart(self, line: int, person: Departure) -> None:
        """Take someone whom the file calls gone."""
        self.gone.append((person.email, person.reason))
        self.leave_out(line, f"The file says that this address must not be mailed: {_WHY[person.reason]}.")

    def block(self, people: Sequence[Departure]) -> None:
        """Take people of a row that is reported elsewhere."""
        self.gone += [(person.email, person.reason) for person in people]
        self.n_rows += 1

    def write(self, membership: Membership, options: ImportOptions, note: Note | None = None) -> ImportReport:
        """Write what there is, with a note in the same transaction. Returns what came of its rows."""
        if options.dry_run:
            rows = [row for _, row in self.joining.values()]
            joined = membership.join(
                options.list_name, rows, status=options.status, consent=options.consent, dry_run=True
            )
            report = self._reported(joined)
            if note:
                membership.change(partial(_noted, note=note, report=report))
            return report
        if not self.gone and not self.joining and note is None:
            return self.report
        return membership.change(partial(self._write_within, membership=membership, options=options, note=note))

    def _write_within(
        self, connection: Connection, *, membership: Membership, options: ImportOptions, note: Note | None
    ) -> ImportReport:
        if self.gone:
            membership.suppress_within(connection, self.gone, run=options.run)
        joined = JoinResult()
        if self.joining:
            joined = membership.join_within(
                connection,
                list_name=options.list_name,
                readers=[row for _, row in self.joining.values()],
                status=options.status,
                consent=options.consent,
                run=options.run,
            )
        report = self._reported(joined)
        if note:
            # Last: it locks what says how far the import is, and an erasure locks that after readers too.
            note(connection, report)
        return report

    def _reported(self, joined: JoinResult) -> ImportReport:
        """The report with what became of those who were to join. A new one: the transaction may be tried again."""
        report = ImportReport(added=len(joined.added), updated=len(joined.updated), unchanged=len(joined.unchanged))
        report.rows = report.added + report.updated + report.unchanged
        report.changes = list(joined.changes[:MOST_CHANGES])
        report.add(self.report)
        for key, reason in joined.suppressed.items():
            report.leave_out(self.file, self.joining[key][0], explain_suppressed(reason))
        for why, keys in ((ERASED, joined.erased), (MOVED, joined.moved)):
            for key in sorted(keys):
                report.leave_out(self.file, self.joining[key][0], why)
        return report


def _noted(connection: Connection, *, note: Note, report: ImportReport) -> None:
    """`note` as a transaction of its own."""
    note(connection, report)


def explain_suppressed(reason: SuppressionReason | None) -> str:
    """Why a person was not put on a list. None: their subscription to it has ended."""
    if reason is None:
        return "This person left the list. Only their own sign-up can bring them back."
    if reason is SuppressionReason.UNSUBSCRIBE:
        return "This person left the list and every other. Only their own sign-up can bring them back."
    return f"This address is on the do-not-mail list: {_WHY[reason]}."
