"""`subscribers ask`, `erase` and `tag`: asking people to confirm, forgetting them, and marking them."""

from __future__ import annotations

import click

from newsletter.cli import Folder
from newsletter.cli.context import parts_of, pass_parts
from newsletter.cli.options import confirm, yes_option
from newsletter.providers.registry import PRACTICE
from newsletter.wiring import Parts
from newsletter.words.consent import Asked
from newsletter.words.erasure import RequestOf
from newsletter.words.mistake import Missing


@click.command()
@click.pass_obj
def ask(folder: Folder) -> None:
    """Post the mails that ask pending people to confirm, and that `serve` has not posted yet.

    \b
    Example:
      newsletter subscribers ask
    """
    posted = parts_of(folder, sends=True).post_office.post_waiting()
    click.echo(f"{posted:,} mails were handed over.")


def ask_to_confirm(parts: Parts, list_name: str, asked: Asked, source: str | None) -> str:
    """Ask everyone who is pending on a list and was not asked yet; a sentence about it."""
    from newsletter.consent.ask import ask_pending

    asking = ask_pending(parts.consent, parts.post_office, list_name, asked, source)
    posted, waiting = asking.posted, asking.waiting
    parts.after_sending()
    if not posted and not waiting:
        return "No new mail asks anybody to confirm."
    rest = (
        f" {waiting:,} more mails go out while `newsletter serve` runs, or with: newsletter subscribers ask"
        if waiting
        else ""
    )
    return (
        f"{posted:,} {'mail asks' if posted == 1 else 'mails ask'} people to confirm.{rest} Who has not confirmed is pending and gets nothing. If they have "
        'agreed already, import or add them with: --active --consent "Form on our site, 2024"'
    )


@click.command()
@click.argument("email")
@yes_option
@pass_parts
def erase(parts: Parts, email: str, yes: bool) -> None:
    """Forget a person, at their request. It can't be undone.

    What names them goes from the database, addresses that they had before included. Deliveries stay as numbers, and a
    scrambled mark of each address stays, so that no later import brings them back. Their own confirmed sign-up can.

    \b
    Example:
      newsletter subscribers erase ana@example.com
    """
    confirm(f"Forget {email} for ever?", yes=yes)
    if not parts.consent.profiles.erase(email, RequestOf.OWNER):
        raise Missing(f"Nobody here has the address {email!r}.", fix="Check the spelling.")
    click.echo(f"{email} is erased.")
    click.echo(
        f"Not reached from here: backups of the database, posts and issues, practice mail in {PRACTICE.path}, files in "
        "subscribers/, files that wait in the studio to be imported (a week at most), "
        f"git's history, and what the provider keeps. {parts.provider.explain()}"
    )


@click.command()
@click.argument("email")
@click.argument("tag")
@click.option("--remove", is_flag=True, help="Take the tag away.")
@pass_parts
def tag(parts: Parts, email: str, tag: str, remove: bool) -> None:
    """Mark a person with a tag, for segments.

    \b
    Example:
      newsletter subscribers tag ana@example.com vip
    """
    parts.segments.set_tag(email, tag, on=not remove)
    click.echo(f"{email} {'no longer has' if remove else 'has'} the tag {tag.lower()}.")
