"""Who may come in: an owner's page of users, and everybody's own page for password and code."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import segno
from starlette.responses import Response

from newsletter.access.codes import address_for_app, new_secret, step_of
from newsletter.access.signing_in import hashed, verify
from newsletter.audience.address import check_address, tidy_address
from newsletter.web.studio.page import Page
from newsletter.web.studio.session import invitation, is_loopback
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.number import read_number
from newsletter.words.user import AT_THE_MACHINE, Role

if TYPE_CHECKING:
    from newsletter.ports.users import Account
    from newsletter.web.studio.studio import Studio
    from newsletter.web.studio.visit import Visit

_INVITED_FOR = timedelta(days=3)


def show(studio: Studio, visit: Visit) -> Response:
    return studio.page(visit, "users.html", users=studio.parts.users.list_users(), roles=list(Role), link="", name="")


def change(studio: Studio, visit: Visit) -> Response:
    """Add, change or remove a user; an invitation is shown once and kept nowhere."""
    users, act = studio.parts.users, visit.text("act")
    if act == "add":
        email = check_address(tidy_address(visit.text("email"))[0])
        account = users.add(email, name=visit.text("name") or email.partition("@")[0], role=_role(visit))
        return _invite(studio, visit, account)
    account = _account(studio, visit)
    if act == "invite":
        return _invite(studio, visit, account)
    if act == "role":
        users.set_role(account.user.id, _role(visit))
        return visit.go("/settings/users", said=f"{account.user.name} is {visit.text('role')} now.")
    if act == "end":
        users.end_sessions(account.user.id)
        return visit.go("/settings/users", said=f"{account.user.name} is signed out everywhere.")
    if act == "no-code":
        users.set_totp(account.user.id, None)
        return visit.go("/settings/users", said=f"{account.user.name} needs no code any more.")
    if act == "remove":
        users.remove(account.user.id)
        return visit.go("/settings/users", said=f"{account.user.name} has no account any more.")
    raise Mistake("This page sent something that there is not to do.", fix="Load the page again.")


def own(studio: Studio, visit: Visit) -> Response:
    """A new secret each time: it counts only once a code of it was typed."""
    account = studio.parts.users.find(visit.who.id) if visit.who.id != AT_THE_MACHINE else None
    return _own_page(studio, visit, account, new_secret())


def change_own(studio: Studio, visit: Visit) -> Response:
    """Another password, or a code on top of it. Both end every other session."""
    users = studio.parts.users
    account = users.find(visit.who.id)
    if account is None:
        raise Missing("Who sits at the machine needs no password.", fix="Add a user for yourself under Users.")
    if account.password_hash is None or not verify(str(visit.form.get("password") or ""), account.password_hash):
        raise Mistake("Your present password is not right.", fix="Type it again.")
    act = visit.text("act")
    if act == "password":
        users.set_password(account.user.id, hashed(str(visit.form.get("new") or "")))
        said = "Your password is another now; you are signed out everywhere."
    elif act == "code":
        secret = visit.text("secret")
        if step_of(secret, visit.text("code"), now=studio.now()) is None:
            raise Mistake("That code is not right.", fix="Scan the picture again, and type the newest code.")
        users.set_totp(account.user.id, secret)
        said = "From now on a code is asked for; you are signed out everywhere."
    else:
        users.set_totp(account.user.id, None)
        said = "No code is asked for any more; you are signed out everywhere."
    return visit.go("/enter", said=said)


def _own_page(studio: Studio, visit: Visit, account: Account | None, secret: str) -> Response:
    picture = ""
    if account is not None:
        out = io.BytesIO()
        address = address_for_app(secret, email=account.user.email, newsletter=studio.newsletter.name)
        segno.make(address).save(out, kind="svg", scale=4, xmldecl=False, svgns=True, nl=False)
        picture = out.getvalue().decode()
    return studio.page(visit, "own.html", account=account, secret=secret, picture=picture)


def _invite(studio: Studio, visit: Visit, account: Account) -> Response:
    host = visit.request.headers.get("host", "")
    base = f"http://{host}{studio.root}" if is_loopback(visit.request) else studio.newsletter.public_url
    if studio.newsletter.public_url.startswith("https://") and not studio.newsletter.public_url.endswith(".invalid"):
        base = studio.newsletter.public_url
    token = studio.sessions.signed_for(invitation(account), until=studio.now() + _INVITED_FOR)
    return studio.page(
        visit,
        "users.html",
        users=studio.parts.users.list_users(),
        roles=list(Role),
        link=f"{base}/studio/welcome/{token}",
        name=account.user.name,
    )


def _account(studio: Studio, visit: Visit) -> Account:
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


PAGES = (
    Page(path="/settings/users", show=show, change=change, see=Role.OWNER, do=Role.OWNER),
    Page(path="/settings/me", show=own, change=change_own, do=Role.VIEWER),
)
