"""What an issue would find at its readers: who lacks a value that it asks for, and how long values are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """How many of the `n_readers` who would get an issue have no value, and one of them who lacks the most."""

    n_empty: int
    n_readers: int
    example: str
