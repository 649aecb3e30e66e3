"""`connect`: say who carries the mail, and find out that it works before it is needed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from newsletter.config import Config


@click.group()
def connect() -> None:
    """Say who carries your mail. It is tried without sending any, and kept only if it works.

    Passwords and keys are asked for, or read from standard input; they are never shown, and stand in var/secrets.env,
    which nobody else may read.

    \b
    Example:
      newsletter connect smtp --host mail.example.org --user me@example.org
    """


@connect.command()
@click.option("--host", help="Your mail server.")
@click.option("--port", type=click.IntRange(1, 65535), help="587 if left out, and 465 with --tls.")
@click.option("--user", help="As whom to log in; leave it out where nobody has to.")
@click.option("--tls", is_flag=True, help="Encrypted from the first byte (465), instead of STARTTLS (587).")
@click.option("--connections", type=click.IntRange(1, 50), help="How many at once; 4 if left out.")
@click.pass_obj
def smtp(
    folder: object, host: str | None, port: int | None, user: str | None, tls: bool, connections: int | None
) -> None:
    """Use a mail server. It is greeted and logged in to; nothing is sent.

    \b
    Example:
      newsletter connect smtp --host mail.example.org --user me@example.org
      newsletter connect smtp --host localhost --port 25
    """
    from newsletter.providers.smtp import SmtpProvider
    from newsletter.providers.smtp.server import smtp_url
    from newsletter.wiring import SystemClock

    directory, _ = _opened(folder)
    host = host or _asked("Mail server", "--host")
    if user is None and sys.stdin.isatty():
        user = click.prompt("User (Enter: none)", default="", show_default=False)
    password = _secret("password") if user else ""
    url = smtp_url(host, port=port, user=user or "", password=password, encrypted=tls)
    if connections:
        url += f"?connections={connections}"
    click.echo(SmtpProvider(url, clock=SystemClock()).check())
    _keep(directory, "smtp", {"NEWSLETTER_SMTP_URL": url})


@connect.command()
@click.option("--url", help="Another host of SendGrid, such as https://api.eu.sendgrid.com.")
@click.pass_obj
def sendgrid(folder: object, url: str | None) -> None:
    """Use SendGrid. It is asked what the key may do; nothing is sent.

    \b
    Example:
      newsletter connect sendgrid
      newsletter connect sendgrid --url https://api.eu.sendgrid.com
    """
    from newsletter.providers.sendgrid import DEFAULT_URL
    from newsletter.providers.sendgrid.scopes import check_key
    from newsletter.wiring import SystemClock

    directory, config = _opened(folder)
    key = os.environ.get("SENDGRID_API_KEY", "").strip() or _secret("SendGrid key")
    click.echo(check_key(key, url=url or config.sendgrid_url or DEFAULT_URL, clock=SystemClock()))
    settings = {"SENDGRID_API_KEY": key}
    if url:
        settings["NEWSLETTER_SENDGRID_URL"] = url
    _keep(directory, "sendgrid", settings)


def _opened(folder: object) -> tuple[Path, Config]:
    from newsletter.cli import Folder
    from newsletter.config import read_config

    assert isinstance(folder, Folder)
    # As if for practice: what only real sending needs may still be missing.
    config = read_config(folder.directory, {**os.environ, "NEWSLETTER_PROVIDER": "outbox"})
    return folder.directory, config


def _asked(what: str, option: str) -> str:
    if sys.stdin.isatty():
        answer: str = click.prompt(what)
        return answer.strip()
    raise click.UsageError(f"Say it with {option}.")


def _secret(what: str) -> str:
    """From a terminal, or the first line of standard input; never from the command line, which others can see."""
    if sys.stdin.isatty():
        answer: str = click.prompt(what[0].upper() + what[1:], hide_input=True)
        return answer.strip()
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError(f"There is no {what}: write it to standard input.")
    return line


def _keep(directory: Path, provider: str, values: dict[str, str]) -> None:
    from newsletter.config import read_config
    from newsletter.folder.secrets_file import SECRETS, keep_secrets

    keep_secrets(directory, {**values, "NEWSLETTER_PROVIDER": provider})
    click.echo(
        f"Kept in {SECRETS}. From now on `send` goes to real people; to practise: NEWSLETTER_PROVIDER=outbox there."
    )
    if (given := os.environ.get("NEWSLETTER_PROVIDER", provider)) != provider:
        click.echo(f"Note: NEWSLETTER_PROVIDER={given} in the environment wins over that.", err=True)
    for lack in read_config(directory, {**os.environ, "NEWSLETTER_PROVIDER": provider}).lacks:
        click.echo(f"Before you can send: {lack.message}\n{lack.fix}")
