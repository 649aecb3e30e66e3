"""No system at all: old issues as pages or mails, and tables of readers."""

from __future__ import annotations

from newsletter.move_in.export import Export, MoveInOptions
from newsletter.move_in.export_files import ExportFiles
from newsletter.move_in.loose_issues import loose_issues
from newsletter.move_in.notices import drop_notices
from newsletter.words.mistake import Mistake


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where there is neither an issue nor a table among the files."""
    del asked
    tables = files.matching(r".+\.(?:csv|tsv)")
    tables += [one for one in files.matching(r".+\.(?:txt|xlsx)") if one.by_itself]
    found = list(loose_issues(files))
    if not found and not tables:
        raise Mistake(
            f"There are neither old issues nor readers in {files.named}.",
            fix="Name pages (.html), mails (.eml, .mbox) or a table of readers (.csv, .xlsx), or a .zip or folder of them.",
        )
    return Export(title="Files", found=found, readers=tables, prepare=drop_notices, has_headline=False)
