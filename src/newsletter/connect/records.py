"""Whether the records that a provider wants are in DNS yet."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.ports.resolver import Lookup, RecordType, Resolver
from newsletter.providers.steps import DnsRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRecord:
    """`is_live` is None where that could not be known; `words` say what is there instead."""

    record: DnsRecord
    is_live: bool | None
    words: str


def see_record(record: DnsRecord, resolver: Resolver) -> SeenRecord:
    """Never raises: what can't be known is said to be so."""
    answer = resolver.ask(record.name, record.kind)
    if answer.found is Lookup.UNKNOWN:
        return SeenRecord(record=record, is_live=None, words=f"not known: {answer.reason}")
    if any(_fits(record, found) for found in answer.records):
        return SeenRecord(record=record, is_live=True, words="live")
    others = [found for found in answer.records if _is_in_its_place(record, found)]
    if others:
        return SeenRecord(record=record, is_live=False, words=f"another is there: {others[0][:120]}")
    return SeenRecord(record=record, is_live=False, words="not there yet")


def _fits(record: DnsRecord, found: str) -> bool:
    if record.begins:
        return found.lower().startswith(record.begins.lower())
    return _plain(found) == _plain(record.value)


def _is_in_its_place(record: DnsRecord, found: str) -> bool:
    """A name may hold many texts, but has one alias."""
    return record.kind is not RecordType.TXT or "._domainkey." in record.name


def _plain(text: str) -> str:
    return "".join(text.split()).rstrip(".").replace('"', "").lower()
