"""The example besides sending: where its file is, and the secret of its webhook."""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.ports.provider import Limits
from newsletter.providers.ask import ask
from newsletter.providers.kind import ProviderKind, ProviderSetting, ProviderSetup
from tests.contracts.lines.events import LinesEvents
from tests.contracts.lines.provider import LIMITS, Lines


@click.command()
@click.option("--file", help="Where the lines go.")
def lines(file: str | None) -> dict[str, str]:
    """Write lines.

    \b
    Example:
      newsletter connect lines --file mails.jsonl
    """
    return {"lines_file": file or ask("File", "--file")}


class LinesKind(ProviderKind):
    """What every provider needs, and a webhook."""

    name, title = "lines", "the lines"
    settings = (
        ProviderSetting(key="lines_file", variable="NEWSLETTER_LINES_FILE", is_needed=True, is_file=True),
        ProviderSetting(
            key="lines_secret", variable="NEWSLETTER_LINES_SECRET", about="Proves who tells", is_secret=True
        ),
    )
    tells = True

    def limits(self) -> Limits:
        return LIMITS

    def build(self, setup: ProviderSetup) -> Lines:
        return Lines(Path(setup.settings["lines_file"]), clock=setup.clock)

    def connect_command(self) -> click.Command:
        return lines

    def events(self, setup: ProviderSetup) -> LinesEvents:
        return LinesEvents(setup.settings.get("lines_secret", ""), setup.clock)
