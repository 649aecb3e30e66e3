"""Decides what becomes of a batch of readers on a list from what is known of them; `join_sql` reads and writes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from newsletter.consent.admission import Bar, SubscriptionStep, bar_to_brought, step_for_brought
from newsletter.db.rows import packed_instant
from newsletter.readers.rows import JoinResult, ReaderChange, ReaderRow
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason


@dataclass(frozen=True, slots=True)
class KnownReader:
    """A person who is there already. `status` is theirs on this list, None where they are not on it."""

    id: int
    first_name: str
    last_name: str
    fields: Mapping[str, str]
    status: SubscriptionStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtReaders:
    """Readers whom somebody else adds, and what is known of them; everything by address key.

    `erased` asked to be forgotten, `former` gave the address up for another one.
    """

    readers: Mapping[str, ReaderRow]
    erased: frozenset[str]
    suppressed: Mapping[str, SuppressionReason]
    former: Collection[str]
    known: Mapping[str, KnownReader]
    tags: Mapping[str, Collection[str]]


SubscribedRow = tuple[str, str, str | None, str | None]
"""(address key, status, consent, since when as packed; None for now)."""


@dataclass(slots=True)
class Decided:
    """What becomes of a batch. The lists hold rows for the statements of `join_sql`, in the order of their columns."""

    joined: JoinResult = field(default_factory=JoinResult)
    new: list[list[str]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    subscribed: list[SubscribedRow] = field(default_factory=list)
    raised: list[dict[str, Any]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    tagged: list[list[str]] = field(default_factory=list)


def decide(
    brought: BroughtReaders, *, status: SubscriptionStatus, consent: str | None, spells_out: bool = False
) -> Decided:
    """`status` and `consent` count for rows without their own. `spells_out`: with every value that would change."""
    result = Decided()
    became: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
    kept_off: dict[str, SuppressionReason | None] = {}
    moved: set[str] = set()
    changes: list[ReaderChange] = []
    for key, reader in brought.readers.items():
        reason = brought.suppressed.get(key)
        bar = bar_to_brought(is_erased=key in brought.erased, suppressed=reason, is_former=key in brought.former)
        if bar is Bar.SUPPRESSED:
            kept_off[key] = reason
        elif bar is Bar.MOVED:
            moved.add(key)
        if bar is not None:
            continue
        person, wanted = brought.known.get(key), reader.status or status
        before = person.status if person else None
        step = step_for_brought(before, wanted)
        if SubscriptionStatus.ENDED in {before, wanted}:
            kept_off[key] = None
            _decide_end(result, key, reader, person, step)
            continue
        what = _decide_join(result, key, reader, person, step, wanted, _proof(reader, consent))
        missing = [tag for tag in reader.tags if tag not in brought.tags.get(key, ())]
        result.tagged += [[key, tag] for tag in missing]
        what = "updated" if missing and what == "unchanged" else what
        became[what].append(key)
        if spells_out and what != "unchanged":
            changes.append(_change(reader, person, step, wanted, missing))
    result.joined = JoinResult(
        added=became["added"],
        updated=became["updated"],
        unchanged=became["unchanged"],
        suppressed=kept_off,
        erased=brought.erased,
        moved=frozenset(moved),
        changes=changes,
    )
    return result


def _decide_join(
    result: Decided,
    key: str,
    reader: ReaderRow,
    person: KnownReader | None,
    step: SubscriptionStep,
    wanted: SubscriptionStatus,
    proof: str | None,
) -> str:
    """Note what has to be written for a reader who may be on the list; says what that makes of them."""
    changed = _changed(key, reader, person) if person else None
    if changed:
        result.changed.append(changed)
    if step is SubscriptionStep.ADD:
        if person is None:
            result.new.append(_new_row(key, reader))
        result.subscribed.append((key, wanted, proof, _instant(reader.since_at)))
        return "added"
    if step is SubscriptionStep.RAISE and person is not None:
        result.raised.append({"person": person.id, "proof": proof})
        return "updated"
    return "updated" if changed else "unchanged"


def _decide_end(
    result: Decided, key: str, reader: ReaderRow, person: KnownReader | None, step: SubscriptionStep
) -> None:
    """Decide about a reader who is to be off the list. One who was never on it is kept as one who left it."""
    if person is None:
        result.new.append(_new_row(key, reader))
        result.tagged += [[key, tag] for tag in reader.tags]
    if step is SubscriptionStep.ADD:
        ended = SubscriptionStatus.ENDED.value
        result.subscribed.append((key, ended, reader.consent, _instant(reader.since_at)))
    elif step is SubscriptionStep.END and person is not None:
        result.ended.append(person.id)


def _change(
    reader: ReaderRow,
    person: KnownReader | None,
    step: SubscriptionStep,
    wanted: SubscriptionStatus,
    tags: Sequence[str],
) -> ReaderChange:
    """What joining makes of one person, for people to read."""
    before = {} if person is None else {"first name": person.first_name, "last name": person.last_name, **person.fields}
    after = {"first name": reader.first_name, "last name": reader.last_name, **reader.fields}
    values = [
        (name, before.get(name, ""), value) for name, value in after.items() if value and before.get(name, "") != value
    ]
    if step is not SubscriptionStep.KEEP:
        values.append(("status", (person.status if person else None) or "", wanted))
    values += [("tag", "", tag) for tag in tags]
    return ReaderChange(email=reader.email, is_new=person is None, values=values)


def _proof(reader: ReaderRow, consent: str | None) -> str | None:
    """The row's own proof; what was declared for all does not cover a row that brings its own status."""
    return reader.consent or (consent if reader.status is None else None)


def _changed(key: str, reader: ReaderRow, person: KnownReader) -> dict[str, Any] | None:
    first = person.first_name if reader.first_name is None else reader.first_name
    last = person.last_name if reader.last_name is None else reader.last_name
    facts = {**person.fields, **reader.fields}
    if (first, last, facts) == (person.first_name, person.last_name, person.fields):
        return None
    return {"key": key, "person": person.id, "first": first, "last": last, "facts": facts}


def _new_row(key: str, reader: ReaderRow) -> list[str]:
    facts = orjson.dumps(reader.fields).decode() if reader.fields else "{}"
    return [key, reader.email, reader.first_name or "", reader.last_name or "", facts]


def _instant(at: datetime | None) -> str | None:
    return packed_instant(at) if at else None
