"""Readers as they leave: those to mail in the form that the other system takes, and everybody else in files of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from newsletter.exports.csv_export import cells_of, head_of
from newsletter.move_out.outlet import Open, table
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ListRow
from newsletter.words.subscriber import Subscriber, SubscriptionStatus

Row = Callable[[Subscriber, Sequence[str]], list[str]]
DO_NOT_MAIL = "readers/do-not-mail.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderForm:
    """The table of readers that a system imports: what the file is called, its header and a row, given the custom fields."""

    file: str
    head: Callable[[Sequence[str]], list[str]]
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Readers of a list who stand alike: the file that they leave in, and who they are."""

    file: str
    status: SubscriptionStatus | None
    fits: Callable[[Subscriber], bool]
    n: Callable[[ListRow], int]


def _may_be_mailed(person: Subscriber) -> bool:
    return person.suppressed is None and person.rests_until is None


_KINDS = (
    _Kind(file="active.csv", status=SubscriptionStatus.ACTIVE, fits=_may_be_mailed, n=lambda row: row.active),
    _Kind(
        file="on-a-break.csv",
        status=SubscriptionStatus.ACTIVE,
        fits=lambda person: person.suppressed is None and person.rests_until is not None,
        n=lambda row: row.resting,
    ),
    _Kind(
        file="not-confirmed.csv",
        status=SubscriptionStatus.PENDING,
        fits=lambda person: person.suppressed is None,
        n=lambda row: row.pending,
    ),
    _Kind(
        file="left.csv",
        status=None,
        fits=lambda person: bool(person.suppressed) or person.subscriptions[0].status is SubscriptionStatus.ENDED,
        n=lambda row: row.ended + row.suppressed,
    ),
)


def folder_of(list_name: str, names: Sequence[str]) -> str:
    """Where the files of a list lie: its own name where that is one for a file, else with its place among the lists."""
    plain = re.sub(r"[^\w.-]+", "-", list_name).strip(".-")
    is_own = bool(plain) and plain == list_name and len(plain.encode()) < 100
    return f"readers/{plain if is_own else f'list-{names.index(list_name) + 1}'}"


def write_people(
    readers: Readers, rows: Sequence[ListRow], form: ReaderForm | None, open_file: Open, step: Callable[[], None]
) -> None:
    """Write the files of every list and the do-not-mail list, read in pages: memory does not grow. `step` is a reader written."""
    fields, names = tuple(readers.known_fields()), [row.name for row in rows]
    for row in rows:
        folder = folder_of(row.name, names)
        if form is not None:
            with open_file(f"{folder}/{form.file}") as file, table(file, form.head(fields)) as write:
                for person in _of_kind(readers, row.name, _KINDS[0]):
                    write(form.row(person, fields))
                    step()
        for kind in _KINDS:
            if kind.n(row) or kind.file == "active.csv":
                _write_kind(readers, row.name, kind, f"{folder}/{kind.file}", fields, open_file, step)
    with open_file(DO_NOT_MAIL) as file, table(file, ["email", "status", "since"]) as write:
        for address, reason, since_at in readers.iterate_suppressed(""):
            write([address, reason.value, since_at.isoformat()])
            step()


def _write_kind(
    readers: Readers,
    list_name: str,
    kind: _Kind,
    name: str,
    fields: Sequence[str],
    open_file: Open,
    step: Callable[[], None],
) -> None:
    rests = ["on_a_break_until"] if kind.file == "on-a-break.csv" else []
    with open_file(name) as file, table(file, [*head_of(fields), *rests]) as write:
        for person in _of_kind(readers, list_name, kind):
            until = [person.rests_until.isoformat()] if rests and person.rests_until else []
            write([*cells_of(person, fields), *until])
            step()


def _of_kind(readers: Readers, list_name: str, kind: _Kind) -> Iterator[Subscriber]:
    return (person for person in readers.iterate(list_name, status=kind.status) if kind.fits(person))
