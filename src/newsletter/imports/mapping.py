"""What `--map` may say: what a column is, how it tells who left, what a word in it means, and who is in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from newsletter.imports.columns.cell_words import RowStatus, word_of
from newsletter.imports.columns.spelling import normalise
from newsletter.imports.status_columns import ColumnKind
from newsletter.words.mistake import Mistake
from newsletter.words.plain import printable_line
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

KINDS = {
    kind.value: kind
    for kind in (
        ColumnKind.LEFT_FILLED,
        ColumnKind.LEFT_TRUE,
        ColumnKind.JOINED_TRUE,
        ColumnKind.CONSENT,
        ColumnKind.STATUS,
    )
}
"""What a column can be called that tells who left; `consent` is one of our fields as well."""

WORDS: Mapping[str, RowStatus] = {
    "left": SuppressionReason.UNSUBSCRIBE,
    "bounced": SuppressionReason.HARD_BOUNCE,
    "complained": SuppressionReason.COMPLAINT,
    "blocked": SuppressionReason.MANUAL,
    "pending": SubscriptionStatus.PENDING,
    "joined": SubscriptionStatus.ACTIVE,
    "ignore": None,
}
"""What a word in such a column, or everybody in a file, can be said to mean."""

IGNORE = frozenset({"-", "ignore"})
FILE = "file:"
ADDRESS = "address-in:"
"""What stands before a file's name where it is said which column has the addresses: `address-in:a.csv=column 2`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """What is said about the columns of one file, by position: `fields` are the names typed, `words` by column and word."""

    fields: Mapping[int, str] = field(default_factory=dict)
    words: Mapping[int, Mapping[str, RowStatus]] = field(default_factory=dict)


def asked_of(header: Sequence[str], said: Mapping[str, str]) -> tuple[ColumnMap, set[str]]:
    """What `said` means for this header, and the parts of it that name a column of the header.

    Raises Mistake where a word is said to mean what no word can.
    """
    positions: dict[str, list[int]] = {}
    for position, title in enumerate(header):
        positions.setdefault(normalise(title) or normalise(column_name(header, position)), []).append(position)
    for position in range(len(header)):
        # Of columns that have one name, each can be meant.
        positions.setdefault(f"column {position + 1}", [position])
    fields: dict[int, str] = {}
    words: dict[int, dict[str, RowStatus]] = {}
    used: set[str] = set()
    for left, meaning in said.items():
        if left.startswith((FILE, ADDRESS)):
            continue
        column, word = _apart(left, positions)
        if column is None:
            continue
        used.add(left)
        # Columns of one name all tell who left, or none does; a field has one column.
        tells = word is not None or meaning.strip() in KINDS or meaning.strip() in IGNORE
        for at in positions[column] if tells else positions[column][:1]:
            if word is None:
                fields[at] = meaning.strip()
            else:
                words.setdefault(at, {})[word_of(word.strip())] = _meaning(left, meaning)
    return ColumnMap(fields=fields, words=words), used


def with_address(said: Mapping[str, str], name: str) -> Mapping[str, str]:
    """`said` with the column that has the addresses of the file of this name said as other columns are."""
    told = {meaning: "email" for left, meaning in said.items() if left in {f"{ADDRESS}{name}", address_option(name)}}
    return {**said, **told}


def address_option(name: str) -> str:
    """What stands before the equals sign where it is said which column has the addresses."""
    return f"{ADDRESS}{short_name(name)}"


def asked_of_file(name: str, said: Mapping[str, str]) -> tuple[str | None, set[str]]:
    """What is said about everybody in the file of this name, as typed in `WORDS`, and the parts of `said` that say it."""
    short = short_name(name)
    for left, meaning in said.items():
        if left.startswith(FILE) and left[len(FILE) :].strip() in {name, short}:
            if meaning.strip() not in IGNORE:
                _meaning(left, meaning)
            return "ignore" if meaning.strip() in IGNORE else meaning.strip(), {left}
    return None, set()


def short_name(name: str) -> str:
    """What a file, or a piece of one, is called without where it is: `export.zip: a.csv` is a.csv."""
    return PurePath(name.rpartition(": ")[2]).name


def column_name(header: Sequence[str], position: int) -> str:
    """The header as it can be typed; one that is empty goes by its place."""
    title = printable_line(header[position])
    return title if normalise(title) else f"column {position + 1}"


def _apart(left: str, positions: Mapping[str, Sequence[int]]) -> tuple[str | None, str | None]:
    """The column and the word that are meant; a column's own name may hold a colon."""
    if normalise(left) in positions:
        return normalise(left), None
    parts = left.split(":")
    for number in range(len(parts) - 1, 0, -1):
        column = normalise(":".join(parts[:number]))
        if column in positions:
            return column, ":".join(parts[number:])
    return None, None


def _meaning(left: str, meaning: str) -> RowStatus:
    said = "ignore" if meaning.strip() == "-" else meaning.strip().lower()
    if said not in WORDS:
        raise Mistake(
            f"--map {left}={meaning} does not say what becomes of them.", fix=f"It can be: {', '.join(WORDS)}."
        )
    return WORDS[said]
