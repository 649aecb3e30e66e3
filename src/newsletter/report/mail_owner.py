"""Which readers a mail comes from: by the links and numbers of ours in it, by its addresses, at last by its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter.readers.readers_sql import Readers
from newsletter.readers.roster_sql import Roster
from newsletter.report.copies_sql import Copies
from newsletter.report.mail_clues import MailClues
from newsletter.words.subscriber import Subscriber
from newsletter.words.token import read_reader_token

_MOST_OF_A_NAME = 5


class Clue(StrEnum):
    """By what a reader was found, the surest first. Only a link can't be made up by somebody else."""

    LINK = "link"
    MESSAGE = "message"
    ADDRESS = "address"
    FORMER = "former"
    ALIKE = "alike"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOwner:
    """A reader, by what they were found, the words of the mail that say so, and the issue that their link belongs to."""

    reader: Subscriber
    clue: Clue
    words: str = ""
    issue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOwners:
    """Looks for the readers behind a mail. `keys` verify links."""

    readers: Readers
    roster: Roster
    copies: Copies
    keys: Mapping[int, bytes]

    def find(self, clues: MailClues) -> list[MailOwner]:
        """Each reader once, by the surest clue. By name only where nothing else tells."""
        found: dict[int, MailOwner] = {}
        for owner in [*self._by_link(clues), *self._by_message(clues), *self._by_address(clues)]:
            found.setdefault(owner.reader.id, owner)
        return list(found.values()) or list(self._by_name(clues))

    def _by_link(self, clues: MailClues) -> Iterator[MailOwner]:
        for text in clues.tokens:
            for purpose in ("u", "p"):
                token = read_reader_token(text, self.keys, purpose=purpose)
                reader = self.readers.find(token.subscriber) if token else None
                if token and reader:
                    yield MailOwner(reader=reader, clue=Clue.LINK, issue=token.issue or None)

    def _by_message(self, clues: MailClues) -> Iterator[MailOwner]:
        for reader in self.readers.find_subscribers(self.copies.readers_of(clues.deliveries)):
            yield MailOwner(reader=reader, clue=Clue.MESSAGE)

    def _by_address(self, clues: MailClues) -> Iterator[MailOwner]:
        for address in clues.addresses:
            former = self.readers.find_former(address)
            alike = self.copies.find_alike(address)
            for email, clue in (
                (address, Clue.ADDRESS),
                (former.present if former else None, Clue.FORMER),
                *((other, Clue.ALIKE) for other in alike),
            ):
                if email and (reader := self.readers.find_subscriber(email)):
                    yield MailOwner(reader=reader, clue=clue, words=address)

    def _by_name(self, clues: MailClues) -> Iterator[MailOwner]:
        for name in clues.names:
            for reader in self.roster.by_name(name, limit=_MOST_OF_A_NAME).people:
                yield MailOwner(reader=reader, clue=Clue.NAME, words=name)
