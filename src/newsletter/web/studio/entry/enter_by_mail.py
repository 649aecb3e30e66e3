"""The way in by mail: somebody asks for a link, and uses it up by pressing a button."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from starlette.responses import RedirectResponse, Response

from newsletter.access.account import UserAccount
from newsletter.access.codes import step_of
from newsletter.access.links import LinkKind
from newsletter.access.network import network_of
from newsletter.web.studio.entry.link_mail import can_mail_links
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Missing, Mistake, NotNow
from newsletter.words.user import Role

_SPAN = timedelta(hours=1)
# For an address in one network, for a network, and for an address wherever it is typed.
_FOR_ADDRESS_HERE, _FOR_NETWORK, _FOR_ADDRESS = 3, 20, 20
_KINDS = {"sign-in": LinkKind.SIGN_IN, "reset": LinkKind.RESET}
_SAID = (
    "If {} has an account here, a mail is on its way to it. Look among the spam too; the link in it can be used once."
)


def show(studio: Studio, visit: Visit) -> Response:
    return studio.page(visit, "by_mail.html", can_mail=can_mail_links(studio.parts), email="", said_to="")


def ask(studio: Studio, visit: Visit) -> Response:
    """The same answer for every address, as fast for every address. Raises NotNow where somebody asks too often."""
    kind, email = _KINDS.get(visit.text("act")), visit.text("email")
    if kind is None:
        raise NoSuchAct
    if not can_mail_links(studio.parts):
        raise NotNow("This studio can't mail links yet.", fix="Ask an owner for one.")
    if not email or "@" not in email:
        raise Mistake("There is no address yet.", fix="Type yours.")
    _spend(studio, visit, email)
    studio.link_post.ask(email, kind)
    return studio.page(visit, "by_mail.html", can_mail=True, email="", said_to=_SAID.format(email))


def open_link(studio: Studio, visit: Visit) -> Response:
    """Uses nothing up: programs that look through mail open every link."""
    account = _account(studio, visit)
    return studio.page(visit, "enter_link.html", account=account, problem=None)


def enter(studio: Studio, visit: Visit) -> Response:
    """Sign in by the link, once; with the app's code where the account has one."""
    account = _account(studio, visit)
    limits = {_mark("link code", str(account.user.id)): 10}
    if account.totp_secret is not None:
        spent = studio.parts.users.spend_try(limits, at=studio.now(), since=studio.now() - _SPAN)
        if spent is None:
            raise NotNow("There were too many wrong codes.", fix="Wait an hour, then ask for a new link.")
        step = step_of(account.totp_secret, visit.text("code"), now=studio.now())
        if step is None or not studio.parts.users.use_totp_step(account.user.id, step):
            wrong = Mistake("That code is not right, or was used already.", fix="Type the newest one.")
            return studio.page(visit, "enter_link.html", status=400, account=account, problem=wrong)
        studio.parts.users.give_tries_back(spent, marks=list(limits))
    taken = studio.parts.access_links.take(_token(visit), [LinkKind.SIGN_IN], now=studio.now())
    if taken is None:
        raise _over()
    answer = RedirectResponse(f"{studio.root}/studio", status_code=303)
    studio.sessions.begin(visit.request, answer, account, path=f"{studio.root}/studio")
    return answer


def _account(studio: Studio, visit: Visit) -> UserAccount:
    link = studio.parts.access_links.find(_token(visit), [LinkKind.SIGN_IN], now=studio.now())
    account = studio.parts.users.find(link.user) if link else None
    if account is None:
        raise _over()
    return account


def _over() -> Missing:
    return Missing("This link has ended, or was used already.", fix="Ask for a new one where you sign in.")


def _token(visit: Visit) -> str:
    return str(visit.request.path_params["token"])


def _spend(studio: Studio, visit: Visit, email: str) -> None:
    """Before anybody looks whether there is such an account. Nobody's network uses up what others have, but for a flood."""
    network, address = network_of(visit.place), email.lower()
    limits = {
        _mark("link address and place", f"{address} {network}"): _FOR_ADDRESS_HERE,
        _mark("link place", network): _FOR_NETWORK,
        _mark("link address", address): _FOR_ADDRESS,
    }
    if studio.parts.users.spend_try(limits, at=studio.now(), since=studio.now() - _SPAN) is None:
        raise NotNow("Links were asked for very often just now.", fix="Wait an hour, then try again.")


def _mark(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}:{text}".encode("utf-8", "replace")).hexdigest()[:32]


PAGES = (
    Page(path="/enter/mail", show=show, change=ask, do=Role.VIEWER, is_open=True),
    Page(path="/enter/link/{token}", show=open_link, change=enter, do=Role.VIEWER, is_open=True),
)
