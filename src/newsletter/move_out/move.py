"""Looks at what would leave, says what can't and why, and writes it: issues, readers, redirects, and a page to read first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from newsletter.archive.archive_sql import Archive
from newsletter.folder.pictures.images import ImageFolder
from newsletter.folder.shelf import Shelf
from newsletter.move_out.issues_out import NotLeaving, leaving_issues
from newsletter.move_out.outlet import Open, text_file
from newsletter.move_out.people import write_people
from newsletter.move_out.plan import MoveOut
from newsletter.move_out.read_me import read_me
from newsletter.move_out.redirects import write_redirects
from newsletter.move_out.system import Leaving, TargetSystem
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ListRow
from newsletter.words.mistake import NewsletterError
from newsletter.words.newsletter import NO_HOST_YET, Newsletter

Progress = Callable[[int, int], None]

# How many readers are written for each time that progress is told.
_STEP = 500


def look(
    system: TargetSystem,
    newsletter: Newsletter,
    shelf: Shelf,
    archive: Archive,
    lists: Sequence[ListRow],
    *,
    new_url: str = "",
) -> MoveOut:
    """What would leave. Nothing is written, and no words are read yet. Without `new_url` it keeps today's address."""
    issues, notes = leaving_issues(shelf, newsletter, archive)
    if newsletter.public_url.endswith(NO_HOST_YET):
        why = "The newsletter has no public address yet, so addresses of pictures and redirects lead from nowhere."
        notes = [*notes, NotLeaving(what="Addresses", why=why)]
    return MoveOut(
        system=system,
        newsletter=newsletter,
        new_url=(new_url or newsletter.public_url).rstrip("/"),
        issues=issues,
        lists=lists,
        notes=notes,
    )


def read_all(move: MoveOut) -> MoveOut:
    """The same without the issues whose words can't be read; each is noted, with why."""
    issues, notes = [], list(move.notes)
    for issue in move.issues:
        try:
            issue.read()
        except NewsletterError as error:
            why = f"It stays out: {error.message} ({error.place})" if error.place else f"It stays out: {error.message}"
            notes.append(NotLeaving(what=f"{issue.number}, {issue.subject}", why=why))
        else:
            issues.append(issue)
    return replace(move, issues=issues, notes=notes)


def write(
    move: MoveOut, album: ImageFolder, readers: Readers, open_file: Open, progress: Progress, *, now: datetime
) -> None:
    """Write all of it: memory does not grow with readers or issues. `move` was read by `read_all`."""
    total = len(move.issues) + sum(row.active + row.resting + row.pending + row.ended for row in move.lists)
    done = count(1)

    def step() -> None:
        at = next(done)
        if at % _STEP == 0 or at <= len(move.issues):
            progress(min(at, total), total)

    with open_file("README.txt") as file, text_file(file) as text:
        text.write(read_me(move))
    leaving = Leaving(
        newsletter=move.newsletter,
        issues=move.issues,
        album=album,
        new={one.number: move.address(one) for one in move.published},
        now=now,
        step=step,
    )
    move.system.write_issues(leaving, open_file)
    write_people(readers, move.lists, move.system.form, open_file, step)
    write_redirects(move.newsletter.public_url, move.redirects(), open_file, for_ghost=move.system.name == "ghost")
