"""Reader tokens: short, unforgeable, bound to one purpose, and the same each time they are made."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence

# 128 bits are out of reach of guessing; 22 characters keep List-Unsubscribe short.
_TAG_BYTES = 16


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
    tail = f".{_base36(mailing_list)}.{_base36(issue)}"
    head = f"{_base36(key_id)}."
    bodies = [f"{head}{_base36(subscriber)}{tail}" for subscriber in subscribers]
    prefix = f"{purpose}:"
    digest, encode = hmac.digest, base64.urlsafe_b64encode
    return [
        f"{body}.{encode(digest(key, (prefix + body).encode(), 'sha256')[:_TAG_BYTES])[:22].decode()}"
        for body in bodies
    ]


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
        if not number:
            return digits
