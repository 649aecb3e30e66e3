"""`move-out`: the newsletter leaves for another system, with its issues, its readers and its addresses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import format_option
from newsletter.cli.output import one_line, print_json
from newsletter.wiring import Parts

if TYPE_CHECKING:
    from newsletter.move_out.plan import MoveOut

# The names of newsletter.move_out.systems, which need not be loaded to show the help.
TARGETS = ("ghost", "substack", "buttondown", "beehiiv", "files")
_SHOWN = 20


@click.command("move-out")
@click.argument("system", type=click.Choice(TARGETS), metavar="SYSTEM")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder that is not there yet; else moved-out-SYSTEM.",
)
@click.option("--url", metavar="ADDRESS", help="Where the newsletter will be; else it keeps its address.")
@click.option("--dry-run", is_flag=True, help="Say what would leave and what can't; write nothing.")
@format_option()
@pass_parts
def move_out(parts: Parts, system: str, out: Path | None, url: str | None, dry_run: bool, form: str) -> None:
    """Write everything that moves to SYSTEM into a folder: ghost, substack, buttondown, beehiiv, or files for any other.

    Issues with their pictures in the form that SYSTEM imports; readers with the day and the words of their consent; who
    left and who must not be mailed in files of their own; where each old address leads. README.txt in it says what to do,
    and what can't come and why. Nothing is changed here.

    \b
    Example:
      newsletter move-out ghost --dry-run
      newsletter move-out ghost --url https://ferries.example.com --out to-ghost
      newsletter move-out files
    """
    from newsletter.cli.readers.imports import progress_bar
    from newsletter.move_out.move import look, read_all, write
    from newsletter.move_out.outlet import whole_folder
    from newsletter.move_out.systems import SYSTEMS

    newsletter = parts.config.newsletter
    plan = look(
        SYSTEMS[system], newsletter, parts.shelf, parts.archive, parts.readers.list_lists(), new_url=_web_address(url)
    )
    move = read_all(plan)
    place = out or Path(f"moved-out-{system}")
    if form == "text":
        _print_move(move, dry_run=dry_run)
    if not dry_run:
        with whole_folder(place) as open_file, progress_bar("Writing") as follow:
            write(move, parts.images, parts.readers, open_file, follow or (lambda *_: None), now=parts.clock.now())
    if form == "json":
        print_json(_as_json(move, "" if dry_run else str(place)))
    elif not dry_run:
        click.echo(f"Written: {place}. It holds addresses of people. Read {place / 'README.txt'} first.")


def _web_address(url: str | None) -> str:
    from newsletter.collect.web_address import whole_address

    address = whole_address(url) if url else ""
    if address is None:
        raise click.UsageError(f"--url {url!r} is no address of the web, such as https://ferries.example.com")
    return address


def _print_move(move: MoveOut, *, dry_run: bool) -> None:
    from newsletter.move_out.read_me import stays

    dry = "Dry run, nothing is written. " if dry_run else ""
    click.echo(f"{dry}To {move.system.title}: {move.summary}.")
    for row in move.lists:
        click.echo(
            f"  {row.name}: {row.active:,} active; in files of their own {row.resting:,} on a break, {row.pending:,} not "
            f"confirmed, {row.ended + row.suppressed:,} who left or must not be mailed."
        )
    click.echo("What does not come:")
    for said in stays(move):
        click.echo(f"  {said}")
    for note in move.notes[:_SHOWN]:
        click.echo(f"  {one_line(note.what)}: {one_line(note.why)}")
    if len(move.notes) > _SHOWN:
        click.echo(f"  ... and {len(move.notes) - _SHOWN:,} more. All of them: --format json")


def _as_json(move: MoveOut, place: str) -> dict[str, object]:
    from newsletter.move_out.read_me import stays

    return {
        "system": move.system.name,
        "out": place,
        "issues": [
            {
                "number": one.number,
                "subject": one.subject,
                "sent_at": one.at,
                "new": move.address(one) if one.at else "",
            }
            for one in move.issues
        ],
        "lists": [
            {
                "list": row.name,
                "active": row.active,
                "on_a_break": row.resting,
                "not_confirmed": row.pending,
                "left": row.ended + row.suppressed,
            }
            for row in move.lists
        ],
        "stays": stays(move),
        "notes": [{"what": one.what, "why": one.why} for one in move.notes],
    }
