"""Signing in, by the token of this machine or by address and password; and signing out."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from newsletter.access.account import UserAccount
from newsletter.access.links import CHOOSING, AccessLink, LinkKind
from newsletter.access.network import network_of
from newsletter.access.sign_in import check_password, device_owner, hashed, sign_in
from newsletter.web.loopback import has_loopback_name, is_here
from newsletter.web.studio.entry.link_mail import can_mail_links
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.user import Role


def show(studio: Studio, visit: Visit) -> Response:
    """The page for a visitor who is not signed in; the right token in the address signs them in at once."""
    token = visit.asked("token")
    if token and is_here(visit.request) and studio.sessions.is_token(token):
        return _begin(studio, visit, None)
    return _page(studio, visit, status=401, is_wrong=bool(token))


def enter(studio: Studio, visit: Visit) -> Response:
    """Address, password and, where there is one, the app's code. Every wrong answer is the same answer."""
    owner = device_owner(visit.text("email"))
    attempt = visit.attempt(email=visit.text("email"), device=studio.sessions.device(visit.request, owner))
    try:
        account = sign_in(studio.parts.users, attempt, now=studio.now(), hashing=studio.hashing)
    except NewsletterError as error:
        status = 429 if not isinstance(error, Mistake) else 401
        return _page(studio, visit, status=status, problem=error, email=attempt.email)
    answer = _begin(studio, visit, account)
    studio.sessions.remember_device(visit.request, answer, owner, path=f"{studio.root}/studio")
    return answer


def leave(studio: Studio, visit: Visit) -> Response:
    studio.sessions.end(studio.sessions.read(visit.request))
    answer = visit.go("/enter")
    answer.delete_cookie(studio.sessions.cookie, path=f"{studio.root}/studio")
    return answer


def welcome(studio: Studio, visit: Visit) -> Response:
    """The page where a user without a password, or with a forgotten one, chooses one. Looking uses nothing up."""
    account, link = _invited(studio, visit)
    return studio.page(visit, "welcome.html", account=account, kind=link.kind, problem=None)


def choose(studio: Studio, visit: Visit) -> Response:
    """Choose a password, or by an invitation to have none; the link is used up by it."""
    account, link = _invited(studio, visit)
    if visit.text("act") == "without" and link.kind is LinkKind.INVITATION and account.password_hash is None:
        _use_up(studio, visit)
        return _begin(studio, visit, account)
    try:
        new = visit.secret("password")
        check_password(new)
    except Mistake as mistake:
        return studio.page(visit, "welcome.html", status=400, account=account, kind=link.kind, problem=mistake)
    with studio.hashing.room(network_of(visit.place), is_known=True) as turn:
        kept = turn.take(lambda: hashed(new))
    _use_up(studio, visit)
    studio.parts.users.set_password(account.user.id, kept)
    return visit.go("/enter", said="Your password is set. Sign in with it.")


def _invited(studio: Studio, visit: Visit) -> tuple[UserAccount, AccessLink]:
    link = studio.parts.access_links.find(visit.request.path_params["token"], CHOOSING, now=studio.now())
    account = studio.parts.users.find(link.user) if link else None
    if account is None or link is None:
        raise _over()
    return account, link


def _use_up(studio: Studio, visit: Visit) -> None:
    if studio.parts.access_links.take(visit.request.path_params["token"], CHOOSING, now=studio.now()) is None:
        raise _over()


def _over() -> Missing:
    return Missing("This link has ended, or was used already.", fix="Ask an owner for a new one.")


def _begin(studio: Studio, visit: Visit, account: UserAccount | None) -> Response:
    answer = RedirectResponse(f"{studio.root}/studio", status_code=303)
    studio.sessions.begin(visit.request, answer, account, path=f"{studio.root}/studio")
    return answer


def _page(
    studio: Studio,
    visit: Visit,
    *,
    status: int,
    is_wrong: bool = False,
    problem: NewsletterError | None = None,
    email: str = "",
) -> Response:
    return studio.page(
        visit,
        "enter.html",
        status=status,
        is_wrong=is_wrong,
        is_here=has_loopback_name(visit.request),
        has_users=studio.has_users(),
        can_mail=can_mail_links(studio.parts),
        problem=problem,
        email=email,
    )


PAGES = (
    Page(path="/enter", show=show, change=enter, is_open=True),
    Page(path="/leave", change=leave, do=Role.VIEWER),
    Page(path="/welcome/{token}", show=welcome, change=choose, is_open=True),
)
