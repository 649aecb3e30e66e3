"""What `subscribers` and `lists` print: sentences for people, JSON for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from newsletter.cli.output import one_line, print_json
from newsletter.words.consent import ConsentRecord, Unanswered
from newsletter.words.subscriber import Subscriber, SuppressionReason

if TYPE_CHECKING:
    from newsletter.imports.imports_sql import ImportRow
    from newsletter.imports.report import ImportReport
    from newsletter.readers.pages import Erasure, FormerAddress
    from newsletter.readers.rows import ListRow, ReaderChange

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


def person_as_json(email: str, person: Subscriber | None, suppressed: SuppressionReason | None) -> dict[str, object]:
    return {
        "email": person.email if person else email,
        "first_name": person.first_name if person else "",
        "last_name": person.last_name if person else "",
        "fields": dict(person.fields) if person else {},
        "subscriptions": [
            {
                "list": subscription.list_name,
                "status": subscription.status.value,
                "since_at": subscription.since_at,
                "consent": subscription.consent,
            }
            for subscription in (person.subscriptions if person else ())
        ],
        "suppressed": suppressed.value if suppressed else None,
        "rests_until": person.rests_until if person else None,
    }


def print_person(email: str, person: Subscriber | None, suppressed: SuppressionReason | None) -> None:
    lines = [person.email if person else email]
    if person:
        name = f"{person.first_name} {person.last_name}".strip()
        lines += [f"  name: {name}"] if name else []
        lines += [f"  {field}: {one_line(str(value))}" for field, value in sorted(person.fields.items())]
        for subscription in person.subscriptions:
            proof = f" ({one_line(subscription.consent)})" if subscription.consent else ""
            since = f"{subscription.since_at:%Y-%m-%d %H:%M} UTC"
            lines.append(f"  list {subscription.list_name}: {subscription.status.value} since {since}{proof}")
    if person and person.rests_until:
        lines.append(f"  wants no mail until {person.rests_until:%Y-%m-%d %H:%M} UTC")
    if suppressed:
        lines.append(f"  do-not-mail: {suppressed.value.replace('_', ' ')}")
    click.echo("\n".join(lines))


def addresses_as_json(former: FormerAddress | None, before: Sequence[tuple[str, datetime]]) -> dict[str, object]:
    """What became of an address that was given up, and which ones the person had before."""
    gone = {"moved_at": former.moved_at, "present": former.present} if former else None
    return {
        "former_address": gone,
        "addresses_before": [{"email": email, "moved_at": at} for email, at in before],
    }


def print_addresses(former: FormerAddress | None, before: Sequence[tuple[str, datetime]]) -> None:
    if former:
        where = f"that reader is now {former.present}" if former.present else "nobody knows whose it was"
        click.echo(f"  given up for another address by {former.moved_at:%Y-%m-%d %H:%M} UTC; {where}")
    for email, at in before:
        click.echo(f"  had {email} until {at:%Y-%m-%d %H:%M} UTC; it stays off")


def unanswered_as_json(found: Unanswered | None) -> dict[str, object] | None:
    """How often the address did not answer, and until when no mail asks it."""
    if found is None:
        return None
    last, until = found.last_at, found.quiet_until
    return {
        "mails": found.mails,
        "last_at": last,
        "quiet_until": until,
    }


def print_quiet(email: str, found: Unanswered | None, now: datetime, *, indent: str = "  ") -> None:
    """Why no mail asks an address, where none does, and how to let it be asked."""
    from newsletter.consent.ask import why_quiet

    if why := why_quiet(found, now):
        click.echo(f"{indent}{why} To let it be asked at once: newsletter subscribers reopen {email.strip()}")


def more_as_json(
    records: Sequence[ConsentRecord],
    tags: Sequence[str],
    departures: Sequence[Mapping[str, object]],
    erased: Erasure | None,
) -> dict[str, object]:
    """Tags, the record of consent, how they left, and whether the person was erased."""
    from newsletter.consent.own_data import consent_as_json, fact_as_json

    back = erased.returned_at if erased else None
    gone = {"erased_at": erased.erased_at, "request_of": erased.request_of.value} if erased else None
    return {
        "tags": list(tags),
        "consents": [consent_as_json(record) for record in records],
        "departures": [fact_as_json(fact) for fact in departures],
        "erased": gone and gone | {"returned_at": back},
    }


def print_more(
    records: Sequence[ConsentRecord],
    tags: Sequence[str],
    departures: Sequence[Mapping[str, object]],
    erased: Erasure | None,
) -> None:
    lines = [f"  tags: {', '.join(tags)}"] if tags else []
    for record in records:
        when = f"{record.requested_at:%Y-%m-%d %H:%M} UTC"
        done = f"confirmed {record.confirmed_at:%Y-%m-%d %H:%M} UTC" if record.confirmed_at else "not confirmed"
        lines.append(f"  asked ({record.asked.value}) {when}, {done}: {', '.join(record.lists)}")
    for fact in departures:
        how = str(fact["how"]).replace("_", "-")
        why = f", reason {fact['reason']}" if fact["reason"] else ""
        undone = f", undone {fact['undone_at']:%Y-%m-%d %H:%M} UTC" if fact["undone_at"] else ""
        lines.append(f"  left {fact['list']} {fact['left_at']:%Y-%m-%d %H:%M} UTC ({how}{why}){undone}")
    if erased:
        whose = "their own request" if erased.request_of.value == "reader" else "the owner's request"
        back = f"; back by their own sign-up on {erased.returned_at:%Y-%m-%d}" if erased.returned_at else ""
        lines.append(f"  erased on {erased.erased_at:%Y-%m-%d %H:%M} UTC at {whose}{back}")
    if lines:
        click.echo("\n".join(lines))


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
