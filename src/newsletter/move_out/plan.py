"""What leaves for which system, and where it will be found there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.move_out.issues_out import LeavingIssue, NotLeaving
from newsletter.move_out.system import TargetSystem
from newsletter.readers.rows import ListRow
from newsletter.words.newsletter import Newsletter


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOut:
    """What would leave for `system`, whose address will be `new_url`. `notes` are what can't, or leaves otherwise."""

    system: TargetSystem
    newsletter: Newsletter
    new_url: str
    issues: Sequence[LeavingIssue]
    lists: Sequence[ListRow]
    notes: Sequence[NotLeaving] = ()

    @property
    def summary(self) -> str:
        """How much leaves, such as `3 issues that went out, 1 draft, 1 reader to mail`."""
        counts = ((len(self.published), "issue"), (len(self.drafts), "draft"), (self.n_readers, "reader"))
        issues, drafts, readers = (f"{n:,} {what}{'' if n == 1 else 's'}" for n, what in counts)
        return f"{issues} that went out, {drafts}, {readers} to mail"

    @property
    def published(self) -> Sequence[LeavingIssue]:
        return [one for one in self.issues if one.at]

    @property
    def drafts(self) -> Sequence[LeavingIssue]:
        return [one for one in self.issues if not one.at]

    @property
    def n_readers(self) -> int:
        return sum(row.active for row in self.lists)

    def address(self, issue: LeavingIssue) -> str:
        """Where it will be found."""
        return f"{self.new_url}{self.system.path(issue.slug)}"

    def redirects(self) -> dict[str, str]:
        """The new address of everything that readers may have a link to, by today's path."""
        moves = {f"/issues/{one.number}": self.address(one) for one in self.published}
        return {**moves, "/feed.xml": f"{self.new_url}{self.system.feed}"} if self.system.feed else moves
