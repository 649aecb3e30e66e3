"""`report`: what came of an issue."""

from __future__ import annotations

import click


@click.command()
@click.argument("issue", type=int)
@click.option("--format", "style", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.pass_obj
def report(folder: object, issue: int, style: str) -> None:
    """Say what came of ISSUE: handed over, delivered, bounced, complained, opened by people and by machines.

    \b
    Example:
      newsletter report 42
      newsletter report 42 --format html > issue-42.html
    """
    import json

    from newsletter.cli.context import parts_of
    from newsletter.cli.send.never_sent import never_sent
    from newsletter.report.page import as_page
    from newsletter.report.text import as_document, as_text

    parts = parts_of(folder)
    figures = parts.reports.find_figures(issue, parts.telling)
    if figures is None:
        raise never_sent(parts, issue)
    if style == "json":
        click.echo(json.dumps(as_document(figures), indent=2))
    else:
        tracking = parts.config.tracking
        click.echo(as_page(figures, tracking) if style == "html" else as_text(figures, tracking), nl=style == "text")
