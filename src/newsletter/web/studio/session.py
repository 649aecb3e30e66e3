"""Who is behind a cookie: a signed session, or the token of this very machine."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from newsletter.folder.secret_file import kept_secret
from newsletter.words.user import AT_THE_MACHINE, Role, User

if TYPE_CHECKING:
    from newsletter.ports.users import Account
    from newsletter.wiring import Parts

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_SECONDS = 14 * 24 * 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A proved cookie: the user's number, their epoch (a new one ends every session), and what makes its forms its own."""

    user: int
    epoch: int
    nonce: str


class Sessions:
    """Makes and reads the studio's cookies. Its key lies in the newsletter's folder and signs nothing else."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @cached_property
    def _key(self) -> bytes:
        return kept_secret(self._parts.directory / "var" / "studio.key")

    @cached_property
    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._key, salt="studio session")

    @property
    def token(self) -> str:
        """Opens the studio on this machine; whoever can read the folder can read it."""
        return hmac.digest(self._key, b"studio token", "sha256").hex()[:32]

    def is_token(self, text: str) -> bool:
        return hmac.compare_digest(self.token.encode(), text.encode())

    @cached_property
    def cookie(self) -> str:
        """Its own name for each newsletter: browsers share the cookies of all ports of a host."""
        return f"newsletter_studio_{hashlib.sha256(self._key).hexdigest()[:8]}"

    def begin(self, request: Request, answer: Response, *, user: int, epoch: int, path: str) -> None:
        """Sign somebody in: a new session with every sign-in, never one that was there before."""
        value = self._serializer.dumps({"u": user, "e": epoch, "n": secrets.token_hex(16)})
        answer.set_cookie(
            self.cookie,
            value if isinstance(value, str) else value.decode(),
            max_age=_SECONDS,
            path=path,
            httponly=True,
            samesite="lax",
            secure=not is_loopback(request),
        )

    def read(self, request: Request) -> Session | None:
        """The session of a genuine cookie that is not too old; None for every other, whatever is wrong with it."""
        try:
            said = self._serializer.loads(request.cookies.get(self.cookie, ""), max_age=_SECONDS)
            return Session(user=int(said["u"]), epoch=int(said["e"]), nonce=str(said["n"]))
        except (BadSignature, KeyError, TypeError, ValueError):
            return None

    def signed_for(self, purpose: str, *, until: datetime) -> str:
        """A token that says one thing until a time; only we can have made it."""
        value = URLSafeSerializer(self._key, salt="studio link").dumps([purpose, int(until.timestamp())])
        return value if isinstance(value, str) else value.decode()

    def read_signed(self, token: str, *, now: datetime) -> str | None:
        """What a token says; None where it is not genuine, or its time is over."""
        try:
            purpose, until = URLSafeSerializer(self._key, salt="studio link").loads(token)
            return str(purpose) if now.timestamp() < int(until) else None
        except (BadSignature, TypeError, ValueError):
            return None

    def csrf(self, session: Session | None) -> str:
        nonce = session.nonce if session else "nobody"
        return hmac.digest(self._key, f"form:{nonce}".encode(), "sha256").hex()[:32]

    def is_csrf(self, session: Session | None, text: str) -> bool:
        return hmac.compare_digest(self.csrf(session).encode(), text.encode())

    def user(self, session: Session | None) -> User | None:
        """Who that is today. Raises nothing: who is not there any more is nobody."""
        if session is None:
            return None
        if session.user != AT_THE_MACHINE:
            account = self._parts.users.find(session.user)
            return account.user if account and account.epoch == session.epoch else None
        return User(id=AT_THE_MACHINE, name=_name(), email="", role=Role.OWNER)


def invitation(account: Account) -> str:
    """What the token of an invitation says. It names the epoch: a password that was chosen ends it."""
    return f"welcome {account.user.id} {account.epoch}"


def is_loopback(request: Request) -> bool:
    return host_of(request) in LOOPBACK


def host_of(request: Request) -> str:
    """The host that the browser was told to visit, in lower case and without its port."""
    host = request.headers.get("host", "").lower()
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def _name() -> str:
    try:
        return getpass.getuser().capitalize()
    except (KeyError, OSError):
        return "The owner"


def token_address(address: str, parts: Parts) -> str:
    """The studio's address with the token that opens it on this machine. `address` ends with a slash."""
    return f"{address}studio?token={Sessions(parts).token}"
