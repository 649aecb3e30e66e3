"""The desk: everything that a tick of the schedule works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.compose.press import Proof
from newsletter.folder.shelf import Shelf
from newsletter.ledger.ledger import Ledger
from newsletter.ledger.pack import TokenKey
from newsletter.notices.notices_sql import Notices
from newsletter.ports.clock import Clock
from newsletter.ports.locks import TickLock
from newsletter.ports.provider import Provider
from newsletter.preflight.around import Around
from newsletter.providers.heartbeat import Heartbeat
from newsletter.schedule.schedule import Schedule
from newsletter.sentences.own_words import Translations
from newsletter.words.mistake import NewsletterError
from newsletter.words.newsletter import Newsletter
from newsletter.words.slot import Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`around` is what the checks know about the newsletter; `new_token` mints the random names of mails to the owner.
    `key` signs the links in them. `count(issue, list, question)` says how many readers a sending would reach.

    `is_practice`: nothing leaves this machine. `unapproved_goes`: the owner has set that an issue goes even if nobody
    has read it. `refusal` is why nothing may be handed over, such as a public address that is not set. `find_hold` says
    whether this is a copy of the database, on which the schedule does nothing.
    """

    newsletter: Newsletter
    shelf: Shelf
    translations: Translations
    around: Callable[[Proof], Around]
    ledger: Ledger
    schedule: Schedule
    notices: Notices
    provider: Provider
    heartbeat: Heartbeat
    lock: TickLock
    clock: Clock
    parcel_size: int
    new_token: Callable[[], str]
    key: TokenKey
    count: Callable[[int, str, str], int]
    is_practice: bool
    unapproved_goes: bool
    refusal: NewsletterError | None = None
    find_hold: Callable[[], NewsletterError | None] = lambda: None

    def tell(self, ways: Ways | None = None) -> tuple[str, ...]:
        """The addresses that hear of a slot: those that were named, else the one that answers readers."""
        if ways and ways.tell:
            return ways.tell
        return (self.newsletter.reply_to or self.newsletter.sender,)

    def tell_about(self, list_name: str) -> tuple[str, ...]:
        timetable = self.schedule.timetables.find(list_name)
        return self.tell(timetable.ways if timetable else None)
