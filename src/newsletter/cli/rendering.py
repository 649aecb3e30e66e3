"""`render` and `check`: see an issue before anybody else does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import Subscriber, SubscriptionStatus

if TYPE_CHECKING:
    from newsletter.wiring import Parts
    from newsletter.words.finding import Finding
    from newsletter.words.issue import Issue


@click.command()
@click.argument("issue", type=int)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the files go.")
@click.option("--as", "address", metavar="EMAIL", help="A subscriber; without it, a reader of whom nothing is known.")
@click.pass_obj
def render(folder: object, issue: int, out: Path, address: str | None) -> None:
    """Write ISSUE as .html, .txt, .eml and .mjml, as one reader gets it.

    \b
    Example:
      newsletter render 42 --out preview
      newsletter render 42 --out preview --as ana@example.com
    """
    from newsletter.cli.context import parts_of
    from newsletter.compose.press import press
    from newsletter.sending.sample import sample

    parts = parts_of(folder)
    proof = press(parts.shelf, parts.config.newsletter, issue)
    reader, list_id = _reader(parts, address, proof.issue)
    mail = sample(
        proof.rendered.edition, parts.config.newsletter, parts.key, reader, list_id=list_id, date=parts.clock.now()
    )
    out.mkdir(parents=True, exist_ok=True)
    stem = f"{issue:03d}"
    written = {".html": mail.html.encode(), ".txt": mail.text.encode(), ".eml": mail.message}
    written[".mjml"] = proof.rendered.mjml.encode()
    for ending, content in written.items():
        (out / f"{stem}{ending}").write_bytes(content)
    click.echo(f"Subject: {mail.subject}")
    click.echo(f"Written: {', '.join(str(out / (stem + ending)) for ending in written)}")


def _reader(parts: Parts, address: str | None, issue: Issue) -> tuple[Subscriber | None, int]:
    """The subscriber, and the list through which this issue would reach them."""
    if address is None:
        return None, 0
    reader = parts.readers.find_subscriber(address)
    if reader is None:
        raise Mistake(
            f"{address} is not a subscriber, so there is nothing to fill in.",
            fix="Leave out --as to see the mail of a reader of whom nothing is known.",
        )
    on = [one.list_name for one in reader.subscriptions if one.status is SubscriptionStatus.ACTIVE]
    name = next((wanted for wanted in issue.lists if wanted in on), on[0] if on else "")
    return reader, parts.readers.find_list(name) or 0


@click.command()
@click.argument("issue", type=int)
@click.option("--format", "style", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--fail-on", type=click.Choice(["error", "warning"]), default="error", show_default=True)
@click.pass_context
def check(ctx: click.Context, issue: int, style: str, fail_on: str) -> None:
    """Find what you would regret about ISSUE before your readers do. Exits with 1 where it finds an error.

    \b
    Example:
      newsletter check 42
      newsletter check 42 --format json --fail-on warning
    """
    from newsletter.cli.checked import findings_of
    from newsletter.cli.context import parts_of

    found = findings_of(parts_of(ctx.obj), issue)
    {"text": _as_text, "json": _as_json, "github": _as_annotations}[style](found)
    failing = {"error"} if fail_on == "error" else {"error", "warning"}
    if any(one.severity.value in failing for one in found):
        ctx.exit(1)


def _as_text(found: list[Finding]) -> None:
    for one in found:
        click.echo(f"{one.place}: {one.severity.value}: {one.message} [{one.code}]\n    {one.fix}")
    errors = sum(one.severity.value == "error" for one in found)
    if not found:
        click.echo("Nothing to mend.")
    else:
        click.echo(f"{errors} to mend, {len(found) - errors} to look at.")


def _as_json(found: list[Finding]) -> None:
    import json

    findings = [
        {
            "code": one.code,
            "severity": one.severity.value,
            "place": {"file": one.place.file, "line": one.place.line, "column": one.place.column},
            "message": one.message,
            "fix": one.fix,
        }
        for one in found
    ]
    click.echo(json.dumps({"findings": findings}, indent=2))


def _as_annotations(found: list[Finding]) -> None:
    for one in found:
        spot = f"file={one.place.file},line={one.place.line or 1},col={one.place.column or 1}"
        words = f"{one.message} {one.fix}".replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        click.echo(f"::{one.severity.value} {spot},title={one.code}::{words}")
