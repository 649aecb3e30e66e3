"""How a reader came to be asked, what they confirmed, and how they left: the words of the consent record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Asked(StrEnum):
    """Where a request to be mailed came from."""

    FORM = "form"  # the reader's own, on a public page
    ADD = "add"  # the owner added one person
    IMPORT = "import"  # the owner imported a file
    ADDRESS = "address"  # a reader changes the address they are mailed at
    AGAIN = "again"  # the owner asks people on a list whether they still want it


class Left(StrEnum):
    """By which way a reader left a list."""

    ONE_CLICK = "one_click"  # the button of a mail program (RFC 8058)
    PAGE = "page"
    PREFERENCES = "preferences"
    SILENCE = "silence"  # they were asked whether they still want it, and did not say yes


class Mail(StrEnum):
    """What a request was answered with by mail; the page says the same to everyone."""

    CONFIRM = "confirm"
    ALREADY = "already"
    ADDRESS = "address"
    AGAIN = "again"
    NONE = "none"  # the address must not be mailed, or is of somebody else


# An address from which nobody answers is asked by this many mails, and after them once in this many days.
MOST_UNANSWERED = 3
UNANSWERED_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """How many mails asked an address in vain since it last confirmed one, and when the last went; None is long ago."""

    mails: int
    last_at: datetime | None

    @property
    def quiet_until(self) -> datetime | None:
        """Before then no mail asks this address; None where the next one may go at once."""
        if self.mails < MOST_UNANSWERED or self.last_at is None:
            return None
        return self.last_at + timedelta(days=UNANSWERED_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """The visitor who made a request, as far as a server sees: kept with a consent as part of its proof."""

    ip: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One request of a person and what became of it. Times are UTC; what did not happen is None.

    `language` is the one that they asked in, "" where nobody knows.
    """

    id: int
    email: str
    asked: Asked
    lists: tuple[str, ...]
    wording: str
    language: str = ""
    requested_at: datetime
    visitor: Visitor
    mail: str
    posted_at: datetime | None = None
    confirmed_at: datetime | None = None
    confirmed_by: Visitor | None = None
