"""The envelope's sender: an address of its own for each delivery, signed, so that what comes back to it says whose copy it was."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.words.mistake import Mistake
from newsletter.words.token import base36

# Lower case only: some servers change the case of what stands before the @.
MARK = re.compile(r"(?<![a-z0-9])([a-z2-7]{26})-([0-9a-z]{1,11})-([a-z2-7]{13})(?![a-z0-9])")
_TOKEN = re.compile(r"[0-9a-f]{32}")
_ADDRESS = re.compile(r"[A-Za-z0-9._*+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# RFC 5321, 4.5.3.1.1, less the longest mark.
_LONGEST_LOCAL_PART = 64 - len(f"{'t' * 26}-{'d' * 11}-{'s' * 13}")
_FIX = 'Write an address whose mail you can read, such as "bounces@example.com", or "*@bounces.example.com".'


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The try and the delivery that a mark names."""

    attempt: str
    delivery: int


class ReturnPath:
    """`address` is where bounces go: `bounces@example.com` becomes `bounces+MARK@example.com`; a `*` says where else the mark stands.

    `keys` sign as they do for readers' links, the first of them what is sent now.
    """

    def __init__(self, address: str, keys: Mapping[int, bytes]) -> None:
        """Raises Mistake for an address that can't hold a mark."""
        check_return_address(address)
        local, _, domain = address.partition("@")
        self._pattern = f"{local if '*' in local else f'{local}+*'}@{domain}"
        self._keys = tuple(keys.values())

    def address(self, attempt: str, delivery: int) -> str:
        """Where mail about this delivery comes back to. Raises ValueError for the name of a try that is not 32 hexadecimal digits."""
        return self._pattern.replace("*", _mark(self._keys[0], attempt, delivery))

    def genuine(self, marks: Sequence[str]) -> Marked | None:
        """What the first mark says that one of our keys signed; None where there is none."""
        for text in marks:
            shape = MARK.fullmatch(text)
            if shape is None:
                continue
            delivery = int(shape[2], 36)
            try:
                attempt = base64.b32decode(f"{shape[1].upper()}======").hex()
            except binascii.Error:
                continue
            if any(hmac.compare_digest(_mark(key, attempt, delivery), text) for key in self._keys):
                return Marked(attempt=attempt, delivery=delivery)
        return None


def check_return_address(address: str) -> None:
    """Raises Mistake."""
    local = address.partition("@")[0]
    if not _ADDRESS.fullmatch(address) or address.count("*") != local.count("*") or local.count("*") > 1:
        raise Mistake(f"{address} is no address that bounces can come back to.", fix=_FIX)
    if len(local.replace("*", "")) + ("*" not in local) > _LONGEST_LOCAL_PART:
        raise Mistake(
            f"What stands before the @ in {address} leaves no room for a mark.",
            fix=f"It may have {_LONGEST_LOCAL_PART - 1} letters.",
        )


def _mark(key: bytes, attempt: str, delivery: int) -> str:
    if not _TOKEN.fullmatch(attempt):
        raise ValueError("not the name of a try")
    tag = hmac.digest(key, f"bounce:{attempt}:{delivery}".encode(), "sha256")[:8]
    return "-".join((_base32(bytes.fromhex(attempt)), base36(delivery), _base32(tag)))


def _base32(value: bytes) -> str:
    return base64.b32encode(value).decode("ascii").rstrip("=").lower()
