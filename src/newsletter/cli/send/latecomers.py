"""`send --missing`: an issue to those on the list who do not have it, in the words in which the others got it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli.send.last_look import asks, say_left_out
from newsletter.words.mistake import Missing

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.wiring import Parts
    from newsletter.words.edition import Edition


def words_for_the_missing(
    parts: Parts, issue: int, list_name: str, *, segment: str, at: datetime | None, said: str, yes: bool
) -> Edition | None:
    """The frozen words of the last sending to the list, when it was said who would get them; None where nobody would.

    `segment` is a question; "" is the whole list. `at` is when it would go; None is now. Raises Missing where the
    issue never went to the list.
    """
    latest = parts.ledger.mailings.find_latest(issue, list_name)
    if latest is None:
        raise Missing(
            f"Issue {issue} was never sent to {list_name!r}, so there is nobody who missed it.",
            fix=f"Send it: newsletter send {issue} --list {list_name}",
        )
    found = parts.ledger.forecasts.make(issue, list_name, segment=segment, at=at)
    if not found.goes:
        click.echo(f"Nobody on {list_name!r} who may be mailed is without issue {issue}. {found.has_it:,} hold it.")
        return None
    click.echo(
        f"{found.goes:,} on {list_name!r} do not have issue {issue}: who joined since, and who was skipped or refused. "
        f"They get it in the words in which the others got it. {parts.provider.explain()}"
    )
    say_left_out(found)
    if said:
        click.echo(said)
    if asks(parts, yes=yes):
        click.confirm("Send it?", abort=True)
    return parts.ledger.mailings.get_edition(latest.edition_digest)
