"""The connection to a mail server: one deadline bounds every wait, and it knows whether a mail may have gone out."""

from __future__ import annotations

import select
import socket
import ssl

from newsletter.providers.deadline import Deadline as Deadline
from newsletter.providers.fault import in_words
from newsletter.providers.smtp.reply import Reply, parsed

# One TLS record: of a write that fails, no more than this is in question.
_TLS_CHUNK = 1 << 14
_PLAIN_CHUNK = 1 << 18
# RFC 5321 (4.5.3.1.5) has 512 bytes a line; real servers say more. Something that says this much is not a mail server.
_MOST_REPLY = 1 << 16


class Broken(Exception):
    """The connection can't be used any more, and what was being sent was surely not taken."""


class MailLost(Broken):
    """The connection broke when the mail was out already: whether it was taken can't be known from here."""


class SmtpLine:
    """Used by one holder at a time; `deadline` is set for each parcel."""

    def __init__(self, wire: socket.socket, deadline: Deadline) -> None:
        self._wire = wire
        self._buffer = b""
        self.deadline = deadline

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self._wire, ssl.SSLSocket)

    @property
    def peer_address(self) -> str:
        """The address at the other end."""
        return str(self._wire.getpeername()[0]).partition("%")[0]

    @property
    def own_address(self) -> str:
        """The address at this end as a literal (RFC 5321, 4.1.3): a machine behind a router knows no other name."""
        host = str(self._wire.getsockname()[0])
        return f"[IPv6:{host.partition('%')[0]}]" if ":" in host else f"[{host}]"

    def read(self) -> Reply:
        """The next answer. Raises Broken where none comes, or something that is not an answer."""
        lines: list[bytes] = []
        n_bytes = 0
        while True:
            line = self._read_line()
            n_bytes += len(line)
            if n_bytes > _MOST_REPLY:
                raise Broken("an answer without end")
            try:
                reply = parsed([*lines, line] if lines else [line])
            except ValueError as error:
                raise Broken(str(error)) from None
            if reply:
                return reply
            lines.append(line)

    def write(self, data: bytes, *, last: int | None = None) -> None:
        """Send all of it.

        `last` is the position after which a mail ends: MailLost is raised if that may have gone out.
        """
        view, handed = memoryview(data), 0
        chunk = _TLS_CHUNK if self.is_encrypted else _PLAIN_CHUNK
        try:
            while handed < len(view):
                self._wire.settimeout(self.deadline.left())
                handed += self._wire.send(view[handed : handed + chunk])
        except (OSError, ValueError) as error:
            # A record may have left although writing it failed; a plain write that fails has sent nothing.
            out = handed + (chunk if self.is_encrypted else 0)
            raise (MailLost if last is not None and out >= last else Broken)(in_words(error)) from None

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Switch to TLS. Raises Broken, also where the server said something too early."""
        if self._buffer:
            # Words that came before the encryption must not be taken for words from inside it.
            raise Broken("it answered before it was asked, while nothing was encrypted yet")
        try:
            self._wire.settimeout(self.deadline.left())
            self._wire = context.wrap_socket(self._wire, server_hostname=host)
        except (OSError, ValueError) as error:
            raise Broken(in_words(error)) from None

    def is_stale(self) -> bool:
        """Whether an idle connection can be read: then the other side has hung up or says that it will."""
        try:
            return bool(self._buffer or select.select([self._wire], [], [], 0)[0])
        except (OSError, ValueError):  # also where there are more open files than select can watch
            return True

    def close(self) -> None:
        self._wire.close()

    def _read_line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _MOST_REPLY:
                raise Broken("an answer without end")
            try:
                self._wire.settimeout(self.deadline.left())
                more = self._wire.recv(1 << 16)
            except (OSError, ValueError) as error:
                raise Broken(in_words(error)) from None
            if not more:
                raise Broken("it hung up without an answer")
            self._buffer += more
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.removesuffix(b"\r")


def connected(host: str, port: int, deadline: Deadline) -> SmtpLine:
    """A connection to the first of the host's addresses that answers. Raises Broken.

    The system looks up the name; if that overruns the deadline, we notice afterwards.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Broken(in_words(error)) from None
    why = "it has no address"
    for place, (family, _, _, _, address) in enumerate(found):
        wire = socket.socket(family, socket.SOCK_STREAM)
        try:
            # An address that is silent must leave time for the next.
            wire.settimeout(deadline.left() / (len(found) - place))
            wire.connect(address)
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            wire.close()
            why = in_words(error)
        else:
            return SmtpLine(wire, deadline)
    raise Broken(why)
