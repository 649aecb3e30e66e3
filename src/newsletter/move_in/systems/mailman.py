"""A list of Mailman, 2 or 3: its members as the server prints them, and its archive as one `.mbox`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parseaddr

from newsletter.imports.files.file_names import told_by
from newsletter.move_in.export import Export, MoveInOptions
from newsletter.move_in.export_files import ExportFiles, Member
from newsletter.move_in.loose_issues import loose_issues
from newsletter.move_in.notices import drop_notices
from newsletter.move_in.people_files import make_table
from newsletter.words.mistake import Mistake

# Of those whose delivery is off, the name of the file says why.
_OFF = (
    (re.compile(r"bounce"), "bounced"),
    (re.compile(r"ban"), "do not mail"),
    (re.compile(r"nomail|disabled|byuser|byadmin|unknown"), "unsubscribed"),
)
_LONGEST_LINE = 500


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where nothing says whose delivery is off: they are printed among the members."""
    del asked
    lists = files.matching(r".+\.txt")
    if lists and not any(_off(one) or "enabled" in one.stem.lower() for one in lists):
        raise Mistake(
            "Mailman prints those to whom it stopped sending, because their mail bounced or they asked for it, among the members.",
            fix="Print them by themselves as well, and bring that file too, with “nomail” in its name, even if it is empty.",
        )
    tables = [make_table(files, one.name, ("email", "name", "status"), _people(files, one)) for one in lists]
    return Export(
        title="Mailman",
        found=list(loose_issues(files)),
        readers=[*tables, *(one for one in files.matching(r".+\.csv") if one not in tables)],
        prepare=drop_notices,
        has_headline=False,
    )


def _off(member: Member) -> str:
    name = member.stem.lower()
    found = next((status for pattern, status in _OFF if pattern.search(name)), "")
    return found or ("unsubscribed" if told_by(member.name) else "")


def _people(files: ExportFiles, member: Member) -> Iterator[tuple[str, str, str]]:
    """`Ana Ng <ana@example.com>`, `ana@example.com (Ana Ng)` or the address alone, one a line."""
    status = _off(member) or "subscribed"
    for line in files.text(member).splitlines():
        name, address = parseaddr(line[:_LONGEST_LINE])
        # Other lines count, or say that there is nobody.
        if "@" in address and not line.rstrip().endswith((":", "has no members")):
            yield address, name, status
