"""Carries out what was asked for with an upload: looks at the files or imports them, from where an earlier process was."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.consent.ask import AskProgress
from newsletter.consent.membership_sql import Membership
from newsletter.db.lease import Lease, LeaseLost
from newsletter.imports.file_import import Course, ImportLeft, count_lines, import_opened
from newsletter.imports.imports_sql import Imports
from newsletter.imports.opener import Opening, open_files
from newsletter.imports.questions import ImportUnanswered
from newsletter.imports.report import ImportOptions, ImportReport
from newsletter.imports.upload import Upload, UploadFound
from newsletter.imports.upload_log_sql import UploadLeft, UploadLog
from newsletter.imports.uploads_sql import Uploads
from newsletter.readers.readers_sql import Readers
from newsletter.words.mistake import Interrupted, NewsletterError, NotNow

log = logging.getLogger(__name__)

# How the folders begin in which files lie while they are worked on, among the machine's other temporary ones.
FOLDERS = "newsletter-upload-"
# A process that dies of a file takes the sender with it.
_MOST_BEGUN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDesk:
    """What uploads are imported with. `ask` mails those who have to confirm; None where nobody has to."""

    uploads: Uploads
    imports: Imports
    readers: Readers
    membership: Membership
    ask: Callable[[ImportOptions], AskProgress | None]


Work = Callable[["ImportDesk", Upload, UploadLog, Path, Callable[[], bool]], UploadFound]
"""Called with the desk, the upload, the log to write in, a folder for its files, and whether to go on."""


def carry_out(
    desk: ImportDesk, found: Upload, lease: Lease, *, goes_on: Callable[[], bool], work: Work | None = None
) -> None:
    """Work on an upload under a lease that is held, until it is done, has to be asked about, or `goes_on` is False.

    Each row is read once: what came of a batch and how far it is stand in its own transaction, which only counts while the
    lease is held. What a person has to mend is kept with the upload. `work` is done in place of an import of readers.
    Raises Interrupted where the database is away.
    """
    with tempfile.TemporaryDirectory(prefix=FOLDERS) as folder:
        entries = desk.uploads.open_log(found, lease, Path(folder))
        try:
            _check_tries(found)
            entries.take()
            entries.finish((work or _import)(desk, found, entries, Path(folder), goes_on))
        except (ImportLeft, Interrupted):
            raise
        except (LeaseLost, UploadLeft):
            log.info("an import was stopped, or goes on in another process")
            return
        except NewsletterError as error:
            _refuse(entries, error)
            return
        except Exception:
            log.exception("an import broke off")
            _refuse(entries, NotNow("It broke off, and the log says where.", fix="Go on: it begins where it was."))
            return
    if not found.is_look:
        desk.uploads.drop_files(found.number)


def _check_tries(found: Upload) -> None:
    if found.n_begun >= _MOST_BEGUN:
        raise NotNow(
            f"It was begun {found.n_begun} times and came no further: each time the program ended.",
            fix="See what the log says. Save the file as CSV, or cut it into smaller ones.",
        )


def _import(
    desk: ImportDesk, found: Upload, entries: UploadLog, folder: Path, goes_on: Callable[[], bool]
) -> UploadFound:
    return import_people(desk, found, entries, desk.uploads.write_files(found, folder), found.options, goes_on)


def import_people(
    desk: ImportDesk,
    found: Upload,
    entries: UploadLog,
    files: Sequence[Path],
    options: ImportOptions,
    goes_on: Callable[[], bool],
) -> UploadFound:
    """Look at the people in files of an upload, or import them. Raises ImportUnanswered where it has to be asked first."""
    with open_files(files, options) as opening:
        if opening.questions:
            raise ImportUnanswered(opening.questions)
        is_new = desk.readers.find_list(found.wish.list_name) is None
        options = options if found.is_look else replace(options, run=_run(desk, found))
        entries.begin(options.run, count_lines(opening.files))
        course = Course(begin_after=found.reached, log=entries.note, goes_on=goes_on)
        report = import_opened(desk.membership, opening, options, course)
        asked = None if found.is_look else desk.ask(options)
        return _found(opening, report, asked, is_new=is_new)


def _run(desk: ImportDesk, found: Upload) -> int:
    """The import that can be taken back; the same one where these files were brought before and came half-way."""
    if found.run is not None:
        return found.run
    return desk.imports.begin(found.wish.list_name, [f"{found.token}/{name}" for name in found.names])


def _found(opening: Opening, report: ImportReport, asked: AskProgress | None, *, is_new: bool) -> UploadFound:
    return UploadFound(
        report=report,
        n_files=len(opening.files),
        systems=list(dict.fromkeys(file.columns.source.title for file in opening.files)),
        is_new=is_new,
        posted=asked.posted if asked else None,
        waiting=asked.waiting if asked else 0,
    )


def _refuse(entries: UploadLog, error: NewsletterError) -> None:
    """Keep what a person has to know; where it is in other hands by now, they find out themselves."""
    with suppress(LeaseLost, UploadLeft):
        entries.refuse(error)
