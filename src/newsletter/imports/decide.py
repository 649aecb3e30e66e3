"""From what stands in columns to how they are read, or to what has to be asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsletter.imports.columns.cell_words import (
    KNOWN,
    NotAReader,
    is_date,
    is_link,
    is_plainly_leaving,
    is_yes_or_no,
    leaving,
    truth,
    word_of,
)
from newsletter.imports.columns.column_names import Surety
from newsletter.imports.columns.columns import Columns
from newsletter.imports.columns.header_words import PLACE
from newsletter.imports.columns.regions import REGIONS
from newsletter.imports.columns.spelling import normalise
from newsletter.imports.open_file import Opened
from newsletter.imports.questions import Question, masked, shown, typed
from newsletter.imports.status_columns import ColumnKind, ColumnReading, StatusReader
from newsletter.imports.survey import ColumnTally, Example, Survey
from newsletter.words.subscriber import SuppressionReason

# More words than these are not asked about one by one.
_MOST_ASKED = 12
_LONGEST_CODE = 3
# Beside a right one, a left one is a hand or a page.
_SIDES = frozenset({"left", "right", "both"})


def decide_columns(file: Opened, found_in: Survey) -> tuple[Columns, list[Question]]:
    """The columns with those that say who left, and what is not certain. A file of people who are gone asks nothing."""
    found: list[tuple[int, ColumnReading]] = []
    questions: list[Question] = []
    telling: set[int] = set()
    has_place = any(PLACE.search(normalise(title)) for title in file.header)
    for tally in found_in.tallies:
        reading, asked = _judge(tally, file, has_place=has_place)
        if reading is None and found_in.has_broken and not tally.is_many:
            reading = _in_broken_rows(tally)
        questions += asked
        if reading is not None:
            found.append((tally.candidate.at, reading))
            if tally.candidate.guess.surety is Surety.SURE and reading.kind is not ColumnKind.MENTION:
                telling.add(tally.candidate.at)
    custom = tuple((name, at) for name, at in file.columns.custom if at not in telling)
    kept = {name for name, _ in custom}
    columns = replace(
        file.columns,
        status_at=tuple(at for at, _ in found),
        status_reader=StatusReader([reading for _, reading in found]),
        custom=custom,
        renamed=tuple(one for one in file.columns.renamed if one[1] in kept),
    )
    return columns, [] if file.columns.everyone is not None else questions


def _in_broken_rows(tally: ColumnTally) -> ColumnReading:
    """Rows that can't be read are not in the tally, and may be the only ones that say it."""
    is_sure = tally.candidate.guess.surety is Surety.SURE and not tally.filled
    return tally.reading if is_sure else replace(tally.reading, kind=ColumnKind.MENTION)


def _judge(tally: ColumnTally, file: Opened, *, has_place: bool) -> tuple[ColumnReading | None, list[Question]]:
    """How the column is read, None where it says nothing; and the words in it that nobody knows."""
    surety, filled = tally.candidate.guess.surety, tally.filled
    if not filled and not tally.is_many:
        return (tally.reading if tally.reading.kind is ColumnKind.JOINED_FILLED else None), []
    if all(is_link(one.cell) or "@" in one.cell for one in filled):
        return None, []
    if tally.reading.kind is ColumnKind.MENTION:
        return _mentioned(tally, file)
    if surety is Surety.KEPT:
        words = {**{word_of(one.cell): None for one in tally.unknown.values()}, **tally.reading.words}
        if tally.is_many and tally.unknown:
            return replace(tally.reading, kind=ColumnKind.MENTION), []
        return replace(tally.reading, words=words), []
    if surety is Surety.SURE:
        return _with_blank(tally), _ask_words(tally, file, list(tally.unknown.values()))
    if surety is Surety.ASKED:
        if all(truth(one.cell) is False for one in filled):
            return None, []
        return tally.reading, [_question(tally, file, filled[0], safe=tally.reading.kind.value)]
    if surety is Surety.PLACE:
        return _place(tally, file, has_place=has_place)
    return _soft(tally, file)


def _mentioned(tally: ColumnTally, file: Opened) -> tuple[ColumnReading | None, list[Question]]:
    """A column of any name: where some cells plainly say that people left, and most others are of that sort too."""
    if not any(tally.reading.read(one.cell) for one in tally.filled) and not tally.reading.words:
        return None, []
    if {word_of(one.cell) for one in tally.filled} <= _SIDES and len(tally.filled) > 1:
        return None, []
    unknown = _unknown(tally)
    if tally.is_many or len(unknown) * 2 > len(tally.filled):
        return tally.reading, []
    return replace(tally.reading, kind=ColumnKind.STATUS), _ask_words(tally, file, unknown)


def _soft(tally: ColumnTally, file: Opened) -> tuple[ColumnReading | None, list[Question]]:
    """A name that may mean many things: its cells have to speak of leaving, or be yes and no where that is asked for."""
    if tally.reading.kind is ColumnKind.STATUS:
        if not any(_says_leaving(one.cell) for one in tally.filled) and not tally.reading.words:
            return None, []
        unknown = _unknown(tally)
        if tally.is_many or len(unknown) * 2 > len(tally.filled):
            return replace(tally.reading, words={word_of(one.cell): None for one in unknown}), []
        return tally.reading, _ask_words(tally, file, unknown)
    if any(one.cell.strip().isdecimal() and one.cell.strip() not in {"0", "1"} for one in tally.filled):
        # It counts something.
        return None, []
    words = tally.reading.words
    told = [one for one in tally.filled if is_yes_or_no(one.cell) or _is_status(one.cell) or word_of(one.cell) in words]
    if tally.is_many or not told:
        return None, []
    unknown = [one for one in tally.filled if one not in told and not is_date(one.cell)]
    return (_with_blank(tally), []) if not unknown else (tally.reading, _ask_words(tally, file, unknown))


def _place(tally: ColumnTally, file: Opened, *, has_place: bool) -> tuple[ColumnReading | None, list[Question]]:
    """A state: of a subscription where its words say so, of a country where others say that."""
    unknown = _unknown(tally)
    if len(unknown) < len(tally.filled):
        return tally.reading, _ask_words(tally, file, unknown)
    is_region = has_place or all(
        (len(one.cell.strip()) <= _LONGEST_CODE and one.cell.strip().isalpha()) or word_of(one.cell) in REGIONS
        for one in tally.filled
    )
    if is_region or len(tally.filled) > _MOST_ASKED:
        return None, []
    return tally.reading, [_question(tally, file, tally.filled[0], safe=ColumnKind.STATUS.value)]


def _with_blank(tally: ColumnTally) -> ColumnReading:
    """Where others have a yes, and nobody a no, an empty cell is the no: boxes are written so."""
    if tally.reading.kind is not ColumnKind.JOINED_TRUE or tally.is_many:
        return tally.reading
    has_yes = any(is_yes_or_no(one.cell) and truth(one.cell) for one in tally.filled)
    has_no = any(truth(one.cell) is False for one in tally.filled)
    return replace(tally.reading, blank=NotAReader.NEVER) if has_yes and not has_no else tally.reading


def _unknown(tally: ColumnTally) -> list[Example]:
    """The cells that are no words for a status, and of which nobody has said what they mean."""
    return [one for one in tally.filled if not _is_status(one.cell) and word_of(one.cell) not in tally.reading.words]


def _is_status(cell: str) -> bool:
    """Whether a cell is a word for a status, other than yes or no."""
    word = word_of(cell)
    return word in KNOWN or (leaving(word) is not None and len(word) <= 40)


def _says_leaving(cell: str) -> bool:
    word = word_of(cell)
    return isinstance(KNOWN.get(word), SuppressionReason) or is_plainly_leaving(cell)


def _ask_words(tally: ColumnTally, file: Opened, unknown: Sequence[Example]) -> list[Question]:
    first = sorted(unknown, key=lambda one: one.line)[:_MOST_ASKED]
    return [_question(tally, file, one, safe="left", word=typed(one.cell)) for one in first]


def _question(tally: ColumnTally, file: Opened, example: Example, *, safe: str, word: str = "") -> Question:
    return Question(
        file=file.source.name,
        column=tally.candidate.name,
        word=word,
        safe=safe,
        line=example.line,
        email=masked(example.email),
        cell=shown(example.cell),
        n_rows=example.n_rows,
    )
