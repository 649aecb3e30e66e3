"""The user behind a cookie: a session that has not ended, and a browser in which somebody signed in before."""

from __future__ import annotations

import base64
import getpass
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from newsletter.access.account import UserAccount
from newsletter.folder.secret_file import kept_secret
from newsletter.web.loopback import has_loopback_name, is_here
from newsletter.wiring import Parts
from newsletter.words.user import AT_THE_MACHINE, Role, User

_FOR = timedelta(days=14)
_DEVICE_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A genuine cookie: its random name, under which the database knows whether it has ended, and whose it is."""

    nonce: str

    @property
    def mark(self) -> str:
        """What the database keeps of the session: the cookie can't be made from it."""
        return hashlib.sha256(f"session:{self.nonce}".encode()).hexdigest()


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

    def is_token(self, text: str) -> bool:
        return hmac.compare_digest(self._parts.machine_token.encode(), text.encode())

    @cached_property
    def cookie(self) -> str:
        """Its own name for each newsletter: browsers share the cookies of all ports of a host."""
        return f"newsletter_studio_{hashlib.sha256(self._key).hexdigest()[:8]}"

    @property
    def device_cookie(self) -> str:
        return f"{self.cookie}_device"

    def begin(self, request: Request, answer: Response, account: UserAccount | None, *, path: str) -> None:
        """Sign somebody in: a new session with every sign-in, never one that was there before.

        Without an account it is the person at the machine.
        """
        session = Session(nonce=secrets.token_hex(16))
        self._parts.users.begin_session(session.mark, account, lasting=_FOR)
        self._set(request, answer, self.cookie, self._serializer.dumps({"n": session.nonce}), _FOR, path)

    def read(self, request: Request) -> Session | None:
        """The session of a genuine cookie that is not too old; None for every other, for whatever reason."""
        try:
            said = self._serializer.loads(request.cookies.get(self.cookie, ""), max_age=int(_FOR.total_seconds()))
            return Session(nonce=str(said["n"]))
        except (BadSignature, KeyError, TypeError, ValueError):
            return None

    def end(self, session: Session | None) -> None:
        """End the session, for every copy of its cookie."""
        if session is not None:
            self._parts.users.end_session(session.mark)

    def remember_device(self, request: Request, answer: Response, owner: str, *, path: str) -> None:
        """Remember that somebody signed in with this browser: guesses elsewhere do not count against it."""
        name = self.device(request, owner) or secrets.token_hex(16)
        self._set(request, answer, self.device_cookie, self._devices.dumps({"o": owner, "d": name}), _DEVICE_FOR, path)

    def device(self, request: Request, owner: str) -> str:
        """The name of this browser, if `owner` signed in with it within a year; "" for another."""
        try:
            said = self._devices.loads(
                request.cookies.get(self.device_cookie, ""), max_age=int(_DEVICE_FOR.total_seconds())
            )
            return str(said["d"]) if said["o"] == owner else ""
        except (BadSignature, KeyError, TypeError, ValueError):
            return ""

    @cached_property
    def _devices(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._key, salt="studio device")

    def _set(
        self, request: Request, answer: Response, name: str, value: str | bytes, lasts: timedelta, path: str
    ) -> None:
        answer.set_cookie(
            name,
            value if isinstance(value, str) else value.decode(),
            max_age=int(lasts.total_seconds()),
            path=path,
            httponly=True,
            samesite="lax",
            secure=not has_loopback_name(request),
        )

    def app_secret(self, session: Session | None) -> str:
        """The secret that an app for codes is offered in this session (base32, 160 bits): nobody can bring one along."""
        nonce = session.nonce if session else ""
        return base64.b32encode(hmac.digest(self._key, f"app:{nonce}".encode(), "sha256")[:20]).decode()

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

    def user(self, session: Session | None, request: Request) -> User | None:
        """The user of a session; None where the account is gone, and for the machine's own session when used from elsewhere."""
        found = self._parts.users.find_session(session.mark) if session else None
        if found is None or found.user is not None:
            return found.user if found else None
        return User(id=AT_THE_MACHINE, name=_name(), email="", role=Role.OWNER) if is_here(request) else None


def _name() -> str:
    try:
        return getpass.getuser().capitalize()
    except (KeyError, OSError):
        return "The owner"


def token_address(address: str, parts: Parts) -> str:
    """The studio's address with the token that opens it on this machine. `address` ends with a slash."""
    return f"{address}studio?token={parts.machine_token}"
