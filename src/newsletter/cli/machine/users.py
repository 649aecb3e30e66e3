"""`users`: who may come into the studio from outside this machine."""

from __future__ import annotations

import click

from newsletter.access.account import UserAccount
from newsletter.access.links import LinkKind
from newsletter.cli.context import pass_parts
from newsletter.cli.options import format_option
from newsletter.cli.output import print_json
from newsletter.wiring import Parts
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.user import Role

_ROLE = click.option(
    "--role",
    type=click.Choice([role.value for role in reversed(Role)]),
    default=Role.EDITOR.value,
    show_default=True,
    help="A viewer looks, an author writes, an editor sends, an owner also says who comes in.",
)


@click.group()
def users() -> None:
    """Say who may come into the studio from outside, and what they may do there."""


@users.command(name="list")
@format_option()
@pass_parts
def list_users(parts: Parts, form: str) -> None:
    """List who has an account.

    \b
    Example:
      newsletter users list
    """
    found = parts.users.list_users()
    if form == "json":
        rows = [
            {
                "email": one.user.email,
                "name": one.user.name,
                "role": one.user.role.value,
                "has_password": one.password_hash is not None,
                "has_code": one.totp_secret is not None,
            }
            for one in found
        ]
        print_json({"users": rows})
        return
    for one in found:
        more = "" if one.password_hash else ", has not chosen a password yet"
        click.echo(
            f"{one.user.email}  {one.user.name}  {one.user.role.value}{', with code' if one.totp_secret else ''}{more}"
        )
    if not found:
        click.echo("Nobody has an account, so the studio is closed to the outside.")


@users.command()
@click.argument("email")
@click.option("--name", help="What others see; the part before the @ if left out.")
@_ROLE
@pass_parts
def add(parts: Parts, email: str, name: str | None, role: str) -> None:
    """Give EMAIL an account, and print the link by which they choose a password.

    \b
    Example:
      newsletter users add ben@example.com --name Ben --role owner
    """
    from newsletter.readers.address import check_address, tidy_address

    address = check_address(tidy_address(email)[0])
    account = parts.users.add(address, name=name or address.partition("@")[0], role=Role(role))
    click.echo(f"{account.user.name} is {account.user.role.value} now. Give them this link; it ends in three days:")
    click.echo(_invitation(parts, account))


@users.command()
@click.argument("email")
@click.option("--mail", is_flag=True, help="Mail it to them in place of printing it.")
@pass_parts
def invite(parts: Parts, email: str, *, mail: bool) -> None:
    """Print a new link by which EMAIL chooses a password, or mail it.

    \b
    Example:
      newsletter users invite ben@example.com --mail
    """
    account = _account(parts, email)
    if not mail:
        click.echo(_invitation(parts, account))
        return
    from newsletter.web.studio.entry.link_mail import can_mail_links, mail_link

    parts.check_may_send()
    if not can_mail_links(parts):
        raise NotNow("Mail stays on this machine for now.", fix="Leave out --mail, and hand the link over yourself.")
    mail_link(parts, account, LinkKind.RESET if account.password_hash else LinkKind.INVITATION)
    click.echo(f"A link is on its way to {account.user.email}.")


@users.command()
@pass_parts
def invitations(parts: Parts) -> None:
    """List the invitations that nobody has used yet, and until when they are good.

    \b
    Example:
      newsletter users invitations
    """
    people = {one.user.id: one.user for one in parts.users.list_users()}
    found = parts.access_links.list_invitations(now=parts.clock.now())
    for one in found:
        click.echo(f"{people[one.user].email}  until {one.ends_at:%Y-%m-%d %H:%M} UTC")
    if not found:
        click.echo("There is none.")


@users.command(name="take-back")
@click.argument("email")
@pass_parts
def take_back(parts: Parts, email: str) -> None:
    """Let every link that EMAIL was given to come in open nothing any more.

    \b
    Example:
      newsletter users take-back ben@example.com
    """
    account = _account(parts, email)
    had = parts.access_links.take_back(account.user.id)
    click.echo(f"{account.user.name} {'has no open link any more' if had else 'had no open link'}.")


@users.command()
@click.argument("email")
@_ROLE
@pass_parts
def role(parts: Parts, email: str, role: str) -> None:
    """Say what EMAIL may do.

    \b
    Example:
      newsletter users role ben@example.com --role author
    """
    account = _account(parts, email)
    parts.users.set_role(account.user.id, Role(role))
    click.echo(f"{account.user.name} is {role} now.")


@users.command()
@click.argument("email")
@pass_parts
def remove(parts: Parts, email: str) -> None:
    """Take the account of EMAIL away; they are signed out at once, and their links for guests end. What they wrote stays.

    \b
    Example:
      newsletter users remove ben@example.com
    """
    account = _account(parts, email)
    parts.users.remove(account.user.id)
    parts.review_links.withdraw_all_of(account.user.email, parts.clock.now())
    click.echo(f"{account.user.name} has no account any more.")


@users.command(name="reset-code")
@click.argument("email")
@pass_parts
def reset_code(parts: Parts, email: str) -> None:
    """Ask EMAIL for no code any more, because their phone is gone; they are signed out everywhere.

    \b
    Example:
      newsletter users reset-code ben@example.com
    """
    account = _account(parts, email)
    parts.users.set_totp(account.user.id, None)
    click.echo(f"{account.user.name} comes in by password alone, until they set up a code again.")


def _account(parts: Parts, email: str) -> UserAccount:
    account = parts.users.find_by_email(email.strip())
    if account is None:
        there = ", ".join(one.user.email for one in parts.users.list_users())
        raise Missing(
            f"{email} has no account.",
            fix=f"There are: {there}." if there else "Add one: newsletter users add EMAIL --role owner",
        )
    return account


def _invitation(parts: Parts, account: UserAccount) -> str:
    from newsletter.web.studio.entry.link_mail import link_address

    token = parts.access_links.make(account.user.id, LinkKind.INVITATION, now=parts.clock.now())
    url = parts.config.newsletter.public_url
    here = "http://127.0.0.1:8025" if url.endswith(".invalid") else url
    return link_address(here, LinkKind.INVITATION, token)
