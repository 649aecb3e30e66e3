"""A user's own page: another password, and a code on top of it."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.access.account import UserAccount
from newsletter.access.codes import address_for_app, step_of
from newsletter.access.network import network_of
from newsletter.access.sign_in import check_password, hashed, prove, prove_code
from newsletter.web.studio.page import Page
from newsletter.web.studio.qr import qr_code
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.user import AT_THE_MACHINE, Role


def show(studio: Studio, visit: Visit) -> Response:
    """Shows a new secret of this session, which counts only once a code from it was typed."""
    account = studio.parts.users.find(visit.who.id) if visit.who.id != AT_THE_MACHINE else None
    secret, picture = _secret(studio, visit), ""
    if account is not None:
        picture = qr_code(address_for_app(secret, email=account.user.email, newsletter=studio.newsletter.name))
    return studio.page(visit, "own.html", account=account, secret=secret, picture=picture)


def change(studio: Studio, visit: Visit) -> Response:
    """Another password, or a code on top of it. Both end every session."""
    account = studio.parts.users.find(visit.who.id)
    if account is None:
        raise Missing("Who sits at the machine needs no password.", fix="Add a user for yourself under Users.")
    act = _ACTS.get(visit.text("act"))
    if act is None:
        raise NoSuchAct
    if visit.form.get("secret") is not None:
        raise Mistake("Secrets for codes are made here, and taken from nobody.", fix="Load the page again.")
    if act is _new_password:
        check_password(visit.secret("new"))
    prove(studio.parts.users, account, visit.attempt(), now=studio.now(), hashing=studio.hashing)
    return visit.go("/enter", said=f"{act(studio, visit, account)}; you are signed out everywhere.")


def _new_password(studio: Studio, visit: Visit, account: UserAccount) -> str:
    with studio.hashing.room(network_of(visit.place), is_known=True) as turn:
        kept = turn.take(lambda: hashed(visit.secret("new")))
    studio.parts.users.set_password(account.user.id, kept)
    return "Your password is another now"


def _ask_for_code(studio: Studio, visit: Visit, account: UserAccount) -> str:
    secret = _secret(studio, visit)
    if account.totp_secret is not None:
        raise Mistake("A code is asked for already.", fix="To use another app, take the present code off first.")
    if step_of(secret, visit.text("code"), now=studio.now()) is None:
        raise Mistake("That code is not right.", fix="Scan the picture again, and type the newest code.")
    studio.parts.users.set_totp(account.user.id, secret)
    return "From now on a code is asked for"


def _ask_for_no_code(studio: Studio, visit: Visit, account: UserAccount) -> str:
    prove_code(studio.parts.users, account, visit.attempt(), now=studio.now())
    studio.parts.users.set_totp(account.user.id, None)
    return "No code is asked for any more"


def _secret(studio: Studio, visit: Visit) -> str:
    return studio.sessions.app_secret(studio.sessions.read(visit.request))


_ACTS = {"password": _new_password, "code": _ask_for_code, "no-code": _ask_for_no_code}

PAGES = (Page(path="/settings/me", show=show, change=change, do=Role.VIEWER),)
