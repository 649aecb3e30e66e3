"""The signed time of a form: when it was shown, as only we can have written it."""

from __future__ import annotations

import hmac
import re
from datetime import datetime

_LONGEST_SECONDS = 24 * 3_600
_SHORTEST_SECONDS = 2


def stamp(key: bytes, now: datetime) -> str:
    seconds = int(now.timestamp())
    return f"{seconds}.{_tag(key, seconds)}"


def is_hasty(key: bytes, text: str, now: datetime) -> bool:
    """Whether a form came back without a genuine time of ours, within two seconds, or after a day."""
    shape = re.fullmatch(r"(\d{1,12})\.([0-9a-f]{32})", text)
    if shape is None or not hmac.compare_digest(_tag(key, int(shape[1])), shape[2]):
        return True
    age = now.timestamp() - int(shape[1])
    return not _SHORTEST_SECONDS <= age <= _LONGEST_SECONDS


def _tag(key: bytes, seconds: int) -> str:
    return hmac.digest(key, f"form:{seconds}".encode(), "sha256").hex()[:32]
