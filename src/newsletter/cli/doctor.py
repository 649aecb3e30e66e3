"""`doctor`: whether what a newsletter runs on is sound, and its domain fit to send from."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.words.mistake import NewsletterError
from newsletter.words.verdict import State, Verdict, failed, passed, unknown, warned

if TYPE_CHECKING:
    from newsletter.ports.resolver import Resolver
    from newsletter.wiring import Parts

_LITTLE, _TOO_LITTLE = 1_000_000_000, 100_000_000
_SECONDS_APART = 5.0
_DAYS_SINCE_BACKUP = 8
_SIGNS = {State.PASS: "ok", State.WARN: "look", State.FAIL: "mend", State.UNKNOWN: "not known"}
# Where SendGrid's authenticated domains lead.
_SENDGRID = "sendgrid.net"


@click.command()
@click.option("--offline", is_flag=True, help="Ask nobody: domain, provider and public address are not looked at.")
@click.option("--selector", "selectors", multiple=True, metavar="NAME", help="A DKIM selector of your mail server.")
@click.option("--bounces", metavar="HOST", help="The domain that bounces go to, such as em123.example.com.")
@click.option("--name-server", metavar="ADDRESS[:PORT]", help="Ask this one instead of this machine's.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json for scripts.",
)
@click.pass_context
def doctor(
    ctx: click.Context,
    offline: bool,
    selectors: tuple[str, ...],
    bounces: str | None,
    name_server: str | None,
    style: str,
) -> None:
    """Look whether settings, secrets, database, clock, disk, backups, provider and domain are sound.

    The provider's key or password is tried, which sends nothing. Exits with 1 where something has to be mended. What could
    not be looked at is said to be so, and is no failure.

    \b
    Example:
      newsletter doctor
      newsletter doctor --selector mail --bounces bounce.example.com
    """
    from newsletter.cli import Folder
    from newsletter.cli.doctor_reach import provider, public_address
    from newsletter.fetch.dns import DnsResolver
    from newsletter.wiring import open_newsletter

    assert isinstance(ctx.obj, Folder)
    parts = open_newsletter(ctx.obj.directory)
    server = _server(name_server)
    resolver = DnsResolver([server] if server else None)
    found = [*_settings(parts), *_database(parts), *_disk(parts.directory), _backups(parts)]
    found += provider(parts, resolver, offline=offline)
    found += [public_address(parts, offline=offline)]
    found += _domain(parts, selectors, bounces, resolver, offline=offline)
    _print(found, style)
    if any(one.state is State.FAIL for one in found):
        ctx.exit(1)


def _settings(parts: Parts) -> Iterator[Verdict]:
    yield from (warned("Settings", warning, "") for warning in parts.config.warnings)
    if not parts.config.warnings:
        yield passed("Settings", "Everything that a sending needs is set.")
    secrets = parts.directory / "var" / "secrets.env"
    if secrets.exists() and os.name == "posix" and secrets.stat().st_mode & 0o077:
        yield failed("Secrets", "Others on this machine can read var/secrets.env.", "chmod 600 var/secrets.env")
    elif len(parts.config.secret_key) < 32:
        yield warned("Secrets", "The secret key is short.", "Make a longer one: openssl rand -hex 32")
    else:
        yield passed("Secrets", "Only you can read them, and the key is long enough.")


def _database(parts: Parts) -> Iterator[Verdict]:
    from newsletter.store.health import look_at

    try:
        health = look_at(parts.engine)
    except NewsletterError as error:
        yield failed("Database", error.message, error.fix)
        yield unknown("Clock", "There is no database to compare it with.")
        return
    except Exception as error:  # noqa: BLE001 - whatever a driver raises, the database does not answer
        yield failed("Database", f"It does not answer ({type(error).__name__}).", "See docs/operations.md.")
        yield unknown("Clock", "There is no database to compare it with.")
        return
    if health.problem:
        yield failed("Database", f"Its file is damaged: {health.problem[:200]}", "Put back the last backup.")
    else:
        yield passed("Database", f"{health.kind} answers, and has this program's tables.")
    apart = abs((parts.clock.now() - health.now).total_seconds())
    if health.kind == "sqlite":
        yield unknown(
            "Clock", f"This machine says {parts.clock.now():%Y-%m-%d %H:%M} UTC; there is no other clock to compare."
        )
    elif apart > _SECONDS_APART:
        yield failed(
            "Clock", f"This machine and the database are {apart:.0f} seconds apart.", "Let both be set by NTP."
        )
    else:
        yield passed("Clock", "This machine and the database agree.")


def _disk(directory: Path) -> Iterator[Verdict]:
    var = directory / "var"
    try:
        var.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=var) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield failed(
            "Disk", f"Nothing can be written to var/: {error.strerror}.", "Mend its permissions, or make room."
        )
        return
    free = shutil.disk_usage(var).free
    words = f"{free / 1e9:.1f} GB are free."
    if free < _TOO_LITTLE:
        yield failed("Disk", words, "Make room: a full disk stops sending.")
    elif free < _LITTLE:
        yield warned("Disk", words, "Make room soon.")
    else:
        yield passed("Disk", words)


def _backups(parts: Parts) -> Verdict:
    """Only those in var/backups can be seen; whoever keeps them elsewhere knows better."""
    files = [path for path in (parts.directory / "var" / "backups").glob("*") if path.is_file()]
    if not files:
        return unknown(
            "Backups", "There is none in var/backups; others can't be seen from here.", "See docs/operations.md."
        )
    newest = max(path.stat().st_mtime for path in files)
    days = (parts.clock.now().timestamp() - newest) / 86_400
    if days > _DAYS_SINCE_BACKUP:
        return warned("Backups", f"The newest is {days:.0f} days old.", "Make one, and let cron make the next.")
    return passed("Backups", f"The newest is {max(days, 0):.0f} days old.")


def _domain(
    parts: Parts, selectors: tuple[str, ...], bounces: str | None, resolver: Resolver, *, offline: bool
) -> list[Verdict]:
    from newsletter.preflight.domain import Sending, check_domain

    newsletter, provider = parts.config.newsletter, parts.config.provider
    if newsletter.domain.endswith(".invalid"):
        return [unknown("Domain", "There is no sender yet, so there is no domain to look at.", "Set `sender`.")]
    if offline:
        return [unknown("Domain", f"{newsletter.domain} was not looked at: --offline.")]
    at_sendgrid = provider == "sendgrid"
    sending = Sending(
        sender=newsletter.sender,
        reply_to=newsletter.reply_to,
        bounce_domain=bounces,
        selectors=selectors or (("s1", "s2") if at_sendgrid else ()),
        provider_domain=_SENDGRID if at_sendgrid and not selectors else None,
        provider_include=_SENDGRID if at_sendgrid else None,
    )
    found = check_domain(sending, resolver)
    return [_in_practice(one) for one in found] if provider == "outbox" else found


def _in_practice(one: Verdict) -> Verdict:
    """Practice mail needs no domain; real mail will."""
    if one.state is not State.FAIL:
        return one
    return warned(one.about, f"{one.message} Practice does without; real mail does not.", one.fix)


def _server(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    address, colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    if colon and not port.isdigit():
        raise click.BadParameter("write it like 192.0.2.53 or 192.0.2.53:5353.", param_hint="--name-server")
    return (address, int(port)) if colon else (text, 53)


def _print(found: list[Verdict], style: str) -> None:
    if style == "json":
        import json

        listed = [
            {"about": one.about, "state": one.state.value, "message": one.message, "fix": one.fix} for one in found
        ]
        click.echo(json.dumps({"verdicts": listed}, indent=2))
        return
    width = max(len(sign) for sign in _SIGNS.values())
    for one in found:
        click.echo(f"{_SIGNS[one.state]:<{width}}  {one.about}: {one.message}")
        if one.fix and one.state is not State.PASS:
            click.echo(f"{'':<{width}}  {one.fix}")
    counts = {state: sum(one.state is state for one in found) for state in State}
    click.echo(
        f"{counts[State.FAIL]} to mend, {counts[State.WARN]} to look at, {counts[State.UNKNOWN]} not known, "
        f"{counts[State.PASS]} in order."
    )
