"""Files imported in one call, as tests want it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from newsletter.consent.membership_sql import Membership
from newsletter.imports.file_import import Course, Progress, import_opened
from newsletter.imports.opener import open_files
from newsletter.imports.report import ImportOptions, ImportReport


def import_csv(
    membership: Membership, files: Sequence[Path], options: ImportOptions, progress: Progress | None = None
) -> ImportReport:
    """Open files and import them: see `open_files` and `import_opened`."""
    with open_files(files, options) as opening:
        return import_opened(membership, opening, options, Course(progress=progress))
