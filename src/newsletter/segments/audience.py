"""The readers whom a sending would reach if it were planned now, and how many it would not, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Those of these lists who would get an issue: who may be mailed `at` that time, fits the segment and has it not yet.

    Without a list it is every list; `segment` is a question, "" for everybody; `at` None is now. Without an issue, nobody
    has it.
    """

    lists: Collection[str]
    issue: int | None = None
    segment: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Readers of a list in numbers. `goes` would be planned; the others are on the list and would not be.

    Each is counted for the first reason that holds: `do_not_mail` asked not to be mailed or can't be, `pending` never
    confirmed, `rests` take a break, `unfit` do not fit the segment, `has_it` hold this issue already.
    """

    goes: int
    has_it: int
    do_not_mail: int
    rests: int
    unfit: int
    pending: int

    @property
    def left_out(self) -> Sequence[tuple[int, str]]:
        """How many are left out, and in words why, for each reason that there is."""
        each = (
            (self.do_not_mail, "are on the do-not-mail list", "is on the do-not-mail list"),
            (self.pending, "have not confirmed yet", "has not confirmed yet"),
            (self.rests, "take a break", "takes a break"),
            (self.unfit, "don't fit the segment", "doesn't fit the segment"),
            (
                self.has_it,
                "have this issue already or are about to get it",
                "has this issue already or is about to get it",
            ),
        )
        return [(n, one if n == 1 else many) for n, many, one in each if n]
