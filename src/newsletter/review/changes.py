"""What each person changed in a file, one entry a sitting, from the versions of the file that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.folder.sheet import SavedVersion

# Somebody who comes back after ten minutes begins another sitting.
_SITTING = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedChange:
    """What `by` made of the version `before` until `at`: the version `after`. `by` is "" for what was found on disk.

    `before` is "" for the first version that is kept.
    """

    file: str
    by: str
    at: datetime
    before: str
    after: str


def changes_in(file: str, kept: Iterable[SavedVersion]) -> Sequence[SavedChange]:
    """The changes of a file, newest first. `kept` are its versions, newest first."""
    changes: list[SavedChange] = []
    for saved in _named(kept):
        last = changes[-1] if changes else None
        if last and last.before and last.by == saved.by and saved.at - last.at < _SITTING:
            changes[-1] = replace(last, at=saved.at, after=saved.version)
        else:
            before = last.after if last else ""
            changes.append(SavedChange(file=file, by=saved.by, at=saved.at, before=before, after=saved.version))
    return [change for change in reversed(changes) if change.before != change.after]


def _named(kept: Iterable[SavedVersion]) -> Sequence[SavedVersion]:
    """Oldest first, each version once where it is noted again: with the name of its author, who was noted first."""
    named: list[SavedVersion] = []
    for saved in reversed(list(kept)):
        if not named or named[-1].version != saved.version:
            named.append(saved)
        elif not named[-1].by:
            named[-1] = replace(named[-1], by=saved.by)
    return named
