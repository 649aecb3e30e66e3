"""What readers ask for and confirm, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.words.consent import Asked, Mail, Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """Somebody asks that `email` be mailed. `wording` is what they agreed to, word for word.

    `subscriber` is whose address changes, for `Asked.ADDRESS` alone.
    """

    email: str
    asked: Asked
    lists: Sequence[int] = ()
    subscriber: int | None = None
    first_name: str = ""
    language: str = ""
    wording: str = ""
    visitor: Visitor = field(default_factory=Visitor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A mail that a request is to be answered with. `subscriber` is 0 where the address is nobody's yet.

    `days` is how long the reader has to answer before silence ends their subscription; 0 where it does not.
    """

    request: int
    mail: Mail
    email: str
    language: str
    lists: tuple[str, ...]
    subscriber: int
    mailing_list: int
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a confirmation came to. `is_new` is false where the link had done its work already.

    `lists` are those that the person is now on because of it; empty where they must not be mailed. `moved_from` is the
    address that they gave up with it, where mail to that is allowed.
    """

    request: int
    subscriber: int
    email: str
    language: str
    lists: tuple[tuple[int, str], ...]
    asked: Asked
    is_new: bool
    moved_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """`cost` out of a bucket that holds `limit` in every span of `seconds`."""

    bucket: str
    limit: int
    seconds: int
    cost: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRun:
    """The owner asked part of a list whether they still want it, and how that stands.

    Of `asked`, some said yes, some left by themselves, some were ended by their silence, and some are still waited for.
    """

    id: int
    list_name: str
    segment: str
    days: int
    asked_at: datetime
    undone_at: datetime | None
    asked: int
    waiting: int
    stayed: int
    ended: int
