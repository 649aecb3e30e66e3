"""A mail server besides sending: its settings, and how it is tried."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.providers.kind import ProviderKind, ProviderSetting, ProviderSetup, ProviderTried
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    import click

    from newsletter.ports.provider import Limits
    from newsletter.providers.smtp.provider import SmtpProvider


def _check_url(url: str, in_file: bool) -> None:
    # The address holds a password, so the refusal does not repeat it.
    if not re.match(r"smtps?://[^\s/]+", url):
        raise Mistake("This is not a mail server's address.", fix="Write smtp://user:password@host:587")


class SmtpKind(ProviderKind):
    """A mail server refuses while the mail is handed over, and reports nothing afterwards."""

    name, title = "smtp", "our mail server"
    settings = (
        ProviderSetting(
            key="smtp_url",
            variable="NEWSLETTER_SMTP_URL",
            about="Your mail server, with its password",
            is_secret=True,
            is_needed=True,
            check=_check_url,
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
        return SmtpProvider(setup.settings.get("smtp_url", ""), clock=setup.clock, sign=sign)

    def connect_command(self) -> click.Command:
        from newsletter.providers.smtp.connect import smtp

        return smtp

    def try_out(self, setup: ProviderSetup) -> ProviderTried:
        from newsletter.providers.smtp.provider import SmtpProvider

        return SmtpProvider(setup.settings.get("smtp_url", ""), clock=setup.clock).look()
