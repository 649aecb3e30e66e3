"""The sendgrid client over our own transport: keep-alive, one deadline for everything, and silent about the key."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import python_http_client  # type: ignore[import-untyped, unused-ignore]
import sendgrid  # type: ignore[import-untyped, unused-ignore]

from newsletter.providers.sendgrid.transport import Deadline, HttpAnswer, HttpLine
from newsletter.words.mistake import Mistake

_HOST_NAME = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Key:
    """The API key, which no repr, log line or error message shows."""

    __slots__ = ("_header",)

    def __init__(self, key: str) -> None:
        if not key:
            raise Mistake("There is no SendGrid key.", fix="Set SENDGRID_API_KEY, or run: newsletter connect sendgrid")
        if not key.isascii() or not key.isprintable() or " " in key:
            raise Mistake(
                "The SendGrid key holds a space, a line break or a character that no key has.",
                fix="Copy the key again, without quotes or blanks around it, into SENDGRID_API_KEY.",
            )
        self._header = f"Bearer {key}"

    def __repr__(self) -> str:
        return "Key(...)"

    @property
    def header(self) -> str:
        return self._header


class Host:
    """Where SendGrid is: `https://api.sendgrid.com`, its EU twin, or a server on this machine for tests."""

    def __init__(self, url: str) -> None:
        try:
            address = urlsplit(url)
            self.name, port = address.hostname or "", address.port
        except ValueError:
            raise _bad_address() from None
        beyond = (address.username, address.path.strip("/"), address.query, address.fragment)
        if address.scheme not in {"http", "https"} or not _HOST_NAME.fullmatch(self.name) or any(beyond):
            raise _bad_address()
        if address.scheme == "http" and self.name not in _LOCAL:
            raise Mistake(
                f"NEWSLETTER_SENDGRID_URL would send the key to {self.name} without encryption.",
                fix="Write https:// there. Plain http:// is taken only for a server on this machine.",
            )
        self.is_secure = address.scheme == "https"
        self.port = port or (443 if self.is_secure else 80)
        shown = f"[{self.name}]" if ":" in self.name else self.name
        self.header = shown if port is None else f"{shown}:{port}"
        self.url = f"{address.scheme}://{self.header}"


def _bad_address() -> Mistake:
    return Mistake(
        "NEWSLETTER_SENDGRID_URL is not an address of the form https://HOST.",
        fix="Remove the setting to use https://api.sendgrid.com, or write https://api.eu.sendgrid.com for the EU.",
    )


class Client(python_http_client.Client):  # type: ignore[misc, unused-ignore]
    """Posts over the kept connection.

    `post` is a method of its own because the library's would serialise again, open a new connection (and on newer Pythons
    read the system's certificates) for each call, follow redirects, and format key and body for its debug log.
    """

    def __init__(self, host: Host, key: Key, line: HttpLine, headers: Mapping[str, str], url_path: list[str]) -> None:
        super().__init__(host="", version=3, request_headers=dict(headers), url_path=url_path)
        self._where, self._key, self._line = host, key, line

    def _build_client(self, name: str | None = None) -> Client:
        path = [*self._url_path, name] if name else self._url_path
        return Client(self._where, self._key, self._line, self.request_headers, path)

    def post(self, request_body: bytes, deadline: Deadline) -> HttpAnswer:
        """POST ready JSON. Raises Unreached or AnswerLost."""
        headers = {
            "Host": self._where.header,
            **self.request_headers,
            "Authorization": self._key.header,
            "Content-Type": "application/json",
            "Content-Length": str(len(request_body)),
        }
        lines = [f"POST {self._build_url(None)} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return self._line.exchange("\r\n".join([*lines, "", ""]).encode("ascii"), request_body, deadline)

    def close(self) -> None:
        self._line.close()


def connect(host: Host, key: Key, tls: Callable[[], ssl.SSLContext], monotonic: Callable[[], float]) -> Client:
    """A client for one thread; the connection is made by the first call."""
    line = HttpLine(host.name, host.port, tls=tls if host.is_secure else None, monotonic=monotonic)
    # The library does not get the key: it would keep it in plain attributes and headers.
    account = sendgrid.SendGridAPIClient("kept elsewhere", host=host.url)
    headers = {"User-Agent": account.useragent, "Accept": "application/json"}
    account.client = Client(host, key, line, headers, [])
    client = account.client.mail.send
    assert isinstance(client, Client)
    return client
