"""Whom a sending would reach if it were planned now, and whom not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Readers of a list in numbers. `goes` would be planned; the others are on the list and would not be.

    `has_it` hold this issue already, `do_not_mail` asked not to be mailed or can't be, `rests` take a break, `unfit` do
    not fit the segment; each is counted for the first reason that holds. `pending` never confirmed.
    """

    goes: int
    has_it: int
    do_not_mail: int
    rests: int
    unfit: int
    pending: int


class Forecasts(Protocol):
    def forecast(self, issue: int, list_name: str, *, segment: str = "") -> Forecast:
        """By the rules that planning goes by. `segment` is a question; "" is the whole list."""
        ...
