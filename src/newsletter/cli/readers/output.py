"""What `subscribers` and `lists` print: sentences for people, JSON for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from newsletter.cli.output import one_line, print_json
from newsletter.imports.report import ImportReport
from newsletter.readers.rows import ListRow, ReaderChange

if TYPE_CHECKING:
    from newsletter.imports.imports_sql import ImportRow

_SHOWN_PROBLEMS = 20
_SHOWN_CHANGES = 20


def print_report(report: ImportReport, list_name: str, *, is_new: bool, dry_run: bool) -> None:
    if is_new:
        click.echo(f"The list {list_name} {'would be' if dry_run else 'is'} new.")
    click.echo(
        f"{'Dry run, nothing was written. ' if dry_run else ''}{report.rows:,} rows for {list_name}: "
        f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged, "
        f"{report.suppressed:,} not to be mailed, {report.rejected:,} rejected."
    )
    for note in report.notes:
        click.echo(note)
    for change in report.changes[:_SHOWN_CHANGES]:
        click.echo(f"  {_as_difference(change)}")
    n_more = report.added + report.updated - _SHOWN_CHANGES if report.changes else 0
    if n_more > 0:
        click.echo(f"  ... and {n_more:,} more people who would change. The first 1,000: --format json")
    for problem in report.problems[:_SHOWN_PROBLEMS]:
        click.echo(f"  {problem.file}:{problem.line}: {problem.reason}")
    if len(report.problems) > _SHOWN_PROBLEMS:
        click.echo(f"  ... and {len(report.problems) - _SHOWN_PROBLEMS:,} more. All of them: --format json")


def _as_difference(change: ReaderChange) -> str:
    """What would become of one person: `~ ana@example.com: city Bonn -> Oslo`."""
    values = [
        f"{what} {one_line(before)[:60]} -> {one_line(after)[:60]}" if before else f"{what} {one_line(after)[:60]}"
        for what, before, after in change.values
    ]
    return f"{'+' if change.is_new else '~'} {change.email}: {', '.join(values)}"


def report_as_json(
    report: ImportReport, list_name: str, *, files: int, is_new: bool, dry_run: bool
) -> dict[str, object]:
    """Each problem has its file where there are several."""
    counts = ("rows", "added", "updated", "unchanged", "suppressed", "rejected")
    problems = [
        {**({"file": problem.file} if files > 1 else {}), "line": problem.line, "reason": problem.reason}
        for problem in report.problems
    ]
    return {
        **{name: getattr(report, name) for name in counts},
        "problems": problems,
        "list": list_name,
        "list_is_new": is_new,
        "dry_run": dry_run,
        "notes": report.notes,
        **({"changes": [_change_as_json(change) for change in report.changes]} if dry_run else {}),
    }


def _change_as_json(change: ReaderChange) -> dict[str, object]:
    values = [{"what": what, "before": before, "after": after} for what, before, after in change.values]
    return {"email": change.email, "is_new": change.is_new, "values": values}


def print_imports(rows: Sequence[ImportRow], *, as_json: bool) -> None:
    if as_json:
        print_json({"imports": [_import_as_json(row) for row in rows]})
        return
    if not rows:
        click.echo("Nothing was imported yet.")
    for row in rows:
        state = "taken back" if row.undone_at else "" if row.finished_at else "not finished: repeat it to go on"
        names = ", ".join(row.files)
        click.echo(
            f"{row.number:>5}  {row.started_at:%Y-%m-%d %H:%M} UTC  {row.list_name}: {names}{f' ({state})' if state else ''}"
        )


def _import_as_json(row: ImportRow) -> dict[str, object]:
    return {
        "import": row.number,
        "list": row.list_name,
        "files": list(row.files),
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "undone_at": row.undone_at,
    }


def print_lists(rows: Sequence[ListRow]) -> None:
    """A table for people."""
    if not rows:
        click.echo("There is no list yet. Make one with: newsletter lists add NAME")
        return
    width = max(len("list"), *(len(row.name) for row in rows))
    click.echo(
        f"{'list':<{width}}  {'active':>10}  {'pending':>10}  {'on a break':>10}  {'left':>10}  {'do-not-mail':>11}"
    )
    for row in rows:
        counts = f"{row.active:>10,}  {row.pending:>10,}  {row.resting:>10,}  {row.ended:>10,}  {row.suppressed:>11,}"
        click.echo(f"{row.name:<{width}}  {counts}")
