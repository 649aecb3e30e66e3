"""Reader tokens: short, unforgeable, bound to one purpose, and the same each time they are made."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

# 128 bits are out of reach of guessing; 22 characters keep List-Unsubscribe short.
_TAG_BYTES, _TAG_LETTERS = 16, 22
_BLOCK_BYTES = 64
# With these a tag is 18 bytes, which base64 writes in 24 letters.
_FILL, _STEP = bytes(2), 24
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [upper + lower for upper in _DIGITS for lower in _DIGITS]
_SHAPE = re.compile(r"([0-9a-z]{1,4})\.([0-9a-z]{1,13})\.([0-9a-z]{1,13})\.([0-9a-z]{1,13})\.([A-Za-z0-9_-]{22})")
_KEY_RING = re.compile(r"\d{1,5}:\S+(?:\s+\d{1,5}:\S+)*")
# Signs in place of a key that we do not have, so that an unknown key id takes as long as a wrong tag.
_NO_KEY = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderToken:
    """What a genuine token says. List or subscriber 0 is a preview: there is nobody behind it."""

    subscriber: int
    mailing_list: int
    issue: int

    @property
    def is_preview(self) -> bool:
        return not self.subscriber or not self.mailing_list


def read_reader_token(text: str, keys: Mapping[int, bytes], *, purpose: str) -> ReaderToken | None:
    """What a token says, if one of our keys signed it for this purpose; else None, whatever is wrong with it.

    The tag is compared as text and in constant time, so that no second spelling of a token is genuine.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    key_id, subscriber, mailing_list, issue = (int(shape[number], 36) for number in range(1, 5))
    made = reader_token(
        keys.get(key_id, _NO_KEY),
        key_id=key_id,
        purpose=purpose,
        subscriber=subscriber,
        mailing_list=mailing_list,
        issue=issue,
    )
    is_genuine = hmac.compare_digest(made, text) and key_id in keys
    return ReaderToken(subscriber=subscriber, mailing_list=mailing_list, issue=issue) if is_genuine else None


def read_keys(secret: str) -> dict[int, bytes]:
    """The signing keys in a setting, the one that signs first: `SECRET` alone, or `2:NEW 1:OLD` after a change of keys.

    A plain secret is key 1, so that its links stay good when it becomes `1:SECRET` behind a new one.
    """
    if not _KEY_RING.fullmatch(secret.strip()):
        return {1: secret.encode()}
    pairs = (entry.partition(":") for entry in secret.split())
    return {int(number): key.encode() for number, _, key in pairs}


def reader_token(key: bytes, *, key_id: int, purpose: str, subscriber: int, mailing_list: int, issue: int) -> str:
    """A token that says who, which list and which issue, signed for one purpose ("u", "p").

    Its text is `key id . subscriber . list . issue . tag` in base 36 and URL-safe base64.
    """
    return reader_tokens(
        key, key_id=key_id, purpose=purpose, subscribers=(subscriber,), mailing_list=mailing_list, issue=issue
    )[0]


def reader_tokens(
    key: bytes, *, key_id: int, purpose: str, subscribers: Sequence[int], mailing_list: int, issue: int
) -> list[str]:
    """The tokens of a whole parcel."""
    return signed(key, purpose, unsigned(key_id, subscribers, mailing_list, issue))


def unsigned(key_id: int, subscribers: Sequence[int], mailing_list: int, issue: int) -> list[str]:
    """What the tokens of a parcel say, before they are signed for a purpose."""
    head, tail = f"{base36(key_id)}.", f".{base36(mailing_list)}.{base36(issue)}"
    return [f"{head}{base36(subscriber)}{tail}" for subscriber in subscribers]


def signed(key: bytes, purpose: str, said: Sequence[str]) -> list[str]:
    """Tokens for one purpose, of all that is `said`.

    The tag is HMAC-SHA256 (RFC 2104), cut to 16 bytes. It is written out here because what depends on the key alone is then
    done once for a parcel: `hmac.digest` begins from the start with each message, and takes twice as long.
    """
    sha256, (inner, outer) = hashlib.sha256, _pads(key)
    start = inner + f"{purpose}:".encode()
    tags = [sha256(outer + sha256(start + one.encode()).digest()).digest()[:_TAG_BYTES] for one in said]
    # All in one call, each filled up to whole groups of base64: the same letters as one by one.
    text = base64.urlsafe_b64encode(b"".join([tag + _FILL for tag in tags])).decode()
    return [f"{one}.{text[at : at + _TAG_LETTERS]}" for one, at in zip(said, range(0, len(text), _STEP), strict=True)]


def _pads(key: bytes) -> tuple[bytes, bytes]:
    """The two blocks that HMAC puts before what it hashes."""
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(_BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def base36(number: int) -> str:
    """A number from 0 on, short. The readers of a parcel share all but their last two digits: those are kept."""
    if number < len(_PAIRS):
        return _PAIRS[number].removeprefix("0") or "0"
    upper, lower = divmod(number, len(_PAIRS))
    return _kept_base36(upper) + _PAIRS[lower]


_kept_base36 = lru_cache(maxsize=4_096)(base36)
