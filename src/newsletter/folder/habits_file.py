"""What is remembered of how a source sets its quotes: `habits.toml`, one `[[habit]]` each, to be read and deleted by anybody."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.folder.text_files import read_text, toml_string, write_over
from newsletter.words.mistake import Mistake, Place

FILE = "habits.toml"
# Decided so often in the same way, it is offered to be remembered.
OFFERED_AFTER = 2
_FIX = 'Write each as:\n[[habit]]\nsource = "Ines"\nsign = "indented"\nwhose = "ours"\ntimes = 2\nremembered = true'
_KINDS = {"source": str, "sign": str, "whose": str, "times": int, "remembered": bool}
_HEAD = """\
# How often editors decided otherwise about whose words a paragraph is, by the source of the text and what was seen in it.
# Only what is remembered counts. Any of it may be deleted.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """In texts of `source` a paragraph that has `sign` is a quote, or ours: editors turned it over so `times` times.

    `source` is the byline of the texts, else the site that they are from; "" is for texts that have neither. `sign` is
    a name of the table of signs (`collect/voices/signs.py`). Only one that is remembered counts when a text is told
    apart.
    """

    source: str
    sign: str
    is_quote: bool
    times: int = 1
    is_remembered: bool = False

    @property
    def is_offered(self) -> bool:
        return self.times >= OFFERED_AFTER and not self.is_remembered

    def is_about(self, other: Habit) -> bool:
        """Whether both say the same thing, however often."""
        return (self.source, self.sign, self.is_quote) == (other.source, other.sign, other.is_quote)


@dataclass(frozen=True, slots=True)
class HabitFile:
    """The habits of the newsletter in `directory`, where `newsletter.toml` lies."""

    directory: Path

    def list_habits(self) -> Sequence[Habit]:
        """In the order of the file. Raises Mistake."""
        path = self.directory / FILE
        if not path.exists():
            return ()
        try:
            table = tomllib.loads(read_text(path, FILE, room=self.directory.resolve()))
        except tomllib.TOMLDecodeError as error:
            raise Mistake(f"This is not valid TOML: {error}.", fix=_FIX, place=Place(FILE)) from error
        rows = table.get("habit", [])
        if set(table) - {"habit"} or not isinstance(rows, list):
            raise Mistake("This file holds habits and nothing else.", fix=_FIX, place=Place(FILE))
        return tuple(_habit(row) for row in rows)

    def list_remembered(self) -> Sequence[Habit]:
        return [habit for habit in self.list_habits() if habit.is_remembered]

    def count(self, decided: Iterable[Habit], *, by: int = 1) -> None:
        """Count decisions, or with -1 take them back; one that nobody holds to any more leaves the file."""
        habits = list(self.list_habits())
        for one in decided:
            at = next((n for n, habit in enumerate(habits) if habit.is_about(one)), None)
            if at is not None:
                habits[at] = replace(habits[at], times=max(0, habits[at].times + by))
            elif by > 0:
                habits.append(one)
        self._write(habits)

    def remember(self, habit: Habit) -> None:
        """From now on it counts."""
        self._write([replace(one, is_remembered=True) if one.is_about(habit) else one for one in self.list_habits()])

    def forget(self, habit: Habit) -> None:
        self._write([one for one in self.list_habits() if not one.is_about(habit)])

    def _write(self, habits: Sequence[Habit]) -> None:
        kept = [habit for habit in habits if habit.times or habit.is_remembered]
        if list(self.list_habits()) != kept:
            write_over(self.directory / FILE, "\n".join([_HEAD, *map(_block, kept)]))


def _habit(row: object) -> Habit:
    is_whole = isinstance(row, dict) and row.keys() == _KINDS.keys()
    if not is_whole or not all(type(row[key]) is kind for key, kind in _KINDS.items()):  # type: ignore[index]
        raise Mistake("A habit has a source, a sign, and so on.", fix=_FIX, place=Place(FILE))
    return Habit(
        source=row["source"],  # type: ignore[index]
        sign=row["sign"],  # type: ignore[index]
        is_quote=row["whose"] == "theirs",  # type: ignore[index]
        times=row["times"],  # type: ignore[index]
        is_remembered=row["remembered"],  # type: ignore[index]
    )


def _block(habit: Habit) -> str:
    return (
        f"[[habit]]\nsource = {toml_string(habit.source)}\nsign = {toml_string(habit.sign)}\n"
        f'whose = "{"theirs" if habit.is_quote else "ours"}"\ntimes = {habit.times}\n'
        f"remembered = {'true' if habit.is_remembered else 'false'}\n"
    )
