"""A mailbox of one's own, read over IMAP: what really arrived."""

from __future__ import annotations

import email
import email.policy
import imaplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

Letter = EmailMessage
_SECONDS = 30.0


class Mailbox:
    """`imaps://user:password@host/FOLDER`; the folder is INBOX where none is named. Nothing in it is changed."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._is_secure = where.scheme == "imaps"
        self._host, self._port = where.hostname or "", where.port
        if not self._is_secure and not (where.scheme == "imap" and self._host in {"localhost", "127.0.0.1"}):
            raise ValueError("a mailbox is named as imaps://user:password@host, with % signs for odd characters")
        self._login = unquote(where.username or ""), unquote(where.password or "")
        self._folder = unquote(where.path.strip("/")) or "INBOX"

    def find(self, mark: str) -> Letter | None:
        """The mail whose subject holds a mark."""
        if self._is_secure:
            box: imaplib.IMAP4 = imaplib.IMAP4_SSL(self._host, self._port or 993, timeout=_SECONDS)
        else:
            box = imaplib.IMAP4(self._host, self._port or 143, timeout=_SECONDS)
        with box:
            box.login(*self._login)
            box.select(f'"{self._folder}"', readonly=True)
            _, (numbers, *_rest) = box.search(None, "SUBJECT", f'"{mark}"')
            for number in (numbers or b"").split():
                _, parts = box.fetch(number.decode(), "(BODY.PEEK[])")
                for part in parts:
                    if isinstance(part, tuple):
                        return email.message_from_bytes(part[1], policy=email.policy.default)
        return None
