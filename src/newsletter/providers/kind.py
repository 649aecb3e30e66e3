"""What the program knows of a provider besides sending: its settings, how it is tried, what it reports afterwards."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

    from newsletter.ports.clock import Clock
    from newsletter.ports.events import EventSource
    from newsletter.ports.fetcher import Fetcher
    from newsletter.ports.mailbox import OpenMailbox
    from newsletter.ports.provider import Evidence, Limits, Provider, Tried
    from newsletter.providers.steps import ConnectQuestion, SetupStep
    from newsletter.words.newsletter import Newsletter
    from newsletter.words.tracking import Tracking


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSetting:
    """A value that is set from outside: `key` in `newsletter.toml`, `variable` in `var/secrets.env` and the environment.

    A secret is refused in `newsletter.toml`; `about` says on the settings page what it is for. While a setting that
    `is_needed` is missing, nothing is sent. A relative path begins at the newsletter's folder.

    `check` is called with the value, and whether it is in `newsletter.toml`, which anybody who may push can change. It
    raises Mistake for a wrong value; `config` adds where the value is.
    """

    key: str
    variable: str
    about: str = ""
    is_secret: bool = False
    is_needed: bool = False
    is_web_address: bool = False
    is_file: bool = False
    check: Callable[[str, bool], None] = lambda value, in_file: None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSetup:
    """What a provider is built from. `settings` are the values that are set, by key; `parcel_size` None is the most it takes,
    and `call` None as long as it grants a call by itself.

    `keys` sign what comes back to us, the first of them what goes out now. `open_mailbox` takes its address, such as
    `imaps://user:password@host/Folder`, and the name of the setting that holds it; it raises NotNow where that can't be reached, and Mistake for a wrong address or password. `fetcher` reads pages of the web.
    """

    directory: Path
    newsletter: Newsletter
    settings: Mapping[str, str]
    tracking: Tracking
    parcel_size: int | None
    clock: Clock
    keys: Mapping[int, bytes] = field(repr=False)
    open_mailbox: Callable[[str, str], AbstractContextManager[OpenMailbox]]
    fetcher: Callable[[], Fetcher]
    call: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTried:
    """A provider that let us in: `words` say how; `said_at` is the time by its own clock, where it gave it.

    `server` is a mail server's own name and the address it was reached at, so that `doctor` can look them up.
    `warnings` are what will keep mail from arriving, though we were let in, each with what to do.
    """

    words: str
    said_at: datetime | None = None
    warnings: tuple[tuple[str, str], ...] = ()
    server: tuple[str, str] | None = None


class ProviderKind(ABC):
    """One provider, as settings, screens and commands see it. Each room has a subclass, and `registry.py` names it.

    `name` is used in settings, addresses and the database, and never changes; `title` is used in sentences. `label` and
    `about` are for somebody who has to choose one. A default
    here is right for a provider without that ability. Methods import what they need: this is read at every start.
    """

    name: str
    title: str
    label: str = ""
    about: str = ""
    settings: tuple[ProviderSetting, ...] = ()
    # As in `ports.provider.Provider`, which may not be built yet.
    whole_or_nothing: bool = False
    # Nothing leaves this machine: no domain, no pace, and an account of its own.
    is_practice: bool = False
    # It reports `events`, so that silence means something.
    tells: bool = False
    # It keeps a list of addresses that bounced, until somebody takes them off there.
    keeps_lists: bool = False
    # The DKIM selectors that it signs with by default, and the domain that its DNS records lead to.
    selectors: tuple[str, ...] = ()
    domain: str | None = None

    @abstractmethod
    def limits(self) -> Limits:
        """What a call takes, for checks while the provider can't be built."""

    @abstractmethod
    def build(self, setup: ProviderSetup) -> Provider:
        """Raises NewsletterError for a setting that can't be right."""

    def connect_command(self) -> click.Command | None:
        """Asks for the settings and returns them by key; `newsletter connect NAME` tries them and keeps them."""
        return None

    def questions(self, settings: Mapping[str, str]) -> tuple[ConnectQuestion, ...]:
        """What the page asks to connect it, filled in with the settings that are kept, by key; never with a secret."""
        return ()

    def answers(self, given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
        """The settings that the answers come to, by key. A secret that was left empty stays as it is in `settings`.

        Raises Mistake for one that can't be right.
        """
        return {}

    def try_key(self, setup: ProviderSetup) -> ProviderTried:
        """As `try_out`, but only whether we are let in: the domain may still have to be prepared."""
        return self.try_out(setup)

    def steps(self) -> tuple[SetupStep, ...]:
        """What is prepared at the provider before real mail goes out, in the order in which people do it."""
        return ()

    def try_out(self, setup: ProviderSetup) -> ProviderTried:
        """Ask it to let us in, sending nothing. Raises Unreachable where nobody answered, else NewsletterError."""
        return ProviderTried(words=self.build(setup).explain())

    def events(self, setup: ProviderSetup) -> EventSource | None:
        """What it reports afterwards, at /webhooks/NAME and when asked.

        Raises Mistake for something that is not a key.
        """
        return None

    def evidence(self, setup: ProviderSetup, find_try: Callable[[str, Sequence[int]], Tried | None]) -> Evidence | None:
        """What can be asked about a try that nobody saw the end of; `find_try` knows what was tried."""
        return None

    def for_good(self) -> Callable[[str], bool] | None:
        """Judges whether a refusal's words say that there is no such address: that is not mailed again, as after a bounce."""
        return None

    def after_sending(self, setup: ProviderSetup) -> None:  # noqa: B027 - most have nothing to do then
        """Called when nothing more is due."""
