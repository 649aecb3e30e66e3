"""The people of some rows, until they are written in one go."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.consent.membership_sql import Membership
from newsletter.imports.report import MOST_CHANGES, ImportOptions, ImportReport
from newsletter.imports.rows import Departure
from newsletter.readers.rows import ReaderRow
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


class Batch:
    """Rows of one file on their way into the store; what becomes of them goes to the report."""

    def __init__(self, file: str, options: ImportOptions, report: ImportReport) -> None:
        self._file = file
        self._options = options
        self._report = report
        self._joining: dict[str, tuple[int, ReaderRow]] = {}
        self._gone: list[tuple[str, SuppressionReason]] = []

    def __len__(self) -> int:
        return len(self._joining) + len(self._gone)

    def add(self, line: int, key: str, person: ReaderRow) -> None:
        """Take the person of this address key, which joins at most once in a file."""
        self._joining[key] = (line, person)

    def leave_out(self, line: int, person: Departure) -> None:
        """Take someone whom the file calls gone."""
        self._gone.append((person.email, person.reason))
        why = f"The file says that this address must not be mailed: {_WHY[person.reason]}."
        self._report.leave_out(self._file, line, why)

    def block(self, people: Sequence[Departure]) -> None:
        """Take people of a row that is reported elsewhere."""
        self._gone += [(person.email, person.reason) for person in people]

    def write(self, membership: Membership) -> None:
        """Write what there is. Empties the batch."""
        options = self._options
        if self._gone and not options.dry_run:
            membership.suppress_many(self._gone, run=options.run)
        if self._joining:
            joined = membership.join(
                options.list_name,
                [row for _, row in self._joining.values()],
                status=options.status,
                consent=options.consent,
                dry_run=options.dry_run,
                run=options.run,
            )
            n_joined = len(joined.added) + len(joined.updated) + len(joined.unchanged)
            self._report.rows += n_joined
            self._report.added += len(joined.added)
            self._report.updated += len(joined.updated)
            self._report.unchanged += len(joined.unchanged)
            self._report.changes += joined.changes[: MOST_CHANGES - len(self._report.changes)]
            for key, reason in joined.suppressed.items():
                self._report.leave_out(self._file, self._joining[key][0], explain_suppressed(reason))
            for why, keys in ((ERASED, joined.erased), (MOVED, joined.moved)):
                for key in sorted(keys):
                    self._report.leave_out(self._file, self._joining[key][0], why)
        self._joining.clear()
        self._gone.clear()


def explain_suppressed(reason: SuppressionReason | None) -> str:
    """Why a person was not put on a list. None: their subscription to it has ended."""
    if reason is None:
        return "This person left the list. Only their own sign-up can bring them back."
    if reason is SuppressionReason.UNSUBSCRIBE:
        return "This person left the list and every other. Only their own sign-up can bring them back."
    return f"This address is on the do-not-mail list: {_WHY[reason]}."
