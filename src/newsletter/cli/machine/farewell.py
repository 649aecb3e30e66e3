"""`farewell`: nothing is sent any more, and what readers have links to goes on answering."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.options import confirm, format_option, yes_option
from newsletter.cli.output import print_json
from newsletter.wiring import Parts


@click.group()
def farewell() -> None:
    """Stop sending for good, while unsubscribe links, the archive and old addresses go on answering."""


@farewell.command()
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Until when it is meant to last; else a year."
)
@click.option(
    "--redirects",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where old addresses lead: redirects.csv of an export.",
)
@yes_option
@pass_parts
def begin(parts: Parts, until: datetime | None, redirects: Path | None, yes: bool) -> None:
    """From now on nothing is sent, approved or subscribed to. Again, with another day or file, it changes just these.

    `serve` goes on: unsubscribe links, readers' own pages, the archive and pictures answer, and each issue or page of
    FILE leads to its new address. No key of a sending service is needed for that. After DAY the machine may be switched off; nothing
    happens by itself.

    \b
    Example:
      newsletter farewell begin --redirects moved-out-ghost/redirects/redirects.csv
      newsletter farewell begin --until 2028-01-31
    """
    from newsletter.farewell.moves_file import read_moves

    moves = read_moves(redirects) if redirects else None
    day = until.date() if until else parts.farewell_desk.in_a_year()
    if not parts.farewells.lasts():
        confirm("From now on nothing is sent from here. Say farewell?", yes=yes)
    parts.farewell_desk.begin(day, moves)
    lasts = parts.farewells.find()
    n_moved = lasts.n_moved if lasts else 0
    click.echo(f"Farewell until {day}: nothing is sent any more, and {n_moved:,} old addresses lead elsewhere.")


@farewell.command()
@pass_parts
def end(parts: Parts) -> None:
    """Let the newsletter go on: mail is sent again, and old addresses stay here.

    \b
    Example:
      newsletter farewell end
    """
    ended = parts.farewells.end()
    click.echo("It goes on: mail is sent again." if ended else "There is no farewell to end.")


@farewell.command()
@format_option()
@pass_parts
def show(parts: Parts, form: str) -> None:
    """Say whether a farewell lasts, and until when.

    \b
    Example:
      newsletter farewell show
    """
    lasts = parts.farewells.find()
    if form == "json":
        print_json({"until": lasts.until, "begun_at": lasts.begun_at, "redirects": lasts.n_moved} if lasts else {})
    elif lasts is None:
        click.echo("No farewell: the newsletter goes on.")
    else:
        click.echo(
            f"Farewell until {lasts.until}: nothing is sent any more, and {lasts.n_moved:,} old addresses lead elsewhere."
        )
