"""Asks which mail server, and as whom to log in: `newsletter connect smtp`, and the same on the page."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

import click

from newsletter.providers.ask import ask, ask_secret
from newsletter.providers.smtp.bounces.answers import bounce_answers, bounce_questions
from newsletter.providers.smtp.server import Server, smtp_url
from newsletter.providers.steps import ConnectQuestion, one_line
from newsletter.words.mistake import Mistake


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


def smtp_questions(settings: Mapping[str, str]) -> tuple[ConnectQuestion, ...]:
    kept = urlsplit(settings.get("smtp_url", ""))
    return (
        ConnectQuestion(name="host", label="Mail server", about="Such as mail.example.org.", value=kept.hostname or ""),
        ConnectQuestion(
            name="port",
            label="Port",
            about="Left empty: 587, or 465 where it is encrypted from the first byte. Many hosts block 25.",
            value=str(kept.port or ""),
        ),
        ConnectQuestion(
            name="user",
            label="User",
            about="Often your address. Left empty where nobody has to sign in.",
            value=unquote(kept.username or ""),
        ),
        ConnectQuestion(name="password", label="Password", is_secret=True),
        ConnectQuestion(
            name="tls",
            label="Encrypted from the first byte (465), in place of STARTTLS (587)",
            value="yes" if kept.scheme == "smtps" else "",
            is_switch=True,
        ),
        *bounce_questions(settings),
    )


def smtp_answers(given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    host, user = one_line(given.get("host", "")), one_line(given.get("user", ""))
    kept = urlsplit(settings.get("smtp_url", ""))
    # A kept password goes to the server that it was typed for, and to no other.
    is_same = (kept.hostname or "", unquote(kept.username or "")) == (host.lower(), user)
    password = given.get("password", "") or (unquote(kept.password or "") if is_same else "")
    if not host:
        raise Mistake("There is no mail server yet.", fix="Its name is on your mail provider's page for mail programs.")
    if user and not password:
        raise Mistake("There is a user, but no password.", fix="Type the password too.")
    url = smtp_url(
        host,
        port=_port(given.get("port", "")),
        user=user,
        password=password if user else "",
        encrypted=bool(given.get("tls")),
    )
    Server(url)
    connections = parse_qs(kept.query).get("connections", [])
    kept_url = f"{url}?connections={connections[0]}" if connections else url
    return {"smtp_url": kept_url, **bounce_answers(given, settings)}


def _port(text: str) -> int | None:
    text = text.strip()
    if text and not (text.isdecimal() and 1 <= int(text) <= 65_535):
        raise Mistake(f"“{text[:20]}” is not a port.", fix="Write a number such as 587, or leave it empty.")
    return int(text) if text else None
