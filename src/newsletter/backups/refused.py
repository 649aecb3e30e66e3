"""What every place for backups has in common: a file that lies there, and how a refusal is said."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from newsletter.words.mistake import Mistake, Unreachable

WRITING = "write there"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayFile:
    """`size` is in bytes."""

    name: str
    size: int


def refused(message: str, fix: str) -> Unreachable:
    return Unreachable(message, fix=fix)


def silent(server: str, seconds: float) -> Unreachable:
    return Unreachable(
        f"{server} gave no answer within {seconds:.0f} seconds.", fix="Try again later; look whether it is overloaded."
    )


def library_is_there(name: str, what: str) -> None:
    """Raises Mistake where this installation can't do it."""
    if importlib.util.find_spec(name) is None:
        raise Mistake(
            f"The library that speaks {what} is not installed on this machine.",
            fix="Let whoever looks after the machine install newsletter[away]; in a checkout: make setup.",
        )
