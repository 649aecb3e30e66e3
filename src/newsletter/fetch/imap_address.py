"""The address of a mailbox: `imaps://user:password@host:port/Folder`."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from newsletter.words.domain import NotADomain, ascii_domain
from newsletter.words.mistake import Mistake

_FIX = "Write imaps://user:password@host/Folder, with %40 for an @ in the user's name."


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAddress:
    """Where the mailbox is; TLS from the first byte. The password never shows."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    # The setting that holds it, for sentences about what to mend.
    setting: str


def read_imap_address(url: str, *, setting: str = "NEWSLETTER_IMAP_URL") -> ImapAddress:
    """Raises Mistake, which does not repeat the address: it holds a password."""
    try:
        parts = urlsplit(url)
        host, port = ascii_domain(parts.hostname or ""), parts.port or 993
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        folder = unquote(parts.path.removeprefix("/")) or "INBOX"
    except (ValueError, NotADomain):
        raise Mistake(f"{setting} is not a mailbox's address.", fix=_FIX) from None
    if parts.scheme != "imaps" or not host or not user or not password or parts.query or parts.fragment:
        raise Mistake(f"{setting} is not a mailbox's address.", fix=_FIX)
    if re.search(r"[\x00-\x1f\x7f]", user + password + folder):
        raise Mistake(f"{setting} holds a control character.", fix=_FIX)
    return ImapAddress(host=host, port=port, user=user, password=password, folder=folder, setting=setting)


def quoted(text: str) -> str:
    """A string as IMAP takes it (RFC 3501, 4.3)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folder_name(folder: str) -> str:
    """A folder's name in the form of UTF-7 that IMAP uses (RFC 3501, 5.1.3), quoted."""
    pieces = re.split(r"([^\x20-\x7e]+)", folder.replace("&", "&-"))
    return quoted("".join(piece if index % 2 == 0 else _shifted(piece) for index, piece in enumerate(pieces)))


def _shifted(text: str) -> str:
    encoded = base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{encoded}-"
