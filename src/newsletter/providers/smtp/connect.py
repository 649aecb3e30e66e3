"""`newsletter connect smtp`: asks which mail server, and as whom to log in."""

from __future__ import annotations

import sys

import click

from newsletter.providers.ask import ask, ask_secret
from newsletter.providers.smtp.server import smtp_url


@click.command()
@click.option("--host", help="Your mail server.")
@click.option("--port", type=click.IntRange(1, 65535), help="587 if left out, and 465 with --tls.")
@click.option("--user", help="As whom to log in; leave it out where nobody has to.")
@click.option("--tls", is_flag=True, help="Encrypted from the first byte (465), instead of STARTTLS (587).")
@click.option("--connections", type=click.IntRange(1, 50), help="How many at once; 4 if left out.")
def smtp(host: str | None, port: int | None, user: str | None, tls: bool, connections: int | None) -> dict[str, str]:
    """Use a mail server. It is greeted and logged in to; nothing is sent.

    \b
    Example:
      newsletter connect smtp --host mail.example.org --user me@example.org
      newsletter connect smtp --host localhost --port 25
    """
    host = host or ask("Mail server", "--host")
    if user is None and sys.stdin.isatty():
        user = click.prompt("User (Enter: none)", default="", show_default=False)
    password = ask_secret("password") if user else ""
    url = smtp_url(host, port=port, user=user or "", password=password, encrypted=tls)
    return {"smtp_url": f"{url}?connections={connections}" if connections else url}
