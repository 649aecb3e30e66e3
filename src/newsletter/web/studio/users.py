"""The users of the studio: an owner's page of accounts."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.access.account import UserAccount
from newsletter.access.links import LinkKind
from newsletter.access.sign_in import prove_code
from newsletter.readers.address import check_address, tidy_address
from newsletter.web.loopback import has_loopback_name
from newsletter.web.number import read_number
from newsletter.web.studio.entry.link_mail import can_mail_links, link_address, mail_link
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.user import Role


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit, link="", name="")


def change(studio: Studio, visit: Visit) -> Response:
    """Add, change or remove a user. An invitation is mailed, or shown once where no mail can go; it is kept nowhere."""
    users, act = studio.parts.users, visit.text("act")
    if act == "add":
        email = check_address(tidy_address(visit.text("email"))[0])
        account = users.add(email, name=visit.text("name") or email.partition("@")[0], role=_role(visit))
        return _invite(studio, visit, account)
    account = _account(studio, visit)
    if act == "invite":
        return _invite(studio, visit, account)
    if act == "show-link":
        return _show_link(studio, visit, account)
    if act == "take-back":
        studio.parts.access_links.take_back(account.user.id)
        return visit.go("/settings/users", said=f"The link of {account.user.name} opens nothing any more.")
    if act == "role":
        users.set_role(account.user.id, _role(visit))
        return visit.go("/settings/users", said=f"{account.user.name} is {visit.text('role')} now.")
    if act == "end":
        users.end_sessions(account.user.id)
        return visit.go("/settings/users", said=f"{account.user.name} is signed out everywhere.")
    if act == "no-code":
        _check_may_take_code_off(studio, visit, account)
        users.set_totp(account.user.id, None)
        return visit.go("/settings/users", said=f"{account.user.name} needs no code any more.")
    if act == "remove":
        users.remove(account.user.id)
        studio.parts.review_links.withdraw_all_of(account.user.email, studio.now())
        return visit.go(
            "/settings/users",
            said=f"{account.user.name} has no account any more, and the links that they gave to guests open nothing.",
        )
    raise NoSuchAct


def _check_may_take_code_off(studio: Studio, visit: Visit, account: UserAccount) -> None:
    """Somebody who finds an open browser must not remove the protection of the accounts."""
    if account.user.id == visit.who.id:
        raise Mistake("Your own code is asked for before it goes.", fix="Take it off under Settings, Your account.")
    own = studio.parts.users.find(visit.who.id)
    if own is None:
        return
    prove_code(studio.parts.users, own, visit.attempt(), now=studio.now())


def _invite(studio: Studio, visit: Visit, account: UserAccount) -> Response:
    if not can_mail_links(studio.parts):
        return _show_link(studio, visit, account)
    kind = LinkKind.RESET if account.password_hash else LinkKind.INVITATION
    try:
        mail_link(studio.parts, account, kind)
    except NewsletterError as error:
        return _show_link(studio, visit, account, problem=error.message)
    return visit.go("/settings/users", said=f"A link is on its way to {account.user.email}.")


def _show_link(studio: Studio, visit: Visit, account: UserAccount, *, problem: str = "") -> Response:
    host = visit.request.headers.get("host", "")
    base = f"http://{host}{studio.root}" if has_loopback_name(visit.request) else studio.newsletter.public_url
    if studio.newsletter.public_url.startswith("https://") and not studio.newsletter.public_url.endswith(".invalid"):
        base = studio.newsletter.public_url
    token = studio.parts.access_links.make(account.user.id, LinkKind.INVITATION, now=studio.now())
    link = link_address(base, LinkKind.INVITATION, token)
    return _page(studio, visit, link=link, name=account.user.name, problem=problem)


def _page(studio: Studio, visit: Visit, *, link: str, name: str, problem: str = "") -> Response:
    users = studio.parts.users.list_users()
    return studio.page(
        visit,
        "users.html",
        users=users,
        roles=list(Role),
        link=link,
        name=name,
        problem=problem,
        asks_for_code=any(one.user.id == visit.who.id and one.totp_secret for one in users),
        invited={one.user: one for one in studio.parts.access_links.list_invitations(now=studio.now())},
        can_mail=can_mail_links(studio.parts),
    )


def _account(studio: Studio, visit: Visit) -> UserAccount:
    number = read_number(visit.text("user"))
    account = None if number is None else studio.parts.users.find(number)
    if account is None:
        raise Missing("This user has no account any more.", fix="Load the page again.")
    return account


def _role(visit: Visit) -> Role:
    try:
        return Role(visit.text("role"))
    except ValueError as error:
        raise Mistake("There is no such role.", fix=f"It is one of: {', '.join(Role)}.") from error


PAGES = (Page(path="/settings/users", show=show, change=change, see=Role.OWNER, do=Role.OWNER),)
