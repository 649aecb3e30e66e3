"""`move-in`: a newsletter that was published with another system comes with its old issues and its readers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from newsletter.cli import Folder
from newsletter.cli.collect.move_in_output import print_move
from newsletter.cli.context import parts_of
from newsletter.cli.options import format_option
from newsletter.cli.readers.import_questions import with_answers
from newsletter.cli.readers.imports import import_readers, progress_bar
from newsletter.cli.readers.options import (
    active_option,
    asked_maps,
    consent_option,
    map_option,
    status_asked,
)
from newsletter.imports.report import ImportOptions, ImportReport, Problem
from newsletter.move_in.old_systems import OLD_SYSTEMS
from newsletter.wiring import Parts
from newsletter.wiring.moves import here
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    from newsletter.move_in.record import MoveFound, MoveWish


@click.command("move-in")
@click.argument("system", type=click.Choice(list(OLD_SYSTEMS)), metavar="SYSTEM")
@click.argument("export", nargs=-1, required=True, metavar="EXPORT...", type=click.Path(path_type=Path))
@click.option("--list", "list_name", metavar="NAME", help="Bring the readers of the export too, to this mailing list.")
@active_option
@consent_option
@click.option(
    "--url", metavar="ADDRESS", help="Where it was on the web: links between old issues then lead to them here."
)
@click.option("--with-closed", is_flag=True, help="Also issues that only members or paying readers could read.")
@click.option(
    "--first", type=click.IntRange(1, 999_999), default=1, metavar="N", help="The number of the oldest; else 1."
)
@map_option
@click.option("--dry-run", is_flag=True, help="Show what would come; write nothing.")
@format_option()
@click.pass_obj
def move_in(
    folder: Folder,
    system: str,
    export: tuple[Path, ...],
    list_name: str | None,
    active: bool,
    consent: str | None,
    url: str | None,
    with_closed: bool,
    first: int,
    maps: tuple[str, ...],
    dry_run: bool,
    form: str,
) -> None:
    """Bring old issues, and with --list the readers, from another system.

    SYSTEM is substack, ghost, mailchimp, buttondown, beehiiv, kit, mailerlite, listmonk, sendy, mailman, or files for pages,
    mails and tables from anywhere else.

    EXPORT is what that system gives you to download: a .zip as it is, the folder it was unpacked into, or single files.
    Each old issue becomes a file in issues/, stands in the public archive, and is never sent by itself. Safe to repeat:
    what is here already stays as it is.

    \b
    Example:
      newsletter move-in substack export.zip --dry-run
      newsletter move-in substack export.zip --url https://ferries.example.com
      newsletter move-in ghost ferries.ghost.json members.csv --list weekly --active --consent "Form on our site"
    """
    from newsletter.move_in.export import MoveInOptions
    from newsletter.move_in.export_files import open_export
    from newsletter.move_in.move import bring, look
    from newsletter.move_in.record import MoveWish, found_of

    parts, status = parts_of(folder), status_asked(active, consent)
    asked = MoveInOptions(
        zone=ZoneInfo(parts.config.newsletter.zone), url=_old_site(parts, url), with_closed=with_closed
    )
    with open_export(export) as files:
        found = OLD_SYSTEMS[system].read(files, asked)
        with progress_bar("Reading") as follow:
            move = look(found, files, here(parts), asked=asked, first=first, progress=follow or (lambda *_: None))
        options = ImportOptions(
            list_name=list_name or "",
            status=status,
            consent=consent,
            columns=asked_maps(maps),
            source=OLD_SYSTEMS[system].people,
            dry_run=dry_run,
            only={member.packed for member in found.readers if member.packed is not None},
        )
        # First the readers: their files are refused as a whole before anything is written.
        people = None
        if list_name and found.readers:
            # The files and archives with people, each once.
            places = list(dict.fromkeys(member.path for member in found.readers))
            people, options = with_answers(
                options,
                lambda known: import_readers(parts, places, known),
                as_json=form == "json",
            )
            _name_plainly(people[0].report, files.room)
        if not dry_run:
            with progress_bar("Writing") as follow:
                bring(move, files, issues=parts.issues, album=parts.images, progress=follow or (lambda *_: None))
            wish = MoveWish(people=options if people else None, url=url or "", with_closed=with_closed, first=first)
            _keep_account(parts, system, wish, found_of(found, move), people[0].number if people else None)
    print_move(found, move, people, options, as_json=form == "json", has_list=list_name is not None)


def _name_plainly(report: ImportReport, room: Path) -> None:
    """A table that was made of one of the files is called as that is, and not after the temporary folder that it lay in."""

    def plain(text: str) -> str:
        return text.replace(f"{room}/", "")

    report.notes = [plain(note) for note in report.notes]
    report.problems = [Problem(plain(one.file), one.line, plain(one.reason)) for one in report.problems]


def _keep_account(parts: Parts, system: str, wish: MoveWish, found: MoveFound, run: int | None) -> None:
    """So that the studio can take it back, and reminds the owner of those who leave the old system from now on."""
    if not found.issues and run is None:
        return
    number = parts.moves.begin(system, wish, now=parts.clock.now())
    files = {issue.moved_in: issue.file for issue in parts.issues.list_moved_in()}
    digests = {one.mark: parts.issues.digest(files[one.mark]) for one in found.issues if one.mark in files}
    parts.moves.note_issues(number, digests)
    parts.moves.finish(number, found, run=run, now=parts.clock.now())


def _old_site(parts: Parts, url: str | None) -> str | None:
    """Where the newsletter was on the web, with a slash at the end. What is written now has to lead somewhere later."""
    from newsletter.collect.web_address import whole_address

    if url is None:
        return None
    address = whole_address(url)
    if address is None:
        raise click.UsageError(f"--url {url!r} is no address of the web, such as https://ferries.example.com")
    if parts.config.newsletter.public_url.endswith(".invalid"):
        raise Mistake(
            "There is no public address yet, so links from one old issue to another would lead nowhere.",
            fix="Set `public_url` in newsletter.toml first, then repeat this.",
        )
    return f"{address.rstrip('/')}/"
