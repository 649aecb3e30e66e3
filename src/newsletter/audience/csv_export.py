"""Write a list as CSV: everyone on it, those who left included, in a form that an import reads back unchanged."""

from __future__ import annotations

import csv
from typing import TextIO

from newsletter.ports.readers import Readers
from newsletter.words.subscriber import Subscriber

_BEFORE = ("email", "first_name", "last_name")
_AFTER = ("status", "subscribed_at", "consent")
# What makes a spreadsheet program take a cell for a formula, full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def export_csv(readers: Readers, list_name: str, out: TextIO, *, spreadsheet: bool = False) -> int:
    """Write everyone on the list to `out` (opened with newline="") as RFC 4180 has it. Returns the number of people.

    `status` is pending, active or ended, or why the address is never mailed. With `spreadsheet`, cells that a
    spreadsheet program would run as a formula begin with an apostrophe; such a file is for looking at.
    Raises Missing where there is no such list.
    """
    people = readers.iterate(list_name)
    fields = tuple(readers.known_fields())
    write = csv.writer(out, lineterminator="\r\n").writerow
    write((*_BEFORE, *fields, *_AFTER))
    n_people = 0
    for person in people:
        cells = _cells(person, fields)
        write([_defuse(cell) for cell in cells] if spreadsheet else cells)
        n_people += 1
    return n_people


def _cells(person: Subscriber, fields: tuple[str, ...]) -> list[str]:
    subscription = person.subscriptions[0]
    return [
        person.email,
        person.first_name,
        person.last_name,
        *(str(person.fields.get(name, "")) for name in fields),
        (person.suppressed or subscription.status).value,
        subscription.since_at.isoformat(),
        subscription.consent or "",
    ]


def _defuse(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
