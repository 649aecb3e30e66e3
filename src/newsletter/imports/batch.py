"""The people of some rows, until they are written in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class Batch:
    """Rows of one file on their way into the store; what becomes of them goes to the report."""

    file: str
    options: ImportOptions
    report: ImportReport
    joining: dict[str, tuple[int, ReaderRow]] = field(default_factory=dict)
    gone: list[tuple[str, SuppressionReason]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.joining) + len(self.gone)

    def add(self, line: int, key: str, person: ReaderRow) -> None:
        """Take the person of this address key, which joins at most once in a file."""
        self.joining[key] = (line, person)

    def leave_out(self, line: int, person: Departure) -> None:
        """Take someone whom the file calls gone."""
        self.gone.append((person.email, person.reason))
        why = f"The file says that this address must not be mailed: {_WHY[person.reason]}."
        self.report.leave_out(self.file, line, why)

    def block(self, people: Sequence[Departure]) -> None:
        """Take people of a row that is reported elsewhere."""
        self.gone += [(person.email, person.reason) for person in people]

    def write(self, membership: Membership) -> None:
        """Write what there is. Empties the batch."""
        options = self.options
        if self.gone and not options.dry_run:
            membership.suppress_many(self.gone, run=options.run)
        if self.joining:
            joined = membership.join(
                options.list_name,
                [row for _, row in self.joining.values()],
                status=options.status,
                consent=options.consent,
                dry_run=options.dry_run,
                run=options.run,
            )
            n_joined = len(joined.added) + len(joined.updated) + len(joined.unchanged)
            self.report.rows += n_joined
            self.report.added += len(joined.added)
            self.report.updated += len(joined.updated)
            self.report.unchanged += len(joined.unchanged)
            self.report.changes += joined.changes[: MOST_CHANGES - len(self.report.changes)]
            for key, reason in joined.suppressed.items():
                self.report.leave_out(self.file, self.joining[key][0], explain_suppressed(reason))
            for why, keys in ((ERASED, joined.erased), (MOVED, joined.moved)):
                for key in sorted(keys):
                    self.report.leave_out(self.file, self.joining[key][0], why)
        self.joining.clear()
        self.gone.clear()


def explain_suppressed(reason: SuppressionReason | None) -> str:
    """Why a person was not put on a list. None: their subscription to it has ended."""
    if reason is None:
        return "This person left the list. Only their own sign-up can bring them back."
    if reason is SuppressionReason.UNSUBSCRIBE:
        return "This person left the list and every other. Only their own sign-up can bring them back."
    return f"This address is on the do-not-mail list: {_WHY[reason]}."
