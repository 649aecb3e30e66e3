"""The steps by which a provider is connected, in one shape for the command and for the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletter.ports.resolver import RecordType
from newsletter.words.message import addr_spec
from newsletter.words.mistake import Mistake, NotNow

if TYPE_CHECKING:
    from newsletter.providers.kind import ProviderSetup

# Mailboxes that anybody can have: their owners let no other service send in their name.
_FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "t-online.de",
        "proton.me",
        "protonmail.com",
        "posteo.de",
        "mailbox.org",
        "orange.fr",
        "free.fr",
        "libero.it",
    ]
)


class StepState(StrEnum):
    """`CHECK` is done, with something to look at; `UNKNOWN` could not be looked at."""

    DONE = "done"
    OPEN = "open"
    CHECK = "check"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """A record that the sender's domain needs. `begins` counts any text that begins so; else only `value` does.

    `note` says what to mind when it is copied.
    """

    name: str
    kind: RecordType
    value: str
    begins: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLook:
    """Where a step stands, in a sentence, and what to do."""

    state: StepState
    words: str
    fix: str = ""
    records: tuple[DnsRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """What was done. `keeps` are settings to keep, by key; an empty value takes one out."""

    words: str
    keeps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailNeed:
    """How many readers there are, and how many mails a month they come to by the schedule. `rhythm` is such as "weekly"."""

    readers: int
    mails_a_month: int
    rhythm: str

    @property
    def words(self) -> str:
        if not self.readers:
            return "There are no readers yet."
        who = f"{self.readers:,} {self.rhythm} reader{'' if self.readers == 1 else 's'}"
        return f"{who} {'is' if self.readers == 1 else 'are'} about {rounded(self.mails_a_month):,} mails a month."


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRound:
    """What a step works with. `answer` is what a person typed, for a step that asks. `count_need` takes a second or more
    where there are very many readers.

    `await_event` waits some seconds for the provider to tell us something, after what it is given was done.
    """

    setup: ProviderSetup
    count_need: Callable[[], MailNeed]
    answer: str = ""
    await_event: Callable[[Callable[[], None]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupStep:
    """One step. It may be done again at any time, and in any order.

    `before` says what pressing it will do, `undo_before` what taking it back will. Functions raise NotNow with what to do,
    and Unreachable where nothing is known; then nothing was changed. `asks` is the label of the one thing it asks for.
    """

    name: str
    title: str
    before: str
    look: Callable[[StepRound], StepLook]
    button: str = ""
    do: Callable[[StepRound], StepDone] | None = None
    undo: Callable[[StepRound], StepDone] | None = None
    undo_before: str = ""
    asks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectQuestion:
    """A field of the form that connects a provider. A secret is never shown; left empty, the one that is kept stays."""

    name: str
    label: str
    about: str = ""
    value: str = ""
    is_secret: bool = False
    is_switch: bool = False


def rounded(number: int) -> int:
    """As people say it: two figures that count."""
    size = int(10 ** max(0, len(str(number)) - 2))
    return round(number / size) * size


def own_domain(setup: ProviderSetup) -> str:
    """The sender's domain. Raises NotNow where there is none yet, or where it belongs to a mailbox provider."""
    sender = addr_spec(setup.newsletter.sender)
    domain = sender.rpartition("@")[2]
    if domain.endswith(".invalid"):
        raise NotNow("There is no sender yet, so there is no domain to prepare.", fix="Set the sender first.")
    if domain in _FREE_MAIL:
        raise NotNow(
            f"The sender is at {domain}, which lets nobody else send in its name.",
            fix="Take a sender at a domain of your own, such as editor@your-domain.example.",
        )
    return domain


def webhook_address(setup: ProviderSetup, name: str) -> str:
    """Where the provider tells us of bounces. Raises NotNow without a public address that is https."""
    url = setup.newsletter.public_url
    if url.endswith(".invalid") or not url.startswith("https://"):
        raise NotNow(
            "There is no public address yet that begins with https://, so nobody could tell us anything.",
            fix="Set the public address first, and let this program be reached there.",
        )
    return f"{url}/webhooks/{name}"


def dmarc_record(domain: str) -> DnsRecord:
    """Large mailbox providers ask everybody who sends to many for one (RFC 7489); this one changes nothing else."""
    from newsletter.ports.resolver import RecordType

    return DnsRecord(
        name=f"_dmarc.{domain}",
        kind=RecordType.TXT,
        value="v=DMARC1; p=none",
        begins="v=DMARC1",
        note="Only where there is none yet that begins with v=DMARC1.",
    )


def one_line(value: str) -> str:
    """What was typed for a setting, without blanks around it. Raises Mistake for what can't stand in one line."""
    value = value.strip()
    if not value.isprintable():
        raise Mistake("This holds a line break or a control character.", fix="Copy it again, as one line.")
    return value
