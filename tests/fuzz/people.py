"""Whoever asks: somebody with a role, signed in as the studio itself signs them in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from newsletter.access.account import UserAccount
from newsletter.web.studio.studio import Studio
from tests.fuzz.wire import Asked, scope_of


@dataclass(frozen=True, slots=True)
class Visitor:
    """The cookie that signs them in, and what their forms carry."""

    cookie: str = ""
    csrf: str = ""


def sign_in(studio: Studio, account: UserAccount | None) -> Visitor:
    """Without a password, which takes its time; without an account it is whoever sits at the machine."""
    asked, answer = Asked(method="GET", target="/studio", headers=(("host", b"127.0.0.1:8025"),)), Response()
    studio.sessions.begin(Request(scope_of(asked)), answer, account, path="/studio")
    cookie = answer.headers["set-cookie"].partition(";")[0]
    session = studio.sessions.read(
        Request(scope_of(Asked(method="GET", target="/studio", headers=(("cookie", cookie.encode()),))))
    )
    assert session is not None
    return Visitor(cookie=cookie, csrf=studio.sessions.csrf(session))
