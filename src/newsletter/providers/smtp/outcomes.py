"""What a mail server's answers mean, for one reader and for all that follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum

from newsletter.providers.smtp.reply import Reply
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain

# SMTP has no way to say how long "later" is.
WAIT = timedelta(seconds=30)

_CHECK_LOGIN = "Check the user and the password in NEWSLETTER_SMTP_URL."
_CHECK_SENDER = "Check `sender`: this mail server does not let you send under that address."
_NO_RELAY = "This mail server does not take mail for others from you. It may want a user and a password: newsletter connect smtp"
_TOO_LARGE = "The issue is larger than this mail server takes."
_ALL_ALIKE = "It refuses one mail after the other, so this is not about single readers."

_SAYS_RELAY = re.compile(r"\brelay", re.IGNORECASE)
_SAYS_SENDER = re.compile(r"sender (?:address )?(?:rejected|denied|refused|not)|not owned by|send as", re.IGNORECASE)


class Stage(StrEnum):
    """What was being said when the answer came."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END = "the end of the mail"


class Scope(Enum):
    """The readers that an answer is about. `PATTERN`: this one, unless the next ones get the same."""

    READER = 0
    PATTERN = 1
    EVERYONE = 2


@dataclass(frozen=True, slots=True)
class MailVerdict:
    """What became of one mail, and whether to go on with the next."""

    outcome: Outcome
    scope: Scope


def verdict(stage: Stage, reply: Reply, delivery: int) -> MailVerdict:
    """What an unexpected answer means; and at the end of a mail, any answer."""
    if stage is Stage.END and reply.code == 250:
        return MailVerdict(Accepted(), Scope.READER)
    said = f"The mail server answered {reply}."
    if 400 <= reply.code < 500:
        return _later(stage, reply, said)
    if reply.code >= 500:
        return _no(stage, reply, delivery, said)
    return MailVerdict(Uncertain(f"{said} That says neither yes nor no."), Scope.EVERYONE)


def later_for_all(reason: str) -> Deferred:
    """What several "later" in a row about single mails mean."""
    return Deferred(reason, retry_after=WAIT)


def alike(reason: str) -> Deferred:
    """What several refusals in a row mean that are not about the readers."""
    return Deferred(f"{reason} {_ALL_ALIKE}", pauses=True)


def login_refused(said: str) -> Deferred:
    return Deferred(f"The mail server does not take the password: {said}. {_CHECK_LOGIN}", pauses=True)


def too_large(n_bytes: int, limit: int) -> Deferred:
    return Deferred(f"{_TOO_LARGE} It takes {limit:,} bytes, and a mail has {n_bytes:,}.", pauses=True)


def _later(stage: Stage, reply: Reply, said: str) -> MailVerdict:
    if stage is Stage.RCPT and reply.code != 421 and not _speaks_of_the_server(reply):
        return MailVerdict(Deferred(said, about_reader=True), Scope.READER)
    if stage in (Stage.DATA, Stage.END) and _is_greylisting(reply):
        return MailVerdict(Deferred(said, about_reader=True), Scope.PATTERN)
    # The server may never take this one mail: then the others must get past it at some point.
    stops_here = stage is not Stage.MAIL and reply.code != 421
    return MailVerdict(Deferred(said, retry_after=WAIT, about_reader=stops_here), Scope.EVERYONE)


def _speaks_of_the_server(reply: Reply) -> bool:
    """Whether a disk is full, or it is too much at once (RFC 3463, 3.4 and 3.6; RFC 5321, 4.2.3).

    The next reader would get the same answer.

    Greylisting does not: it says 450, 451 or 4.7.1 once to each reader, and takes them when they come again.
    """
    return reply.code == 452 if reply.status is None else reply.status[0] in {3, 5}


def _is_greylisting(reply: Reply) -> bool:
    """Whether it is greylisting, or a full mailbox: some servers say so only when they have seen the mail."""
    return reply.code == 450 if reply.status is None else reply.code != 421 and reply.status[0] in {1, 2, 7}


def _no(stage: Stage, reply: Reply, delivery: int, said: str) -> MailVerdict:
    remedy = _remedy(stage, reply)
    if remedy:
        return MailVerdict(Deferred(f"{said} {remedy}", pauses=True), Scope.EVERYONE)
    refused = Refused(said, named=frozenset({delivery}))
    is_readers_own = stage is Stage.RCPT and _is_about_reader(reply, (550, 551, 552, 553))
    return MailVerdict(refused, Scope.READER if is_readers_own else Scope.PATTERN)


def _remedy(stage: Stage, reply: Reply) -> str:
    """What to do about a refusal that concerns everyone; empty where it may concern the reader.

    Many servers refuse the sender only in their answer to RCPT.
    """
    if reply.code in {530, 534, 535, 538}:
        return _CHECK_LOGIN
    if stage is Stage.MAIL:
        return _TOO_LARGE if reply.code == 552 or reply.status == (3, 4) else _CHECK_SENDER
    if _SAYS_SENDER.search(reply.words) or reply.status in {(1, 7), (1, 8)}:
        return _CHECK_SENDER
    if stage is Stage.RCPT and _SAYS_RELAY.search(reply.words):
        return _NO_RELAY
    if reply.status == (4, 5):
        return "That is a limit of your account there: wait until it is over, or ask for more."
    return ""


def _is_about_reader(reply: Reply, codes: tuple[int, ...]) -> bool:
    """By the enhanced code for an address or mailbox (RFC 3463, 3.2, 3.3), else by the plain one (RFC 5321, 4.2.3)."""
    return reply.code in codes if reply.status is None else reply.status[0] in {1, 2}
