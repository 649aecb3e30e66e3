"""What is handed to a provider in one call: one edition, and what differs for each of the readers in a parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.words.edition import Edition
from newsletter.words.outcome import Outcome


class MailNotes:
    """What a provider notes while it hands over mail by mail. Here nobody keeps it; a journal does."""

    def promise(self) -> None:
        """Before anything goes out: no mail's content will leave before `begun` has returned for it."""

    def begun(self, delivery: int) -> None:
        """The content of this mail leaves next."""

    def answered(self, delivery: int, outcome: Outcome) -> None:
        """This became of it; at once, where the outcomes that are yielded may come together later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """Rows are readers, in one order throughout: `deliveries[i]` goes to `addresses[i]`.

    `attempt` is the random name that travels with the mail and comes back in events. `values[h][i]` fills
    `edition.holes[h]` for reader `i`, escaped already. `headers` are the same for all; `reader_headers[name][i]` differ.
    Nothing may be handed over past `deadline_at`. A provider that hands over mail by mail keeps `notes`.
    """

    attempt: str
    edition: Edition
    deliveries: Sequence[int]
    addresses: Sequence[str]
    values: Sequence[Sequence[str]]
    headers: dict[str, str]
    reader_headers: dict[str, Sequence[str]]
    deadline_at: datetime
    notes: MailNotes = field(default_factory=MailNotes, compare=False)

    def __len__(self) -> int:
        return len(self.deliveries)
