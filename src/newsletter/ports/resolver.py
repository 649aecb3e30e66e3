"""The domain name system as checks of a domain need it: an answer, its absence, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class RecordType(StrEnum):
    """Types of records."""

    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"
    MX = "MX"
    TXT = "TXT"
    PTR = "PTR"


class Lookup(StrEnum):
    """What a question came to."""

    RECORDS = "records"
    NOTHING = "nothing"  # surely: the name does not exist, or has no record of this type
    LOOP = "loop"  # the name leads back to itself
    UNKNOWN = "unknown"  # no answer, or none to rely on: `reason` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsAnswer:
    """`records` as text, sorted: TXT strings joined, MX as "10 host", names in lower case without the last dot.

    `aliases` are the names that the question led to by CNAME, in order.
    """

    found: Lookup
    records: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    reason: str = ""


class Resolver(Protocol):
    def ask(self, name: str, kind: RecordType) -> DnsAnswer:
        """Never raises: what can't be known is an answer too."""
        ...
