"""What is handed to a provider in one call: one edition, and what differs for each of the readers in a parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.words.edition import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """Rows are readers, in one order throughout: `deliveries[i]` goes to `addresses[i]`.

    `attempt` is the random name that travels with the mail and comes back in events. `values[h][i]` fills
    `edition.holes[h]` for reader `i`, escaped already. `headers` are the same for all; `reader_headers[name][i]` differ.
    Nothing may be handed over past `deadline_at`.
    """

    attempt: str
    edition: Edition
    deliveries: Sequence[int]
    addresses: Sequence[str]
    values: Sequence[Sequence[str]]
    headers: dict[str, str]
    reader_headers: dict[str, Sequence[str]]
    deadline_at: datetime

    def __len__(self) -> int:
        return len(self.deliveries)
