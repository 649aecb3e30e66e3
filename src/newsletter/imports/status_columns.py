"""What a row says about the person's wish to be mailed: other systems export those who left beside those who stay."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from newsletter.imports.columns.cell_words import (
    KNOWN,
    NotAReader,
    RowStatus,
    is_date,
    is_nothing,
    is_plainly_leaving,
    is_withdrawn,
    is_yes_or_no,
    leaving,
    truth,
    word_of,
)
from newsletter.imports.columns.spelling import words_in
from newsletter.words.subscriber import STRONGEST_FIRST, SubscriptionStatus, SuppressionReason

_LEFT, _ACTIVE = SuppressionReason.UNSUBSCRIBE, SubscriptionStatus.ACTIVE
# Between tags, groups and lists of one cell.
_BETWEEN = re.compile(r"[,;|]")
# RFC 3463: a mail server's permanent refusal.
_PERMANENT = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")


class UnknownStatus(ValueError):
    """A column that tells who left holds a word that might mean anything; nobody is put on a list on a guess."""


class ColumnKind(StrEnum):
    """How the cells of a column say who left; the values are what `--map` calls it, where it can be asked for."""

    STATUS = "status"
    LEFT_FILLED = "left-where-filled"
    LEFT_TRUE = "left-where-true"
    JOINED_TRUE = "joined-where-true"
    CONSENT = "consent"
    # Of these only we speak: not confirmed is pending, on no list is no reader, and a mention counts where it is plain.
    CONFIRMED = "confirmed-where-true"
    JOINED_FILLED = "joined-where-filled"
    PENDING_TRUE = "pending-where-true"
    MENTION = "mention"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReading:
    """How one column is read. `reason` is what leaving means in it; `words` are those said for it, over all others.

    `blank` is what an empty cell says.
    """

    kind: ColumnKind
    reason: SuppressionReason = _LEFT
    words: Mapping[str, RowStatus] = field(default_factory=dict)
    blank: RowStatus = None

    def read(self, cell: str) -> RowStatus:
        """What one cell says. Raises UnknownStatus with the cell where nobody knows."""
        word = word_of(cell)
        if word in self.words:
            return self.words[word]
        if is_nothing(cell):
            return NotAReader.NEVER if self.kind is ColumnKind.JOINED_FILLED else self.blank
        return _READ[self.kind](self, cell.strip(), word)

    def _status(self, cell: str, word: str) -> RowStatus:
        if _PERMANENT.match(cell):
            return SuppressionReason.HARD_BOUNCE
        return _known(cell, word)

    def _left_filled(self, cell: str, word: str) -> RowStatus:
        if truth(cell) is False or KNOWN.get(word) is _ACTIVE:
            return None
        said = KNOWN.get(word) or leaving(word)
        return said if isinstance(said, SuppressionReason) and said is not _LEFT else self.reason

    def _left_true(self, cell: str, word: str) -> RowStatus:
        said = truth(cell)
        if said is None and word.isdecimal():
            said = int(word) > 0
        if said is None:
            known = _known(cell, word)
            return known if isinstance(known, SuppressionReason) else None
        return self.reason if said else None

    def _joined_true(self, cell: str, word: str) -> RowStatus:
        said = truth(cell)
        return _known(cell, word) if said is None else _ACTIVE if said else self.reason

    def _consent(self, cell: str, word: str) -> RowStatus:
        if is_withdrawn(word):
            return self.reason
        if is_date(cell) or truth(cell) or not word.isalpha() or " " in word or word in _PROOFS:
            return _ACTIVE if truth(cell) and not is_date(cell) else None
        return _known(cell, word)

    def _confirmed(self, cell: str, word: str) -> RowStatus:
        said = KNOWN.get(word) or leaving(word)
        if isinstance(said, SuppressionReason):
            return said
        return SubscriptionStatus.PENDING if truth(cell) is False or said is SubscriptionStatus.PENDING else None

    def _joined_filled(self, cell: str, word: str) -> RowStatus:
        return None

    def _pending_true(self, cell: str, word: str) -> RowStatus:
        return SubscriptionStatus.PENDING if truth(cell) else None

    def _mention(self, cell: str, word: str) -> RowStatus:
        for part in _BETWEEN.split(cell):
            if is_plainly_leaving(part):
                said = KNOWN.get(word_of(part)) or leaving(word_of(part))
                return said if isinstance(said, SuppressionReason) else None
        return None


_READ = {
    ColumnKind.STATUS: ColumnReading._status,
    ColumnKind.LEFT_FILLED: ColumnReading._left_filled,
    ColumnKind.LEFT_TRUE: ColumnReading._left_true,
    ColumnKind.JOINED_TRUE: ColumnReading._joined_true,
    ColumnKind.CONSENT: ColumnReading._consent,
    ColumnKind.CONFIRMED: ColumnReading._confirmed,
    ColumnKind.JOINED_FILLED: ColumnReading._joined_filled,
    ColumnKind.PENDING_TRUE: ColumnReading._pending_true,
    ColumnKind.MENTION: ColumnReading._mention,
}
# Single words that tell where a consent comes from.
_PROOFS = words_in("""
form|website|web|site|signup|import|imported|paper|event|checkout|shop|store|api|admin|manual|landing|popup
facebook|single|double|written|online|formular|webseite|messe|formulaire|formulario|modulo|formulier
""")


def _known(cell: str, word: str) -> RowStatus:
    """A word for a status. Of those who left it is enough that the words speak of it."""
    if word in KNOWN:
        return KNOWN[word]
    if truth(cell) is not None and is_yes_or_no(cell) and not word.isdecimal():
        return _ACTIVE if truth(cell) else _LEFT
    said = leaving(word)
    if said is None:
        raise UnknownStatus(cell)
    return said


class StatusReader:
    """Reads what the columns of a row say together."""

    def __init__(self, readings: Sequence[ColumnReading] = ()) -> None:
        self._readings = readings
        # Such columns have a handful of different cells, however many rows.
        self._known = lru_cache(maxsize=4096)(self._together)

    def of(self, cells: tuple[str, ...]) -> RowStatus:
        """What the columns say together. The most protective wins.

        Raises UnknownStatus where a status can't be read and nothing else says that the person left.
        """
        said, unknown = self._known(cells)
        if unknown:
            raise UnknownStatus(unknown)
        return said

    def _together(self, cells: tuple[str, ...]) -> tuple[RowStatus, str]:
        """The strongest that is said, or the cell that nobody can read."""
        said: set[RowStatus] = set()
        unknown = ""
        for reading, cell in zip(self._readings, cells, strict=True):
            try:
                said.add(reading.read(cell))
            except UnknownStatus as word:
                unknown = str(word)
        for reason in (*STRONGEST_FIRST, SubscriptionStatus.ENDED):
            if reason in said:
                return reason, ""
        weaker = (NotAReader.NEVER, SubscriptionStatus.PENDING, _ACTIVE)
        return next((status for status in weaker if status in said), None), unknown
