"""Write a list as CSV: everyone on it, those who left included, in a form that an import reads back unchanged."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol, TextIO

from newsletter.imports.columns.columns import SPREADSHEET_MARK
from newsletter.imports.columns.marks import write_tags
from newsletter.words.formulas import defuse
from newsletter.words.subscriber import Subscriber, SubscriptionStatus, SuppressionReason

_BEFORE = ("email", "first_name", "last_name")
_AFTER = ("tags", "status", "subscribed_at", "consent")


class ListedReaders(Protocol):
    """What a file of a list is made from: our own database, or one of any version."""

    def iterate(self, list_name: str, *, status: SubscriptionStatus | None = None) -> Iterator[Subscriber]:
        """Everyone on a list in id order with their subscription to it, read in pages: memory does not grow.

        Raises Missing where there is no such list.
        """
        ...

    def iterate_suppressed(self, list_name: str) -> Iterator[tuple[str, SuppressionReason, datetime]]:
        """(address key, reason, since) of all on the do-not-mail list who are not on this list, read in pages.

        With addresses that readers gave up: for the system that gets this list, those have unsubscribed.
        """
        ...

    def known_fields(self) -> Sequence[str]:
        """Names of the custom fields that any subscriber has, sorted."""
        ...


def export_csv(readers: ListedReaders, list_name: str, out: TextIO, *, spreadsheet: bool = False) -> int:
    """Write a list and the do-not-mail list to `out` (opened with newline="") as RFC 4180 has it.

    `status` is pending, active or ended, or why the address is never mailed; addresses that are only on the do-not-mail
    list stand at the end. With `spreadsheet`, cells that a spreadsheet program would run as a formula begin with an
    apostrophe, and one more column says so: our own import takes them away again.
    Returns the number of rows. Raises Missing where there is no such list.
    """
    people = readers.iterate(list_name)
    fields = tuple(readers.known_fields())
    write = csv.writer(out, lineterminator="\r\n").writerow
    write((*head_of(fields), *((SPREADSHEET_MARK,) if spreadsheet else ())))
    n_rows = 0
    for cells in _rows(readers, list_name, people, fields):
        write([*map(defuse, cells), "yes"] if spreadsheet else cells)
        n_rows += 1
    return n_rows


def _rows(
    readers: ListedReaders, list_name: str, people: Iterator[Subscriber], fields: tuple[str, ...]
) -> Iterator[list[str]]:
    for person in people:
        yield cells_of(person, fields)
    for key, reason, since_at in readers.iterate_suppressed(list_name):
        yield [key, "", "", *("" for _ in fields), "", reason.value, since_at.isoformat(), ""]


def head_of(fields: Sequence[str]) -> list[str]:
    """The names of the columns, where readers have these custom fields."""
    return [*_BEFORE, *fields, *_AFTER]


def cells_of(person: Subscriber, fields: Sequence[str]) -> list[str]:
    """A reader as a row below `head_of`. They have the one subscription that the row is about."""
    subscription = person.subscriptions[0]
    return [
        person.email,
        person.first_name,
        person.last_name,
        *(str(person.fields.get(name, "")) for name in fields),
        write_tags(person.tags),
        (person.suppressed or subscription.status).value,
        subscription.since_at.isoformat(),
        subscription.consent or "",
    ]
