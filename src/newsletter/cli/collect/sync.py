"""`sync`: the newsletter's folder and its git remote, both ways."""

from __future__ import annotations

import click

from newsletter.cli.context import parts_of


@click.command()
@click.pass_context
def sync(ctx: click.Context) -> None:
    """Commit what was written, take in what others wrote, and hand both to the git remote. Never by force.

    Posts, issues, pictures, templates and settings go (newsletter.toml, feeds.toml, habits.toml); readers, secrets and the database never do. A
    file that was changed on both sides in the same lines keeps your version; the other one is kept too, nothing is handed
    over, and the exit code is 1. Sync again when you saved what is to stand.

    \b
    Example:
      newsletter sync
      newsletter -C /srv/weekly sync
    """
    from newsletter.wiring.sync import sentences, sync_now

    done = sync_now(parts_of(ctx.obj))
    for sentence in sentences(done):
        click.echo(sentence)
    if done.clashes:
        ctx.exit(1)
