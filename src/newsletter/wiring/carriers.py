"""Builds the provider that the settings name, and what asks it afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from newsletter.words.lack import refusal
from newsletter.words.mistake import NewsletterError

if TYPE_CHECKING:
    from newsletter.ports.provider import Limits, Provider
    from newsletter.providers.sendgrid.api import SendGridApi
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
    return SendGrid(
        config.sendgrid_api_key or "",
        clock=parts.clock,
        url=config.sendgrid_url or DEFAULT_URL,
        tracking=config.tracking,
    )


def sendgrid_asking(parts: Parts) -> SendGridApi:
    from newsletter.providers.sendgrid import DEFAULT_URL
    from newsletter.providers.sendgrid.api import SendGridApi

    config = parts.config
    return SendGridApi(config.sendgrid_api_key or "", config.sendgrid_url or DEFAULT_URL, parts.clock.monotonic)


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


def carrier_or_refusal(parts: Parts) -> Provider | NewsletterError:
    """The provider that the settings name; or why there can't be one, such as a key that is not set or can't be read."""
    config = parts.config
    needed = {"sendgrid": "sendgrid_api_key", "smtp": "smtp_url"}.get(config.provider)
    why = refusal([lack for lack in config.lacks if lack.setting == needed])
    if why:
        return why
    try:
        return CARRIERS[config.provider](parts)
    except NewsletterError as error:
        return error


def limits_of(provider: str) -> Limits:
    """What a call would take through a provider that can't be built yet."""
    from newsletter.ports.provider import Limits

    if provider == "sendgrid":
        from newsletter.providers.sendgrid.validate import BYTES_PER_GAP, MAX_READERS, MAX_SUBSTITUTION_BYTES

        return Limits(readers=MAX_READERS, bytes_per_reader=MAX_SUBSTITUTION_BYTES, bytes_per_gap=BYTES_PER_GAP)
    from newsletter.providers.smtp import MAX_READERS as MAX_MAILS

    return Limits(readers=MAX_MAILS)
