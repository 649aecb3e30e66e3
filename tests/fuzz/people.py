"""Whoever asks: somebody with a role, signed in as the studio itself signs them in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.studio.studio import Studio
from tests.fuzz.wire import Asked, scope_of


@dataclass(frozen=True, slots=True)
class Visitor:
    """The cookie that signs them in, and what their forms carry."""

    cookie: str = ""
    csrf: str = ""


def sign_in(studio: Studio, user: int, epoch: int) -> Visitor:
    """By the number and epoch of an account; without a password, which takes its time."""
    asked, answer = Asked(method="GET", target="/studio", headers=(("host", b"127.0.0.1:8025"),)), Response()
    studio.sessions.begin(Request(scope_of(asked)), answer, user=user, epoch=epoch, path="/studio")
    cookie = answer.headers["set-cookie"].partition(";")[0]
    session = studio.sessions.read(
        Request(scope_of(Asked(method="GET", target="/studio", headers=(("cookie", cookie.encode()),))))
    )
    assert session is not None
    return Visitor(cookie=cookie, csrf=studio.sessions.csrf(session))
