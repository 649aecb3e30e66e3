"""A mail server besides sending: its settings, and how it is tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.providers.kind import ProviderKind, ProviderSetting, ProviderSetup, ProviderTried
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    import click

    from newsletter.ports.events import EventSource
    from newsletter.ports.provider import Limits
    from newsletter.providers.smtp.bounces.mark import ReturnPath
    from newsletter.providers.smtp.provider import SmtpProvider
    from newsletter.providers.steps import ConnectQuestion, SetupStep


_MAILBOX = "NEWSLETTER_SMTP_BOUNCE_MAILBOX"


def _check_url(url: str, in_file: bool) -> None:
    # The address holds a password, so the refusal does not repeat it.
    if not re.match(r"smtps?://[^\s/]+", url):
        raise Mistake("This is not a mail server's address.", fix="Write smtp://user:password@host:587")


def _check_bounce_address(address: str, in_file: bool) -> None:
    from newsletter.providers.smtp.bounces.mark import check_return_address

    check_return_address(address)


def _check_bounce_mailbox(url: str, in_file: bool) -> None:
    # The address holds a password, so the refusal does not repeat it.
    if not re.match(r"imaps://[^\s/]+", url):
        raise Mistake("This is not a mailbox's address.", fix="Write imaps://user:password@host/Folder")


class SmtpKind(ProviderKind):
    """A mail server refuses while the mail is handed over; what bounces later comes back as a mail.

    It does not tell of mails that arrive, so its silence means nothing.
    """

    name, title = "smtp", "our mail server"
    label, about = "A mail server", "Your host's, or any other that lets you sign in. Good for some hundred readers."
    settings = (
        ProviderSetting(
            key="smtp_url",
            variable="NEWSLETTER_SMTP_URL",
            about="Your mail server, with its password",
            is_secret=True,
            is_needed=True,
            check=_check_url,
        ),
        ProviderSetting(
            key="smtp_bounce_address", variable="NEWSLETTER_SMTP_BOUNCE_ADDRESS", check=_check_bounce_address
        ),
        ProviderSetting(
            key="smtp_bounce_mailbox",
            variable=_MAILBOX,
            about="The mailbox where bounces arrive, with its password",
            is_secret=True,
            check=_check_bounce_mailbox,
        ),
        ProviderSetting(key="dkim_key", variable="NEWSLETTER_DKIM_KEY", is_file=True),
        ProviderSetting(key="dkim_selector", variable="NEWSLETTER_DKIM_SELECTOR"),
    )

    def limits(self) -> Limits:
        from newsletter.providers.smtp.provider import LIMITS

        return LIMITS

    def build(self, setup: ProviderSetup) -> SmtpProvider:
        from newsletter.providers.smtp.provider import SmtpProvider

        sign = None
        if key := setup.settings.get("dkim_key"):
            from newsletter.providers.smtp.dkim import read_signer

            selector, sender = setup.settings.get("dkim_selector"), setup.newsletter.sender
            sign = read_signer(Path(key), selector=selector, sender=sender).signed
        return SmtpProvider(
            setup.settings.get("smtp_url", ""), clock=setup.clock, sign=sign, return_path=_return_path(setup)
        )

    def events(self, setup: ProviderSetup) -> EventSource | None:
        """The bounce mailbox, where there is one and mails come back to an address that says whose copy each was."""
        mailbox, return_path = setup.settings.get("smtp_bounce_mailbox"), _return_path(setup)
        if mailbox is None or return_path is None:
            return None
        from newsletter.providers.smtp.bounces.mailbox import BounceMailbox

        return BounceMailbox(lambda: setup.open_mailbox(mailbox, _MAILBOX), return_path, setup.clock)

    def connect_command(self) -> click.Command:
        from newsletter.providers.smtp.connect import smtp

        return smtp

    def questions(self, settings: Mapping[str, str]) -> tuple[ConnectQuestion, ...]:
        from newsletter.providers.smtp.connect import smtp_questions

        return smtp_questions(settings)

    def answers(self, given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
        from newsletter.providers.smtp.connect import smtp_answers

        return smtp_answers(given, settings)

    def steps(self) -> tuple[SetupStep, ...]:
        from newsletter.providers.smtp.steps import smtp_steps

        return smtp_steps(self.try_out, _MAILBOX)

    def for_good(self) -> Callable[[str], bool]:
        from newsletter.providers.smtp.bounces.cause import says_no_mailbox

        return says_no_mailbox

    def try_out(self, setup: ProviderSetup) -> ProviderTried:
        from newsletter.providers.smtp.provider import SmtpProvider

        return SmtpProvider(setup.settings.get("smtp_url", ""), clock=setup.clock).look()


def _return_path(setup: ProviderSetup) -> ReturnPath | None:
    address = setup.settings.get("smtp_bounce_address")
    if address is None:
        return None
    from newsletter.providers.smtp.bounces.mark import ReturnPath

    return ReturnPath(address, setup.keys)
