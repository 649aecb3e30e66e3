"""`who` and `proof`: who got an issue, for one reader in a sentence and for all of them as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from newsletter.cli.context import pass_parts
from newsletter.cli.send.status import never_sent
from newsletter.wiring import Parts
from newsletter.words.mistake import Missing, Mistake


@click.command()
@click.argument("email")
@click.argument("issue", type=int, required=False)
@click.option("--restore", is_flag=True, help="Put them back on the lists that ended because mail kept bouncing.")
@pass_parts
def who(parts: Parts, email: str, issue: int | None, restore: bool) -> None:
    """Say whether EMAIL got ISSUE, or each issue, in sentences that can be forwarded.

    With - as EMAIL it reads a mail that a reader sent you, or its headers alone, from standard input.

    \b
    Example:
      newsletter who ana@example.com 42
      newsletter who - < mail.txt
    """
    if email == "-":
        _of_headers(parts, sys.stdin.read(), issue)
        return
    if restore:
        n_lists = parts.events.restore(email)
        if not n_lists:
            raise Mistake(f"{email} was not taken off any list because of bounces.", fix="See: newsletter who EMAIL")
        click.echo(f"{email} is active again on {n_lists} list{'s' if n_lists > 1 else ''}.")
        return
    former = parts.readers.find_former(email)
    if former and former.present:
        click.echo(f"{email} was given up for another address on {former.moved_at:%Y-%m-%d}. Its reader is now:")
        email = former.present
    if not _say(parts, email, issue):
        raise Missing(
            f"{email} is not a subscriber, so nothing was ever planned for that address.",
            fix="Look for another spelling: newsletter subscribers show EMAIL, or paste the headers: newsletter who -",
        )
    _say_alike(parts, email, issue)


def _say(parts: Parts, email: str, issue: int | None) -> bool:
    """Print what is known of an address. False where nobody of that address is known."""
    from newsletter.report.who import sentence

    copies = parts.copies.find_copies(email, issue)
    for copy in copies:
        click.echo(sentence(copy, parts.config.newsletter.zone))
    suppressed = parts.readers.find_suppression(email)
    if suppressed:
        click.echo(f"{email} is on the do-not-mail list ({suppressed.value.replace('_', ' ')}).")
    person = parts.readers.find_subscriber(email)
    if not copies and person:
        which = f"issue {issue}" if issue is not None else "any issue"
        lists = ", ".join(f"{one.list_name} ({one.status.value})" for one in person.subscriptions) or "no list"
        click.echo(f"{person.email} was never planned for {which}; they are on: {lists}.")
    return bool(copies or suppressed or person)


def _say_alike(parts: Parts, email: str, issue: int | None) -> None:
    """A reader who got two is often two subscribers with one mailbox."""
    for other in parts.copies.find_alike(email):
        if parts.copies.find_copies(other, issue):
            click.echo(f"The other copy went to {other}:")
            _say(parts, other, issue)


def _of_headers(parts: Parts, text: str, issue: int | None) -> None:
    from newsletter.report.mail_clues import read_clues
    from newsletter.report.mail_owner import Clue

    owners = parts.mail_owners.find(read_clues(text))
    if not owners:
        raise Missing(
            "This mail names no reader of this newsletter, and holds no link of ours.",
            fix="Paste all of it with its headers: the line that helps most is List-Unsubscribe.",
        )
    for number, owner in enumerate(owners):
        email = owner.reader.email
        if owner.clue is Clue.LINK:
            click.echo(
                f"This copy of issue {owner.issue} went to {email}:" if owner.issue else f"The link is that of {email}:"
            )
            issue = owner.issue if issue is None else issue
        elif owner.clue is Clue.NAME:
            click.echo(f"Perhaps it is {email}, who has that name ({owner.words}):")
        else:
            click.echo(f"The other copy went to {email}:" if number else f"This mail names {email}:")
        _say(parts, email, owner.issue or issue)


@click.command()
@click.argument("issue", type=int)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where to write it.")
@click.option("--spreadsheet", is_flag=True, help="Make cells harmless that a spreadsheet would run as formulas.")
@pass_parts
def proof(parts: Parts, issue: int, out: Path, spreadsheet: bool) -> None:
    """Write the ledger of ISSUE as CSV: every reader, what was done, by which call, and what was heard.

    \b
    Example:
      newsletter proof 42 --out issue-42.csv --spreadsheet
    """
    from newsletter.report.proof import write_proof

    if parts.ledger.accounts.find(issue) is None:
        raise never_sent(parts, issue)
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            n_readers = write_proof(parts.copies.iterate_proof(issue), file, spreadsheet=spreadsheet)
    except OSError as error:
        raise Mistake(f"{out} can't be written: {error.strerror}.", fix="Name another file with --out.") from error
    click.echo(f"{n_readers:,} lines in {out}. They hold addresses: keep the file safe.")
