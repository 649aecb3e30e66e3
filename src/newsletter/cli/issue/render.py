"""`render`: see an issue before anybody else does."""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.cli import Folder
from newsletter.cli.context import parts_of


@click.command()
@click.argument("issue", type=int)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the files go.")
@click.option(
    "--as",
    "address",
    metavar="EMAIL|worst",
    help="A subscriber, or a made-up one with the longest values; without it, a reader of whom nothing is known.",
)
@click.pass_obj
def render(folder: Folder, issue: int, out: Path, address: str | None) -> None:
    """Write ISSUE as .html, .txt, .eml and .mjml, as one reader gets it.

    \b
    Example:
      newsletter render 42 --out preview
      newsletter render 42 --out preview --as ana@example.com
      newsletter render 42 --out preview --as worst
    """
    from newsletter.compose.press import press
    from newsletter.ledger.sample import sample
    from newsletter.wiring.surroundings import reader_as

    parts = parts_of(folder, makes_mail=True)
    proof = press(parts.shelf, parts.config.newsletter, issue)
    reader, list_id = reader_as(parts, address, proof)
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
