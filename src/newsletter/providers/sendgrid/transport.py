"""One kept connection to one host: a total deadline, no redirects, and it knows whether anything went out."""

from __future__ import annotations

import io
import select
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any, cast

from newsletter.providers.deadline import Deadline as Deadline
from newsletter.providers.fault import in_words

# Proxies and firewalls forget idle connections silently; a request into one of those would be in doubt.
_IDLE_SECONDS = 15.0
_CHUNK = 1 << 18
_MAX_ANSWER = 1 << 20


class Unreached(Exception):
    """Nothing went out: surely not taken."""


class AnswerLost(Exception):
    """Something went out, and no whole answer came back: nobody can know from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What came back; header names in lower case. `whole` is False when the connection ended inside the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True


class HttpLine:
    """Belongs to one thread. Proxy settings of the environment are ignored: the key goes to one host only."""

    def __init__(
        self, host: str, port: int, *, tls: Callable[[], ssl.SSLContext] | None, monotonic: Callable[[], float]
    ) -> None:
        self._host, self._port = host, port
        self._tls = tls
        self._monotonic = monotonic
        self._used_at = 0.0
        self._socket: socket.socket | None = None

    def exchange(self, head: bytes, body: bytes, deadline: Deadline) -> HttpAnswer:
        """Send one request and read its answer.

        Raises Unreached or AnswerLost; keeps the connection only after a whole answer.
        """
        line = self._ready(deadline)
        # From here on the connection is kept only if the answer is whole.
        self._socket = None
        try:
            answer, keep = _exchanged(line, head, body, deadline)
        except BaseException:
            line.close()
            raise
        if keep:
            self._socket, self._used_at = line, self._monotonic()
        else:
            line.close()
        return answer

    def close(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None

    def __del__(self) -> None:
        # A connection belongs to a thread and ends with it.
        self.close()

    def _ready(self, deadline: Deadline) -> socket.socket:
        if self._socket and self._is_stale(self._socket):
            self.close()
        if self._socket is None:
            try:
                self._socket = self._connected(deadline)
            except (OSError, ValueError) as error:
                raise Unreached(in_words(error)) from None
        return self._socket

    def _is_stale(self, line: socket.socket) -> bool:
        """Whether an idle connection can be read: then the other side has hung up or made an error."""
        if self._monotonic() - self._used_at > _IDLE_SECONDS:
            return True
        try:
            return bool(select.select([line], [], [], 0)[0])
        except ValueError:  # more open files than select can watch
            return True

    def _connected(self, deadline: Deadline) -> socket.socket:
        """TCP and TLS within the deadline.

        The system looks up the name; if that overruns the deadline, we notice afterwards.
        """
        line = socket.create_connection((self._host, self._port), timeout=deadline.left())
        try:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is None:
                return line
            line.settimeout(deadline.left())
            return self._tls().wrap_socket(line, server_hostname=self._host)
        except BaseException:
            line.close()
            raise


def _exchanged(line: socket.socket, head: bytes, body: bytes, deadline: Deadline) -> tuple[HttpAnswer, bool]:
    try:
        deadline.left()
    except TimeoutError as error:
        raise Unreached(in_words(error)) from None
    try:
        _sent(line, head, deadline)
        _sent(line, body, deadline)
    except (BrokenPipeError, ConnectionResetError) as error:
        # A server may refuse a large body before it has read all of it, and hang up.
        return _early_answer(line, deadline, in_words(error)), False
    except OSError as error:
        raise AnswerLost(in_words(error)) from None
    return _answer(line, deadline)


def _sent(line: socket.socket, data: bytes, deadline: Deadline) -> None:
    view = memoryview(data)
    while view:
        line.settimeout(deadline.left())
        view = view[line.send(view[:_CHUNK]) :]


def _early_answer(line: socket.socket, deadline: Deadline, reason: str) -> HttpAnswer:
    try:
        answer, _ = _answer(line, deadline)
    except AnswerLost:
        raise AnswerLost(reason) from None
    if answer.status < 400:
        raise AnswerLost(reason)
    return answer


def _answer(line: socket.socket, deadline: Deadline) -> tuple[HttpAnswer, bool]:
    """The answer, and whether the connection may be kept."""
    reader = _SocketReader(line, deadline)
    response = HTTPResponse(cast(socket.socket, reader), method="POST")
    try:
        response.begin()
        if reader.ended:
            # http.client takes the end of the stream for the end of the headers.
            raise AnswerLost("the answer broke off in its headers")
        headers = {name.lower(): value for name, value in response.headers.items()}
        body, whole = _body(response)
        keep = whole and not response.will_close and response.isclosed()
        return HttpAnswer(status=response.status, headers=headers, body=body, whole=whole), keep
    except (OSError, HTTPException, ValueError) as error:
        raise AnswerLost(in_words(error)) from None
    finally:
        response.close()


def _body(response: HTTPResponse) -> tuple[bytes, bool]:
    try:
        body = response.read(_MAX_ANSWER)
        # A short read of a known length is silent when an amount is asked for.
        return body, not response.length
    except IncompleteRead as error:
        return error.partial, False
    except (OSError, HTTPException, ValueError):
        return b"", False


class _SocketReader(io.RawIOBase):
    """A socket as http.client reads it, each read with what is left of the whole deadline."""

    def __init__(self, line: socket.socket, deadline: Deadline) -> None:
        self._line, self._deadline = line, deadline
        self.ended = False

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.settimeout(self._deadline.left())
        n_bytes = self._line.recv_into(buffer)
        self.ended = n_bytes == 0
        return n_bytes
