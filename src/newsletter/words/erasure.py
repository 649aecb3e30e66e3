"""The mark that is left of a person who asked to be forgotten: a keyed hash of their address, and no more."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter.words.subscriber import address_key


class RequestOf(StrEnum):
    """At whose request a person was erased."""

    READER = "reader"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class EraseKey:
    """Not the key that signs links: that one may be changed, and then nobody would be recognised any more."""

    secret: bytes = field(repr=False)

    def mark(self, email: str) -> str:
        """The same for every spelling of an address; 64 hexadecimal digits that nobody can turn back without the key."""
        return hmac.digest(self.secret, b"erased:" + address_key(email).encode(), "sha256").hex()
