"""Everything that is set from outside: `newsletter.toml`, `var/secrets.env` and the environment, as one frozen Config."""

from __future__ import annotations

import hashlib
import os
import secrets as randomness
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.config_files import FILE, SECRETS
from newsletter.config_sources import PROVIDER_SETTINGS, Settings
from newsletter.config_values import (
    backup_every,
    backup_keep,
    checked_line,
    feed_days,
    form_of_address,
    keep_ip_days,
    language_tag,
    mail_address,
    mail_addresses,
    number,
    provider_value,
    proxies,
    section_plans,
    send_wait,
    tracking_mode,
    unapproved_goes,
    web_address,
    zone_name,
)
from newsletter.ports.clock import Clock
from newsletter.ports.fetcher import Fetcher
from newsletter.ports.mailbox import OpenMailbox
from newsletter.providers.kind import ProviderKind, ProviderSetup
from newsletter.providers.registry import KINDS, PRACTICE
from newsletter.words.issue import SectionPlan
from newsletter.words.lack import Lack
from newsletter.words.newsletter import NO_ADDRESS_YET, NO_HOST_YET, Newsletter
from newsletter.words.pace import NO_LIMIT, Pace
from newsletter.words.token import read_keys
from newsletter.words.tracking import Tracking

_SHORTEST_SECRET = 16
_NOBODY_YET = f"nobody@{NO_HOST_YET}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`parcel_size` None is as many readers as the provider takes. `warnings` are sentences for the person who runs it.

    `kind` is the provider that carries the mail; `provider_settings` are what is set for any of them, by key.

    `lacks` is what real mail can't go without and nobody has set: stand-ins are in its place, and nothing is sent.

    `unapproved_goes`: what nobody approved goes in its slot all the same, even if nobody has read it.

    `trusted_proxies` are networks whose machines are believed when they say for whom they ask.

    `send_wait` is for how many seconds a sending to many that was to go at once can still be stopped.

    `feed_days` is how long entries of feeds wait for a decision; `sections` are those that a new issue begins with.

    A backup is made every `backup_every` days (0 is never by itself) and kept for `backup_keep`; `backup_url` is where copies
    lie outside of this machine, and `backup_phrase` seals them.

    `keep_ip_days` is how long IP and program stay with a request to be mailed: 0 is never, None as long as the request.
    """

    directory: Path
    newsletter: Newsletter
    kind: ProviderKind
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    provider_settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    metrics_token: str | None = field(default=None, repr=False)
    parcel_size: int | None = None
    pace: Pace = NO_LIMIT
    keep_ip_days: int | None = None
    unapproved_goes: bool = False
    imap_url: str | None = field(default=None, repr=False)
    editors: tuple[str, ...] = ()
    feed_days: int = 14
    send_wait: int = 60
    sections: tuple[SectionPlan, ...] = ()
    tracking: Tracking = Tracking.NONE
    trusted_proxies: tuple[str, ...] = ()
    backup_url: str | None = field(default=None, repr=False)
    backup_phrase: str | None = field(default=None, repr=False)
    backup_every: int = 1
    backup_keep: int = 31
    warnings: tuple[str, ...] = ()
    lacks: tuple[Lack, ...] = ()

    @property
    def provider(self) -> str:
        """Its name, as the database knows it."""
        return self.kind.name

    @property
    def is_practice(self) -> bool:
        """Nothing leaves this machine: what is sent is kept in an account of its own."""
        return self.kind.is_practice

    def provider_setup(self, clock: Clock) -> ProviderSetup:
        return ProviderSetup(
            directory=self.directory,
            newsletter=self.newsletter,
            settings=self.provider_settings,
            tracking=self.tracking,
            parcel_size=self.parcel_size,
            clock=clock,
            keys=read_keys(self.secret_key),
            open_mailbox=_open_mailbox,
            fetcher=_fetcher,
        )


def _open_mailbox(url: str, setting: str) -> AbstractContextManager[OpenMailbox]:
    from newsletter.fetch.imap import Mailbox
    from newsletter.fetch.imap_address import read_imap_address

    return Mailbox(read_imap_address(url, setting=setting)).open()


def _fetcher() -> Fetcher:
    from newsletter.fetch.http import HttpFetcher

    return HttpFetcher()


def read_config(directory: Path, environ: Mapping[str, str] | None = None, *, text: str | None = None) -> Config:
    """The settings of the newsletter in `directory`; the environment wins over both files.

    With `text` as they would be if `newsletter.toml` held that.

    What is not set has a stand-in: with `warnings` for practice, with `lacks` for a real provider. Raises
    Missing where there is no newsletter, and Mistake, with file and line, for a wrong value.
    """
    directory = directory.resolve()
    settings = Settings(directory, os.environ if environ is None else environ, text)
    provider = settings.value("provider") or PRACTICE.name
    if provider not in KINDS:
        raise settings.mistake("provider", f"`provider` is `{provider}`.", f"It is one of: {', '.join(KINDS)}.")
    kind = KINDS[provider]
    settings.is_practice = kind.is_practice
    newsletter = _newsletter(settings)
    return Config(
        directory=directory,
        newsletter=newsletter,
        kind=kind,
        database_url=settings.value("database_url") or f"sqlite:///{directory / 'var' / 'newsletter.db'}",
        secret_key=_secret_key(settings, newsletter.name),
        provider_settings=_provider_settings(settings, kind, directory),
        metrics_token=settings.value("metrics_token"),
        parcel_size=number(settings, "parcel_size"),
        # Practice is for looking at it now: no mailbox provider minds how fast files are written.
        pace=NO_LIMIT
        if kind.is_practice
        else Pace(per_hour=number(settings, "per_hour"), warm_up=number(settings, "warm_up")),
        keep_ip_days=keep_ip_days(settings),
        unapproved_goes=unapproved_goes(settings),
        imap_url=settings.value("imap_url"),
        editors=mail_addresses(settings),
        feed_days=feed_days(settings),
        send_wait=send_wait(settings),
        sections=section_plans(settings),
        tracking=tracking_mode(settings),
        trusted_proxies=proxies(settings),
        backup_url=settings.value("backup_url"),
        backup_phrase=settings.value("backup_phrase"),
        backup_every=backup_every(settings),
        backup_keep=backup_keep(settings),
        warnings=tuple(settings.warnings),
        lacks=tuple(settings.lacks),
    )


def _newsletter(settings: Settings) -> Newsletter:
    name = settings.value("name")
    if name is None:
        raise settings.mistake("name", "The newsletter has no name.", 'Add a line: name = "What it is called"')
    return Newsletter(
        name=checked_line(settings, "name", name),
        sender=_sender(settings),
        reply_to=mail_address(settings, "reply_to"),
        address=_postal_address(settings),
        template=settings.value("template") or "digest",
        language=language_tag(settings),
        form_of_address=form_of_address(settings),
        zone=zone_name(settings),
        public_url=_public_url(settings),
    )


def _sender(settings: Settings) -> str:
    sender = mail_address(settings, "sender")
    if sender is None:
        settings.lack(
            "sender",
            "There is no sender.",
            f'Add a line to {FILE}: sender = "editor@example.com"',
            in_practice=f"There is no sender yet; mails say {_NOBODY_YET}. Set `sender` in {FILE}.",
        )
    return sender or _NOBODY_YET


def _postal_address(settings: Settings) -> str:
    address = settings.value("address")
    if address is None:
        settings.lack(
            "address",
            "There is no postal address, and law in most countries wants one in every issue.",
            f'Add a line to {FILE}: address = "Street 1, 12345 Town"',
            in_practice=f"There is no postal address yet; real mail needs one. Set `address` in {FILE}.",
        )
    return address or NO_ADDRESS_YET


def _public_url(settings: Settings) -> str:
    url = web_address(settings, "public_url")
    if url is None:
        settings.lack(
            "public_url",
            "There is no public address, so readers could not unsubscribe.",
            f'Add a line to {FILE}: public_url = "https://news.example.com", or set NEWSLETTER_PUBLIC_URL.',
            in_practice=f"There is no public address yet; links in practice mail lead nowhere. Set `public_url` in {FILE}.",
        )
        return f"https://{NO_HOST_YET}"
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        wrong = settings.mistake(
            "public_url",
            f"The public address {url} is not https; one-click unsubscribe (RFC 8058) must be.",
            f"Write https: {url.replace('http', 'https', 1)}",
        )
        settings.lack("public_url", wrong.message, wrong.fix, place=wrong.place)
    return url


def _secret_key(settings: Settings, name: str) -> str:
    key = settings.value("secret_key")
    how = f"Put a line into {SECRETS}: NEWSLETTER_SECRET_KEY=, followed by what `openssl rand -hex 32` prints."
    if key is not None and len(key) < _SHORTEST_SECRET:
        raise settings.mistake(
            "secret_key", f"The secret key is shorter than {_SHORTEST_SECRET} characters and could be guessed.", how
        )
    if key is not None:
        return key
    settings.lack(
        "secret_key",
        "There is no secret key, so anybody could forge the links that unsubscribe readers.",
        how,
        in_practice=f"There is no secret key; links in practice mail can be forged. `init` makes one in {SECRETS}.",
    )
    if settings.is_practice:
        # The same each time, so that a practice mail's links still fit after a restart.
        return hashlib.sha256(f"practice only: {name}".encode()).hexdigest()
    # Real readers may be in the database, and pages are served: nobody may be able to guess it.
    return randomness.token_hex(32)


def _provider_settings(settings: Settings, kind: ProviderKind, directory: Path) -> dict[str, str]:
    """What is set for any provider, by key; what `kind` needs and has not got is a lack."""
    found = {}
    for one in PROVIDER_SETTINGS:
        value = provider_value(settings, one, directory)
        if value is not None:
            found[one.key] = value
        elif one.is_needed and one in kind.settings:
            settings.lack(
                one.key,
                f"{one.variable} is not set, so nothing can be handed over.",
                f"Put a line into {SECRETS}: {one.variable}=..., or set it in the environment.",
            )
    return found
