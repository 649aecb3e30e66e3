"""Carries a move out, or looks at what would come of it: the old issues, and the readers beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.folder.issues import IssueFiles
from newsletter.folder.pictures.images import ImageFolder
from newsletter.imports.carry_out import ImportDesk, Work, import_people
from newsletter.imports.file_import import ImportLeft
from newsletter.imports.upload import Upload, UploadFound
from newsletter.imports.upload_log_sql import UploadLog
from newsletter.move_in.export import Export
from newsletter.move_in.export_files import ExportFiles, open_export
from newsletter.move_in.move import Here, MoveIn, bring, look
from newsletter.move_in.moves_sql import Moves
from newsletter.move_in.old_systems import OLD_SYSTEMS
from newsletter.move_in.record import MoveFound, MoveRecord, found_of
from newsletter.words.issue import Issue
from newsletter.words.mistake import NotNow

GoesOn = Callable[[], bool]
# How often it is written down how far the old issues are: what was written since is found again by its mark.
_NOTED_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDesk:
    """What a move is carried out with. `here` tells which issues there are, at the moment when it is called."""

    moves: Moves
    issues: IssueFiles
    album: ImageFolder
    here: Callable[[], Here]
    zone: ZoneInfo
    now: Callable[[], datetime]


def work_on(desk: MoveDesk, move: MoveRecord) -> Work:
    """The work that is done on the files of this move, in place of an import of readers alone."""

    def work(people_desk: ImportDesk, found: Upload, entries: UploadLog, folder: Path, goes_on: GoesOn) -> UploadFound:
        step = _Step(desk, move, entries, goes_on)
        asked = move.wish.options(desk.zone)
        with open_export(people_desk.uploads.write_files(found, folder), folder) as files:
            export = OLD_SYSTEMS[move.system].read(files, asked)
            old = look(export, files, desk.here(), asked=asked, first=move.wish.first, progress=step.follow)
            if found.is_look:
                desk.moves.note_found(move.id, found_of(export, old))
            # First the readers: their files are refused as a whole before anything is written.
            people = _people(people_desk, found, entries, export, goes_on)
            if not found.is_look:
                _bring(desk, files, old, step)
                desk.moves.finish(move.id, _account(export, old, move), run=_run(people_desk, found), now=desk.now())
        return people

    return work


def _people(desk: ImportDesk, found: Upload, entries: UploadLog, export: Export, goes_on: GoesOn) -> UploadFound:
    """What came of the readers; nothing where none are asked for, or there are none."""
    if not found.wish.list_name or not export.readers:
        return UploadFound()
    # The files and archives with people, each once.
    files = list(dict.fromkeys(member.path for member in export.readers))
    only = {member.packed for member in export.readers if member.packed is not None}
    return import_people(desk, found, entries, files, replace(found.options, only=only), goes_on)


def _run(desk: ImportDesk, found: Upload) -> int | None:
    """The import of the readers, which has its number since it began."""
    now = desk.uploads.find_numbered(found.number)
    return now.run if now else None


def _bring(desk: MoveDesk, files: ExportFiles, old: MoveIn, step: _Step) -> None:
    """Write the old issues. What an earlier process of this move wrote is known by its mark, and counts as this move's."""
    step.begin([issue.moved_in for issue in old.issues])
    try:
        bring(old, files, issues=desk.issues, album=desk.album, progress=step.follow)
    finally:
        step.note()


def _account(export: Export, old: MoveIn, move: MoveRecord) -> MoveFound:
    """What came, with what an earlier process of the same move had brought already."""
    mine = [issue for issue in old.known if issue.moved_in in move.issues]
    whole = replace(
        old,
        issues=sorted([*old.issues, *mine], key=lambda issue: issue.number),
        known=[issue for issue in old.known if issue not in mine],
    )
    return found_of(export, whole)


class _Step:
    """How far the old issues are: written down now and then, which ends the work where somebody stopped it."""

    def __init__(self, desk: MoveDesk, move: MoveRecord, entries: UploadLog, goes_on: GoesOn) -> None:
        self._desk, self._move, self._entries, self._goes_on = desk, move, entries, goes_on
        self._noted_at = time.monotonic()
        # The digests of the files by what `moved_in:` says; "" for those that are still to come.
        self._digests: dict[str, str] = dict(move.issues)

    def begin(self, marks: Sequence[str]) -> None:
        """These are about to be written: a process that dies among them leaves their marks behind."""
        self._digests = {**dict.fromkeys(marks, ""), **self._digests}
        self._desk.moves.note_issues(self._move.id, self._digests)

    def follow(self, done: int, total: int) -> None:
        """Called before each issue. Raises ImportLeft and UploadLeft."""
        if not self._goes_on():
            raise ImportLeft
        if time.monotonic() - self._noted_at < _NOTED_EVERY_SECONDS:
            return
        self._entries.follow(done, total)
        self.note()
        self._noted_at = time.monotonic()

    def note(self) -> None:
        """Which files stand there by now, and in which words."""
        waiting = {mark for mark, digest in self._digests.items() if not digest}
        if not waiting:
            return
        for issue in _marked(self._desk.issues, waiting):
            self._digests[issue.moved_in] = self._desk.issues.digest(issue.file)
        self._desk.moves.note_issues(self._move.id, self._digests)


def _marked(issues: IssueFiles, marks: set[str]) -> list[Issue]:
    return [issue for issue in issues.list_moved_in() if issue.moved_in in marks]


def take_back(desk: MoveDesk, people: ImportDesk, move: MoveRecord, *, goes_on: GoesOn) -> None:
    """The old issues that nobody has changed since, and the readers as far as they did nothing themselves since."""
    for issue in _marked(desk.issues, set(move.issues)):
        desk.issues.remove_unchanged(issue.file, move.issues[issue.moved_in])
    if move.run is not None:
        # Its import may have been taken back by itself, on the page of imports.
        with suppress(NotNow):
            people.imports.undo(move.run, goes_on=goes_on)
    if goes_on():
        desk.moves.mark_undone(move.id, now=desk.now())
