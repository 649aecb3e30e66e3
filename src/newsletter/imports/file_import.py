"""A whole import: files opened, people put on a list under a number by which that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.consent.membership_sql import Membership
from newsletter.imports.csv_import import Progress, import_opened
from newsletter.imports.imports_sql import Imports
from newsletter.imports.opener import open_files
from newsletter.imports.questions import ImportUnanswered
from newsletter.imports.report import ImportOptions, ImportReport
from newsletter.readers.readers_sql import Readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of it. `number` is None after a dry run; `is_new` says that there was no such list before.

    `n_files` counts those inside archives; `systems` are the titles of the systems they were read as exports of.
    """

    report: ImportReport
    number: int | None
    is_new: bool
    n_files: int
    systems: Sequence[str]


def import_files(
    readers: Readers,
    membership: Membership,
    imports: Imports,
    files: Sequence[Path],
    options: ImportOptions,
    *,
    progress: Progress | None = None,
    goes_on: Callable[[int], None] | None = None,
) -> Imported:
    """Import files, or with `options.dry_run` only say what would come of it.

    `goes_on` hears the number of an interrupted import of the same files that this one finishes. Raises Mistake or
    Missing, before anything is written, where a file can't be read, and Unanswered where it has to be asked about.
    """
    is_new = readers.find_list(options.list_name) is None
    names = [str(path) for path in files]
    with open_files(files, options) as opening:
        if opening.questions:
            raise ImportUnanswered(opening.questions)
        if not options.dry_run:
            interrupted = imports.find_interrupted(options.list_name, names)
            if interrupted is not None and goes_on:
                goes_on(interrupted)
            options = replace(options, run=imports.begin(options.list_name, names))
        report = import_opened(membership, opening, options, progress)
        found = Imported(
            report=report,
            number=options.run,
            is_new=is_new,
            n_files=len(opening.files),
            systems=list(dict.fromkeys(file.columns.source.title for file in opening.files)),
        )
    if options.run is not None:
        imports.finish(options.run)
    return found
