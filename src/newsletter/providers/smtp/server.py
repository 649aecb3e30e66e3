"""The mail server, its encryption and the login: the address of NEWSLETTER_SMTP_URL, parsed."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from newsletter.words.domain import ascii_domain
from newsletter.words.mistake import Mistake

DEFAULT_CONNECTIONS = 4
_MOST_CONNECTIONS = 50
_SUBMISSION, _SUBMISSION_TLS = 587, 465
_HOST_NAME = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_FORM = "smtp://user:password@host:587"


class Login:
    """A user and a password, which no repr, log line or error message shows."""

    __slots__ = ("_password", "_user")

    def __init__(self, user: str, password: str) -> None:
        if not user or not password or "\0" in user + password:
            raise Mistake(
                "NEWSLETTER_SMTP_URL has a user without a password, or a password without a user.",
                fix=f"Write both, {_FORM}, with special characters percent-encoded; or neither.",
            )
        self._user, self._password = user, password

    def __repr__(self) -> str:
        return "Login(...)"

    def plain(self) -> str:
        """What AUTH PLAIN sends (RFC 4616)."""
        return _base64(f"\0{self._user}\0{self._password}")

    def user(self) -> str:
        return _base64(self._user)

    def password(self) -> str:
        return _base64(self._password)

    def hidden_in(self, text: str) -> str:
        """The text without the secret, however a server repeats it."""
        for secret in (self.plain(), self.password(), self.user(), self._password, quote(self._password), self._user):
            text = text.replace(secret, "...")
        return text


class Server:
    """`smtp://` begins in the clear and goes on with STARTTLS, `smtps://` is encrypted from the first byte."""

    def __init__(self, url: str) -> None:
        """Raises Mistake, which never repeats the address: it may hold a password."""
        try:
            address = urlsplit(url)
            name, port = address.hostname or "", address.port
            options = parse_qs(address.query, strict_parsing=bool(address.query))
        except ValueError:
            raise _bad_address() from None
        if name and not name.isascii():
            name = ascii_domain(name)
        beyond = address.path.strip("/") or address.fragment or options.keys() - {"connections"}
        if address.scheme not in {"smtp", "smtps"} or not _HOST_NAME.fullmatch(name) or beyond:
            raise _bad_address()
        self.host = name
        self.is_encrypted = address.scheme == "smtps"
        self.port = port or (_SUBMISSION_TLS if self.is_encrypted else _SUBMISSION)
        self.connections = _connections(options.get("connections", [str(DEFAULT_CONNECTIONS)]))
        has_login = address.username or address.password
        self.login = Login(unquote(address.username or ""), unquote(address.password or "")) if has_login else None

    def __repr__(self) -> str:
        return f"Server({self.shown!r})"

    @property
    def shown(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_this_machine(self) -> bool:
        """Whether the server is on this machine: such a connection needs no encryption."""
        return self.host in _THIS_MACHINE


def smtp_url(host: str, *, port: int | None, user: str, password: str, encrypted: bool) -> str:
    """The address as it stands in the settings; user and password may hold any letter."""
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user or password else ""
    name = f"[{host}]" if ":" in host else host
    return f"smtp{'s' if encrypted else ''}://{login}{name}{f':{port}' if port else ''}"


def _connections(given: list[str]) -> int:
    if len(given) == 1 and given[0].isdecimal() and 1 <= int(given[0]) <= _MOST_CONNECTIONS:
        return int(given[0])
    raise Mistake(
        f"`connections` in NEWSLETTER_SMTP_URL is not a number from 1 to {_MOST_CONNECTIONS}.",
        fix="Write it as smtp://...:587?connections=4, or leave it out.",
    )


def _bad_address() -> Mistake:
    return Mistake(
        f"NEWSLETTER_SMTP_URL is not an address of the form {_FORM}.",
        fix="Percent-encode special characters of the password, such as %40 for @, or run: newsletter connect smtp",
    )


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
