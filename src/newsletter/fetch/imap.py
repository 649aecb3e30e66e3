"""One folder of a mailbox over IMAP and TLS: reads without marking anything, and gives up in time."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from newsletter.fetch.imap_address import ImapAddress, folder_name, quoted
from newsletter.ports.mailbox import Letter
from newsletter.words.mistake import Mistake, NotNow

SECONDS = 30.0
# A mail with pictures is larger; its text and its links come first.
MAX_BYTES = 3_000_000
_MOST_UIDS = 200
# So that a command stays short: servers take lines of a few thousand letters.
_AT_ONCE = 500
_BEGUN = "$NewsletterBegun"


class Mailbox:
    """`seconds` bounds a whole visit; `trust` is for tests, whose servers sign for themselves."""

    def __init__(self, address: ImapAddress, *, seconds: float = SECONDS, trust: ssl.SSLContext | None = None) -> None:
        self._address, self._seconds, self._trust = address, seconds, trust

    @contextmanager
    def open(self) -> Iterator[Letters]:
        """Raises NotNow where it can't be reached, and Mistake for a wrong password or folder."""
        watch: list[imaplib.IMAP4] = []
        timer = threading.Timer(self._seconds, _hang_up_all, (watch,))
        timer.daemon = True
        timer.start()
        try:
            connection = self._connected()
            watch.append(connection)
            self._let_in(connection)
            yield Letters(connection)
            with suppress(imaplib.IMAP4.error, OSError):
                connection.logout()
        except (imaplib.IMAP4.error, OSError) as error:
            raise _explained(error, self._address) from None
        finally:
            timer.cancel()
            _hang_up_all(watch)

    def _connected(self) -> imaplib.IMAP4_SSL:
        trust = self._trust or ssl.create_default_context()
        return imaplib.IMAP4_SSL(
            self._address.host, self._address.port, ssl_context=trust, timeout=min(20.0, self._seconds)
        )

    def _let_in(self, connection: imaplib.IMAP4) -> None:
        try:
            connection.login(self._address.user, self._address.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise Mistake(
                f"The mailbox at {self._address.host} refuses the name or the password.",
                fix=f"Mend {self._address.setting}. Some providers want an app password here.",
            ) from None
        answer, _ = connection.select(folder_name(self._address.folder))
        if answer != "OK":
            raise Mistake(
                f"The mailbox at {self._address.host} has no folder {self._address.folder}.",
                fix=f"Make the folder, or name another one in {self._address.setting}.",
            )


class Letters:
    """The letters of a folder that is open."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self._connection = connection

    def unseen_from(self, senders: Sequence[str]) -> Iterator[Letter]:
        """Messages that are not marked as seen and whose From line has one of these addresses; reading marks nothing."""
        # The server looks for the senders: a folder full of other mail costs nothing.
        uids = {uid for sender in senders for uid in self._found("FROM", quoted(sender))}
        yield from self._fetched_all(sorted(uids)[:_MOST_UIDS])

    def unseen(self, *, most: int) -> Iterator[Letter]:
        """The oldest messages that are not marked as seen; reading marks nothing."""
        yield from self._fetched_all(sorted(self._found())[:most])

    def mark_seen(self, *uids: int) -> None:
        for first in range(0, len(uids), _AT_ONCE):
            some = ",".join(map(str, uids[first : first + _AT_ONCE]))
            self._command("STORE", some, "+FLAGS.SILENT", r"(\Seen)")

    def mark_begun(self, uid: int, *, begun: bool = True) -> None:
        """See the port. A keyword of ours (RFC 3501, 2.3.2); most servers keep those, and one that does not says NO."""
        self._command("STORE", str(uid), "+FLAGS.SILENT" if begun else "-FLAGS.SILENT", f"({_BEGUN})")

    def _command(self, name: str, *arguments: str) -> tuple[str, list[Any]]:
        """Raises ConnectionError where the connection broke: what the library raises then is no OSError."""
        try:
            return self._connection.uid(name, *arguments)
        except imaplib.IMAP4.abort as error:
            raise ConnectionError(str(error)) from None

    def _found(self, *wanted: str) -> set[int]:
        answer, data = self._command("SEARCH", "UNSEEN", "UNDELETED", *wanted)
        if answer != "OK" or not data or not isinstance(data[0], bytes):
            return set()
        return {int(uid) for uid in data[0].split() if uid.isdigit()}

    def _fetched_all(self, uids: Sequence[int]) -> Iterator[Letter]:
        return (letter for uid in uids if (letter := self._fetched(uid)) is not None)

    def _fetched(self, uid: int) -> Letter | None:
        """PEEK marks nothing: only what was stored is marked."""
        answer, data = self._command("FETCH", str(uid), f"(UID FLAGS BODY.PEEK[]<0.{MAX_BYTES}>)")
        if answer != "OK":
            return None
        # The flags may stand before the text or behind it.
        around = b" ".join(piece[0] if isinstance(piece, tuple) else piece for piece in data if piece)
        for piece in data:
            if isinstance(piece, tuple) and re.search(rb"BODY\[\]", piece[0]):
                return Letter(uid=uid, data=piece[1], was_begun=_BEGUN.lower().encode() in around.lower())
        return None


def _hang_up_all(connections: list[imaplib.IMAP4]) -> None:
    for connection in connections:
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)
        with suppress(OSError, AttributeError, imaplib.IMAP4.error):
            connection.shutdown()


def _explained(error: Exception, address: ImapAddress) -> NotNow:
    why = (
        getattr(error, "verify_message", "") or getattr(error, "strerror", "") or "it did not answer in time or hung up"
    )
    return NotNow(
        f"The mailbox at {address.host}:{address.port} can't be read ({why}).",
        fix=f"It is tried again by itself; look at {address.setting} if it stays so.",
    )
