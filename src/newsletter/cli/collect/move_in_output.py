"""What `move-in` prints: what came or would come, what did not and why, for people and for scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from newsletter.cli.output import one_line, print_json
from newsletter.imports.report import ImportOptions
from newsletter.words.issue import Issue

if TYPE_CHECKING:
    from newsletter.imports.file_import import Imported
    from newsletter.move_in.export import Export, LeftOut
    from newsletter.move_in.move import MoveIn

_SHOWN = 20


def print_move(
    export: Export,
    move: MoveIn,
    people: tuple[Imported, str] | None,
    options: ImportOptions,
    *,
    as_json: bool,
    has_list: bool,
) -> None:
    """`people` is what came of the readers, None where none were asked for or there are none."""
    if as_json:
        from newsletter.cli.readers.imports import imported_as_json

        readers = imported_as_json(people[0], options) if people else None
        print_json({**_as_json(export, move), "dry_run": options.dry_run, "readers": readers})
        return
    _print_issues(export, move, dry_run=options.dry_run)
    _print_pictures(move, dry_run=options.dry_run)
    _print_left_out(move.left_out)
    if people:
        from newsletter.cli.readers.imports import print_imported

        print_imported(*people[:1], options, people[1])
    elif export.readers and not has_list:
        names = ", ".join(member.title for member in export.readers)
        click.echo(f"Its readers stay out: {names}. To bring them, name their list: --list NAME")
    elif has_list:
        click.echo("No file with readers was found in it. Name it too, behind the export.")


def _print_issues(export: Export, move: MoveIn, *, dry_run: bool) -> None:
    done = "would come" if dry_run else "came" if move.issues else "are new"
    known = (
        f" {_n(len(move.known), 'is', 'are')} here already and {'stays' if len(move.known) == 1 else 'stay'} so."
        if move.known
        else ""
    )
    click.echo(
        f"{'Dry run, nothing was written. ' if dry_run else ''}{_n(len(move.issues), 'old issue', 'old issues')} from "
        f"{export.title} {done}.{known}"
    )
    for issue in _ends(move.issues):
        click.echo(f"  {_line(issue)}" if issue else "  ...")
    if move.issues and not dry_run:
        last = max(issue.number for issue in (*move.issues, *move.known))
        click.echo(f"They stand in the archive and are not sent. The next draft gets a number after {last}.")


def _ends(issues: Sequence[Issue]) -> list[Issue | None]:
    """All, or the first and the last of many; None stands for those between."""
    half = _SHOWN // 2
    return list(issues) if len(issues) <= _SHOWN else [*issues[:half], None, *issues[-half:]]


def _line(issue: Issue) -> str:
    return f"{issue.number:>4}  {issue.dated_on}  {one_line(issue.subject)[:90]}"


def _print_pictures(move: MoveIn, *, dry_run: bool) -> None:
    n_copied = len(move.pictures) - len(move.unusable)
    if n_copied:
        do = "would be copied" if dry_run else "copied"
        click.echo(f"{_n(n_copied, 'picture', 'pictures')} of the export: {do} to images/.")
    for title, why in move.unusable[:_SHOWN]:
        click.echo(f"  {one_line(title)} is not shown: {one_line(why)}")
    if move.remote:
        hosts = Counter(urlsplit(address).netloc for address in move.remote).most_common(5)
        named = ", ".join(f"{host} ({count:,})" for host, count in hosts)
        click.echo(
            f"{_n(len(move.remote), 'picture stays', 'pictures stay')} where they are, and are gone when that is: {named}. "
            "All of them: --format json"
        )


def _print_left_out(left_out: Sequence[LeftOut]) -> None:
    if not left_out:
        return
    click.echo(f"{_n(len(left_out), 'is', 'are')} left out:")
    for one in left_out[:_SHOWN]:
        click.echo(f"  {one_line(one.title)[:90]}: {one_line(one.why)}")
    if len(left_out) > _SHOWN:
        click.echo(f"  ... and {len(left_out) - _SHOWN:,} more. All of them: --format json")
    if any(one.is_closed for one in left_out):
        click.echo("To bring those that not everybody could read: --with-closed")


def _as_json(export: Export, move: MoveIn) -> dict[str, object]:
    return {
        "system": export.title,
        "added": len(move.issues),
        "unchanged": len(move.known),
        "issues": [_issue_as_json(issue) for issue in move.issues],
        "left_out": [{"title": one.title, "reason": one.why} for one in move.left_out],
        "pictures": {
            "copied": len(move.pictures) - len(move.unusable),
            "unusable": [{"file": title, "reason": why} for title, why in move.unusable],
            "remote": move.remote,
        },
    }


def _issue_as_json(issue: Issue) -> dict[str, object]:
    return {
        "number": issue.number,
        "subject": issue.subject,
        "date": issue.dated_on,
        "file": issue.file,
        "moved_in": issue.moved_in,
    }


def _n(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
