"""What the name of a file, its sheet or its archive says of the people in it: `unsubscribed.csv`, `Abgemeldete.xlsx`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from newsletter.imports.columns import header_words as speak
from newsletter.imports.columns.column_names import Surety
from newsletter.imports.columns.columns import Columns
from newsletter.imports.columns.spelling import spaced
from newsletter.imports.mapping import WORDS, asked_of_file
from newsletter.imports.open_file import Opened, rows_of
from newsletter.imports.questions import Question
from newsletter.imports.rows import departures
from newsletter.imports.status_columns import ColumnKind
from newsletter.words.subscriber import SuppressionReason

# Mailchimp exports people who never agreed, and those put away, into files that look like the one of subscribers.
_NEVER_AGREED = "{} calls this person non-subscribed: they never agreed to get mail."
_PUT_AWAY = "{} calls this person archived: they were taken off the list there."
# "Invalid" in a name is no reason: nobody can tell what else is wrong with them.
_REASONS = speak.REASONS[:-1]
# Stands for a stem that was found.
_FOUND = "\0"
_WHY = {
    SuppressionReason.COMPLAINT: "complained",
    SuppressionReason.HARD_BOUNCE: "cannot be reached",
    SuppressionReason.MANUAL: "must not be mailed",
    SuppressionReason.UNSUBSCRIBE: "left",
}
_SAFE = {reason: name for name, reason in WORDS.items() if isinstance(reason, SuppressionReason)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a name tells: a `reason` for everybody in the file, or why it is `nobody`. Not `is_sure` where it may mean else."""

    reason: SuppressionReason | None = None
    nobody: str = ""
    is_sure: bool = True


def told_by(name: str) -> Told | None:
    """What the name of a file tells about those in it; None where it tells nothing."""
    archive, _, inside = name.rpartition(": ")
    for part in (inside, archive):
        found = _told(spaced(PurePath(part).stem)) if part else None
        if found is not None:
            return found
    return None


def _told(words: str) -> Told | None:
    if speak.NEVER_AGREED.search(words):
        return Told(nobody=_NEVER_AGREED)
    reason, rest = speak.reason_in(words, _FOUND, _REASONS)
    is_apart = speak.APART.search(words) is not None
    if reason is None and speak.PUT_AWAY.search(words):
        return Told(nobody=_PUT_AWAY, is_sure=not is_apart)
    if reason is None and not is_apart:
        return None
    if speak.PUT_AWAY.match(words):
        return Told(nobody=_PUT_AWAY)
    return Told(reason=reason or SuppressionReason.UNSUBSCRIBE, is_sure=not is_apart and _is_neutral(rest))


def _is_neutral(rest: str) -> bool:
    """Whether the other words of a name are of the sort that every export has: kinds of lists, numbers, dates."""
    words = speak.NEUTRAL.sub(" ", " ".join(word for word in rest.split() if _FOUND not in word)).split()
    return not any(word.isalpha() and len(word) > 1 for word in words)


def by_name(file: Opened, said: Mapping[str, str], notes: list[str]) -> tuple[Opened | None, Question | None, set[str]]:
    """The file as its name and `--map` say, None where it is left out; a question; and which parts of `said` were used."""
    name, columns = file.source.name, file.columns
    answer, used = asked_of_file(name, said)
    if answer == "ignore":
        notes.append(f"{name} was left out.")
        return None, None, used
    if answer is not None:
        says = WORDS[answer]
        everyone = says if isinstance(says, SuppressionReason) else columns.everyone
        return replace(file, columns=replace(columns, everyone=everyone)), None, used
    told = None if columns.everyone is not None or columns.source.is_exact or columns.nobody else told_by(name)
    if told is None:
        return file, None, used
    if told.nobody and told.is_sure:
        title = columns.source.title if columns.source.name == "mailchimp" else "The name of the file"
        return replace(file, columns=replace(columns, nobody=told.nobody.format(title))), None, used
    if _tells(columns) and _bears_out(file, told):
        return file, None, used
    if told.is_sure and told.reason and not _tells(columns):
        notes.append(f"{name}: its name says that everybody in it {_WHY[told.reason]}, so none of them is mailed.")
        return replace(file, columns=replace(columns, everyone=told.reason)), None, used
    return file, Question(file=name, safe=_SAFE[told.reason or SuppressionReason.UNSUBSCRIBE]), used


def _tells(columns: Columns) -> bool:
    """Whether columns of the file surely say who left."""
    sure = {
        one.at
        for one in columns.candidates
        if one.guess.surety is Surety.SURE and one.guess.kind is not ColumnKind.MENTION
    }
    return bool(sure & set(columns.status_at))


def _bears_out(file: Opened, told: Told) -> bool:
    """Whether the columns say what the name tells of somebody, and so can be believed of the others, or that all are gone."""
    stay = False
    for _, cells, odd in rows_of(file):
        found = departures(file.columns, cells, odd, file.source.delimiter)
        if any(one.reason is told.reason or not told.is_sure for one in found):
            return True
        stay = stay or not found
    return not stay
