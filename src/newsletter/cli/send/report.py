"""`report`: what came of an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import format_option

if TYPE_CHECKING:
    from newsletter.wiring import Parts


@click.command()
@click.argument("issue", type=int)
@format_option("html")
@pass_parts
def report(parts: Parts, issue: int, form: str) -> None:
    """Say what came of ISSUE: handed over, delivered, bounced, complained, opened by people and by machines.

    \b
    Example:
      newsletter report 42
      newsletter report 42 --format html > issue-42.html
    """
    import json

    from newsletter.cli.send.never_sent import never_sent
    from newsletter.report.page import as_page
    from newsletter.report.text import as_document, as_text

    figures = parts.reports.find_figures(issue, parts.telling)
    if figures is None:
        raise never_sent(parts, issue)
    if form == "json":
        click.echo(json.dumps(as_document(figures), indent=2))
    else:
        tracking = parts.config.tracking
        click.echo(as_page(figures, tracking) if form == "html" else as_text(figures, tracking), nl=form == "text")
