"""A mailbox that is read: its messages, and how far one got with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message in the mailbox: its number there, and its bytes (cut at a bound, if it is large).

    `was_begun` where somebody marked it as begun, and never took the mark away.
    """

    uid: int
    data: bytes
    was_begun: bool = False


class OpenMailbox(Protocol):
    """One folder of a mailbox, for as long as a visit lasts. Its methods raise OSError where the connection breaks."""

    def unseen(self, *, most: int) -> Iterator[Letter]:
        """The oldest messages that are not marked as seen; reading marks nothing."""
        ...

    def mark_seen(self, *uids: int) -> None: ...

    def mark_begun(self, uid: int, *, begun: bool = True) -> None:
        """Mark a message while it is taken apart: one that ends the program is not tried a second time."""
        ...
