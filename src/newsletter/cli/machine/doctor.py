"""`doctor`: whether what a newsletter runs on is sound, and its domain ready to send from."""

from __future__ import annotations

import click

from newsletter.cli.options import format_option
from newsletter.wiring import open_newsletter
from newsletter.words.verdict import State, Verdict

_SIGNS = {State.PASS: "ok", State.WARN: "look", State.FAIL: "mend", State.UNKNOWN: "not known"}


@click.command()
@click.option("--offline", is_flag=True, help="Ask nobody: domain, provider and public address are not looked at.")
@click.option("--selector", "selectors", multiple=True, metavar="NAME", help="A DKIM selector of your mail server.")
@click.option("--bounces", metavar="HOST", help="The domain that bounces go to, such as em123.example.com.")
@click.option("--name-server", metavar="ADDRESS[:PORT]", help="Ask this one instead of this machine's.")
@format_option()
@click.pass_context
def doctor(
    ctx: click.Context,
    offline: bool,
    selectors: tuple[str, ...],
    bounces: str | None,
    name_server: str | None,
    form: str,
) -> None:
    """Look whether settings, secrets, database, clock, disk, backups, provider and domain are sound.

    The provider's key or password is tried, which sends nothing. Exits with 1 where something has to be mended. What could
    not be looked at is said to be so, and is no failure.

    \b
    Example:
      newsletter doctor
      newsletter doctor --selector mail --bounces bounce.example.com
    """
    from newsletter.fetch.dns import DnsResolver
    from newsletter.wiring.soundness.here import look_here
    from newsletter.wiring.soundness.outside import ask_others

    # Not by parts_of, which closes var/: files that others can read are reported here.
    parts = open_newsletter(ctx.obj.directory, ctx.obj.timing)
    server = name_server_address(name_server)
    resolver = DnsResolver([server] if server else None)
    found = look_here(parts) + ask_others(parts, resolver, offline=offline, selectors=selectors, bounces=bounces)
    _print(found, form)
    if any(one.state is State.FAIL for one in found):
        ctx.exit(1)


def name_server_address(text: str | None) -> tuple[str, int] | None:
    """`192.0.2.53`, or with a port; None for none. Raises BadParameter."""
    if text is None:
        return None
    address, colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    if colon and not port.isdigit():
        raise click.BadParameter("write it like 192.0.2.53 or 192.0.2.53:5353.", param_hint="--name-server")
    return (address, int(port)) if colon else (text, 53)


def _print(found: list[Verdict], form: str) -> None:
    if form == "json":
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
