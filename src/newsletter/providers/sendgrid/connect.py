"""`newsletter connect sendgrid`: asks for the key."""

from __future__ import annotations

import os

import click

from newsletter.providers.ask import ask_secret


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
