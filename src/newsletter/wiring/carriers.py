"""Builds the provider that the settings name, and what asks it afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.ports.provider import Provider
    from newsletter.providers.sendgrid.asking import Asking
    from newsletter.wiring import Parts


def _outbox(parts: Parts) -> Provider:
    from newsletter.providers.outbox import Outbox

    # For practising interruptions: seconds that each parcel takes.
    delay = float(os.environ.get("NEWSLETTER_PRACTICE_DELAY", "0"))
    size = parts.config.parcel_size or 50
    return Outbox(parts.outbox_directory, clock=parts.clock, parcel_size=size, practice_delay=delay)


def _sendgrid(parts: Parts) -> Provider:
    from newsletter.providers.sendgrid import DEFAULT_URL, SendGrid

    config = parts.config
    return SendGrid(config.sendgrid_api_key or "", clock=parts.clock, url=config.sendgrid_url or DEFAULT_URL)


def sendgrid_asking(parts: Parts) -> Asking:
    from newsletter.providers.sendgrid import DEFAULT_URL
    from newsletter.providers.sendgrid.asking import Asking

    config = parts.config
    return Asking(config.sendgrid_api_key or "", config.sendgrid_url or DEFAULT_URL, parts.clock.monotonic)


def _smtp(parts: Parts) -> Provider:
    from newsletter.providers.smtp import SmtpProvider

    config = parts.config
    sign = None
    if config.dkim_key:
        from newsletter.providers.smtp.dkim import read_signer

        signer = read_signer(config.dkim_key, selector=config.dkim_selector, sender=config.newsletter.sender)
        sign = signer.signed
    return SmtpProvider(config.smtp_url or "", clock=parts.clock, sign=sign)


CARRIERS: dict[str, Callable[[Parts], Provider]] = {"outbox": _outbox, "sendgrid": _sendgrid, "smtp": _smtp}
