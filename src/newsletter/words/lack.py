"""A lack: something that mail to real readers can't go without, and that nobody has set. All but sending does without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.words.mistake import Mistake, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """`setting` is its key in the settings; `message` says what is missing and what that means, `fix` what to do."""

    setting: str
    message: str
    fix: str
    place: Place | None = None


def refusal(lacks: Sequence[Lack]) -> Mistake | None:
    """Why nothing is sent, naming everything that is missing; None where nothing is."""
    if not lacks:
        return None
    if len(lacks) == 1:
        return Mistake(lacks[0].message, fix=lacks[0].fix, place=lacks[0].place)
    return Mistake(" ".join(lack.message for lack in lacks), fix="\n".join(lack.fix for lack in lacks))
