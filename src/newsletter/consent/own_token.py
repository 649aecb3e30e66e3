"""The link that is mailed to a reader's present address alone: good for a day, and until they have another address."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.words.subscriber import address_key
from newsletter.words.token import read_reader_token, reader_token

VALID_HOURS = 24
_PURPOSE = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnToken:
    """The subscriber it was mailed to, until when it is good, and a keyed mark of their address."""

    subscriber: int
    until: datetime
    mark: int


def own_token(key: bytes, *, key_id: int, subscriber: int, email: str, now: datetime) -> str:
    """A token in the form of `words.token`, with its expiry as the list and a mark of the address as the issue."""
    until = int((now + timedelta(hours=VALID_HOURS)).timestamp())
    mark = _mark(key, email)
    return reader_token(key, key_id=key_id, purpose=_PURPOSE, subscriber=subscriber, mailing_list=until, issue=mark)


def read_own_token(text: str, keys: Mapping[int, bytes], now: datetime) -> OwnToken | None:
    """What a genuine token says that has not expired; else None. Does not check whether its address is still theirs."""
    token = read_reader_token(text, keys, purpose=_PURPOSE)
    if token is None or token.mailing_list < now.timestamp():
        return None
    until = datetime.fromtimestamp(token.mailing_list, UTC)
    return OwnToken(subscriber=token.subscriber, until=until, mark=token.issue)


def is_for(token: OwnToken, email: str, keys: Mapping[int, bytes]) -> bool:
    """Whether a genuine token was made for this address."""
    return any(token.mark == _mark(key, email) for key in keys.values())


def _mark(key: bytes, email: str) -> int:
    """63 bits that say nothing about the address to anybody without the key."""
    return int.from_bytes(hmac.digest(key, f"own-mark:{address_key(email)}".encode(), "sha256")[:8]) >> 1
