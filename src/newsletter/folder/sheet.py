"""Files of the newsletter's folder as they are edited: read with their version, changed against it, never overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.words.mistake import NotNow


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file's text, with `\\n` at its line ends. `version` is the same exactly where the text is."""

    file: str
    text: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What came of an edit. `mine` is the version that has the edit alone: another than the file's where it was merged.

    An editor who typed on meanwhile goes on from `mine`, because what others wrote is not on their screen.
    """

    sheet: Sheet
    mine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedVersion:
    """A version of a file that was kept: when, and by whom ("" for what was found on disk)."""

    version: str
    at: datetime
    by: str


class Clash(NotNow):
    """Two people changed the same lines. `mine` is what was to be saved, `theirs` what stands in the file now."""

    def __init__(self, *, mine: str, theirs: Sheet) -> None:
        super().__init__(
            f"{theirs.file} was changed elsewhere in the same lines meanwhile; nothing was overwritten.",
            fix="Look at both versions, and save what is to stand.",
        )
        self.mine = mine
        self.theirs = theirs
