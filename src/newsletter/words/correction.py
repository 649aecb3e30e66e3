"""A correction of an issue that went out, and the number under which its mail stands in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# The mail of a correction is an issue of its own to the ledger, so that each of its promises holds for it as it stands.
# Issues of people are counted from 1, or called by their date, 20261203. Addresses of pages take nine digits.
_FIRST, _LAST = 900_000_000, 999_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """`digest` names the words that hold from now on, `replaces` those that held before.

    `note` is one plain sentence for readers: what was wrong. `number` counts the corrections of this issue from 1.
    """

    id: int
    issue: int
    number: int
    digest: str
    replaces: str
    note: str
    by: str
    at: datetime

    @property
    def mail(self) -> int:
        """The number of its mail in the ledger."""
        return _FIRST + self.id


def correction_of(issue: int) -> int | None:
    """The id of the correction whose mail has this number; None for an issue."""
    return issue - _FIRST if _FIRST <= issue <= _LAST else None


def numbers_of_mails() -> tuple[int, int]:
    """The lowest and the highest number that the mail of a correction can have."""
    return _FIRST, _LAST
