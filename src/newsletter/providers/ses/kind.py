"""Amazon SES besides sending: its settings, the account tried, and what an SNS topic tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.providers.kind import ProviderKind, ProviderSetting, ProviderSetup, ProviderTried
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    import click

    from newsletter.ports.provider import Limits
    from newsletter.providers.ses.client import SesAccess
    from newsletter.providers.ses.events import SesEvents
    from newsletter.providers.ses.provider import Ses
    from newsletter.providers.steps import ConnectQuestion, SetupStep

_REGION = re.compile(r"[a-z]{2,3}(?:-[a-z]+){1,3}-\d{1,2}")
# SES's own names and no other of Amazon's: under most of those anybody can rent one.
_OWN_URL = re.compile(r"https://email(?:-fips)?\.[a-z0-9-]{1,30}\.amazonaws\.com(?:\.cn)?(?::443)?/?")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def _check_region(region: str, in_file: bool) -> None:
    if not _REGION.fullmatch(region):
        raise Mistake(f"{region} is not a region of Amazon's.", fix="Write it like eu-west-1.")


def _check_topic(topic: str, in_file: bool) -> None:
    from newsletter.providers.ses.sns import TOPIC

    if not TOPIC.fullmatch(topic):
        raise Mistake(
            f"{topic} does not name an SNS topic.", fix="Write it like arn:aws:sns:eu-west-1:123456789012:weekly."
        )


def _check_url(url: str, in_file: bool) -> None:
    """From this machine's own settings any address; from `newsletter.toml` only Amazon's: readers are sent there."""
    address = urlsplit(url)
    host = address.hostname or ""
    if in_file and not _OWN_URL.fullmatch(url):
        raise Mistake(
            f"{url} is not an address of SES, and whoever can change this file would be sent every mail.",
            fix="Delete the line. If that address is meant, say it at this machine: newsletter connect ses --url "
            "ADDRESS, or NEWSLETTER_SES_URL= in var/secrets.env.",
        )
    if address.scheme != "https" and host not in _LOCAL:
        raise Mistake(
            f"NEWSLETTER_SES_URL would send every mail to {host} without encryption.",
            fix="Write https:// there. Plain http:// is taken only for a server on this machine.",
        )


class SesKind(ProviderKind):
    """A pair of keys, or the machine's own credentials, for one region."""

    name, title = "ses", "Amazon SES"
    label, about = (
        "Amazon SES",
        "The cheapest for many readers. An account at Amazon, and a day until it lets you write to everybody.",
    )
    settings = (
        ProviderSetting(key="ses_region", variable="NEWSLETTER_SES_REGION", is_needed=True, check=_check_region),
        ProviderSetting(
            key="ses_access_key",
            variable="NEWSLETTER_SES_ACCESS_KEY",
            about="The name of Amazon's key; without it this machine's own credentials are used",
            is_secret=True,
        ),
        ProviderSetting(
            key="ses_secret_key",
            variable="NEWSLETTER_SES_SECRET_KEY",
            about="The secret that belongs to Amazon's key",
            is_secret=True,
        ),
        ProviderSetting(key="ses_configuration_set", variable="NEWSLETTER_SES_CONFIGURATION_SET"),
        ProviderSetting(
            key="ses_topic",
            variable="NEWSLETTER_SES_TOPIC",
            about="The SNS topic whose messages about your mail are believed",
            is_secret=True,
            check=_check_topic,
        ),
        ProviderSetting(key="ses_url", variable="NEWSLETTER_SES_URL", is_web_address=True, check=_check_url),
    )
    # Nothing to look up in DNS: the selectors are the account's own, and SPF of the sender's domain need not name SES.
    tells = keeps_lists = True

    def limits(self) -> Limits:
        from newsletter.providers.ses.provider import LIMITS

        return LIMITS

    def build(self, setup: ProviderSetup) -> Ses:
        from newsletter.providers.ses.provider import Ses

        return Ses(_access(setup), clock=setup.clock, configuration_set=setup.settings.get("ses_configuration_set"))

    def connect_command(self) -> click.Command:
        from newsletter.providers.ses.connect import ses

        return ses

    def events(self, setup: ProviderSetup) -> SesEvents:
        from newsletter.providers.ses.client import SesClient
        from newsletter.providers.ses.events import SesEvents
        from newsletter.providers.ses.sns import SnsTopic

        name = setup.settings.get("ses_topic")
        topic = SnsTopic(name, fetcher=setup.fetcher, clock=setup.clock) if name else None
        asking = (lambda: SesClient(_access(setup))) if setup.settings.get("ses_region") else None
        return SesEvents(topic, setup.clock, asking)

    def questions(self, settings: Mapping[str, str]) -> tuple[ConnectQuestion, ...]:
        from newsletter.providers.ses.connect import ses_questions

        return ses_questions(settings)

    def answers(self, given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
        from newsletter.providers.ses.connect import ses_answers

        return ses_answers(given, settings)

    def try_key(self, setup: ProviderSetup) -> ProviderTried:
        """Without the domain, which may not be known there yet."""
        from newsletter.providers.ses.account import try_keys
        from newsletter.providers.ses.client import SesClient

        client = SesClient(_access(setup))
        try:
            return try_keys(client)
        finally:
            client.close()

    def steps(self) -> tuple[SetupStep, ...]:
        from newsletter.providers.ses.steps import ses_steps

        return ses_steps(_access)

    def try_out(self, setup: ProviderSetup) -> ProviderTried:
        from newsletter.providers.ses.account import try_account
        from newsletter.providers.ses.client import SesClient

        client = SesClient(_access(setup))
        try:
            return try_account(
                client,
                sender=setup.newsletter.sender,
                configuration_set=setup.settings.get("ses_configuration_set", ""),
                topic=setup.settings.get("ses_topic", ""),
            )
        finally:
            client.close()


def _access(setup: ProviderSetup) -> SesAccess:
    from newsletter.providers.ses.client import SesAccess

    given = setup.settings
    return SesAccess(
        region=given.get("ses_region", ""),
        access_key=given.get("ses_access_key") or None,
        secret_key=given.get("ses_secret_key") or None,
        url=given.get("ses_url"),
    )
