"""`render`: see an issue before anybody else does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import Subscriber, SubscriptionStatus

if TYPE_CHECKING:
    from newsletter.wiring import Parts
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
