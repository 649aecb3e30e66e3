"""Asks for SendGrid's key: `newsletter connect sendgrid`, and the same on the page."""

from __future__ import annotations

import os
from collections.abc import Mapping

import click

from newsletter.providers.ask import ask_secret
from newsletter.providers.steps import ConnectQuestion, one_line
from newsletter.words.mistake import Mistake

_EUROPE = "https://api.eu.sendgrid.com"


@click.command()
@click.option("--url", help="Another host of SendGrid, such as https://api.eu.sendgrid.com.")
def sendgrid(url: str | None) -> dict[str, str]:
    """Use SendGrid. It is asked what the key may do; nothing is sent.

    \b
    Example:
      newsletter connect sendgrid
      newsletter connect sendgrid --url https://api.eu.sendgrid.com
    """
    key = os.environ.get("SENDGRID_API_KEY", "").strip() or ask_secret("SendGrid key")
    return {"sendgrid_api_key": key, **({"sendgrid_url": url} if url else {})}


def sendgrid_questions(settings: Mapping[str, str]) -> tuple[ConnectQuestion, ...]:
    return (
        ConnectQuestion(
            name="key",
            label="API key",
            about="Made at SendGrid under Settings, API Keys. Full Access is the simplest.",
            is_secret=True,
        ),
        ConnectQuestion(
            name="europe",
            label="The account is in SendGrid's European region",
            value="yes" if settings.get("sendgrid_url") == _EUROPE else "",
            is_switch=True,
        ),
    )


def sendgrid_answers(given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    key = one_line(given.get("key", "")) or settings.get("sendgrid_api_key", "")
    if not key:
        raise Mistake("There is no key yet.", fix="Copy one from SendGrid: Settings, API Keys.")
    # An address that was set at the machine is left alone.
    before = settings.get("sendgrid_url", "")
    where = _EUROPE if given.get("europe") else "" if before == _EUROPE else before
    return {"sendgrid_api_key": key, "sendgrid_url": where}
