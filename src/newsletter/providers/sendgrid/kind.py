"""SendGrid besides sending: its settings, its key tried, its webhook and its log."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from newsletter.providers.kind import ProviderKind, ProviderSetting, ProviderSetup, ProviderTried
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    import click

    from newsletter.ports.events import EventSource
    from newsletter.ports.provider import Evidence, Limits, Provider, Tried
    from newsletter.providers.sendgrid.api import SendGridApi
    from newsletter.providers.steps import ConnectQuestion, SetupStep

_DEFAULT_URL = "https://api.sendgrid.com"
# The global one and those of regions, https://www.twilio.com/docs/sendgrid/api-reference
_OWN_URL = re.compile(r"https://api(?:\.[a-z]{2,10})?\.sendgrid\.com(?::443)?")


def _check_url(url: str, in_file: bool) -> None:
    """From this machine's own settings any address; from `newsletter.toml` only SendGrid's: the key is sent there."""
    if in_file and not _OWN_URL.fullmatch(url):
        raise Mistake(
            f"{url} is none of SendGrid's own addresses, and whoever can change this file would be sent the key.",
            fix="Delete the line. If that address is meant, say it at this machine: newsletter connect sendgrid --url "
            "ADDRESS, or NEWSLETTER_SENDGRID_URL= in var/secrets.env.",
        )


class SendGridKind(ProviderKind):
    """One key for everything: sending, the log, and SendGrid's lists of addresses that it does not mail."""

    name, title = "sendgrid", "SendGrid"
    label, about = "SendGrid", "An account there, and one key. It tells of bounces by itself."
    settings = (
        ProviderSetting(
            key="sendgrid_api_key", variable="SENDGRID_API_KEY", about="SendGrid's key", is_secret=True, is_needed=True
        ),
        ProviderSetting(key="sendgrid_url", variable="NEWSLETTER_SENDGRID_URL", is_web_address=True, check=_check_url),
        ProviderSetting(
            key="sendgrid_webhook_key",
            variable="NEWSLETTER_SENDGRID_WEBHOOK_KEY",
            about="Proves that what is told comes from SendGrid",
            is_secret=True,
        ),
    )
    whole_or_nothing = tells = keeps_lists = True
    selectors, domain = ("s1", "s2"), "sendgrid.net"

    def limits(self) -> Limits:
        from newsletter.providers.sendgrid.validate import LIMITS

        return LIMITS

    def build(self, setup: ProviderSetup) -> Provider:
        from newsletter.providers.sendgrid.provider import SendGrid

        deadline = setup.call or self.limits().deadline
        return SendGrid(_key(setup), clock=setup.clock, url=_url(setup), deadline=deadline, tracking=setup.tracking)

    def connect_command(self) -> click.Command:
        from newsletter.providers.sendgrid.connect import sendgrid

        return sendgrid

    def questions(self, settings: Mapping[str, str]) -> tuple[ConnectQuestion, ...]:
        from newsletter.providers.sendgrid.connect import sendgrid_questions

        return sendgrid_questions(settings)

    def answers(self, given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
        from newsletter.providers.sendgrid.connect import sendgrid_answers

        return sendgrid_answers(given, settings)

    def steps(self) -> tuple[SetupStep, ...]:
        from newsletter.providers.sendgrid.steps import sendgrid_steps

        return sendgrid_steps(_api, _url)

    def try_out(self, setup: ProviderSetup) -> ProviderTried:
        from newsletter.providers.sendgrid.scopes import try_key

        return try_key(_key(setup), url=_url(setup), clock=setup.clock)

    def events(self, setup: ProviderSetup) -> EventSource:
        from newsletter.providers.sendgrid.events import SendGridEvents

        asking = partial(_api, setup) if _key(setup) else None
        return SendGridEvents(setup.settings.get("sendgrid_webhook_key", ""), setup.clock, asking)

    def evidence(self, setup: ProviderSetup, find_try: Callable[[str, Sequence[int]], Tried | None]) -> Evidence:
        from newsletter.providers.sendgrid.logs import SendGridLogs

        return SendGridLogs(_api(setup), find_try)


def _key(setup: ProviderSetup) -> str:
    return setup.settings.get("sendgrid_api_key", "")


def _url(setup: ProviderSetup) -> str:
    return setup.settings.get("sendgrid_url", _DEFAULT_URL)


def _api(setup: ProviderSetup) -> SendGridApi:
    from newsletter.providers.sendgrid.api import SendGridApi

    return SendGridApi(_key(setup), _url(setup), setup.clock.monotonic)
