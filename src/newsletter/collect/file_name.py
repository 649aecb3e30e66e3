"""The name of a new post's file, made of the day it was collected and its title."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_MAX_BYTES = 60


def slug_of(title: str, on: date) -> str:
    """A name such as `2026-11-20-two-who-walked`."""
    return f"{on.isoformat()}-{name_of(title) or 'post'}"


def name_of(title: str) -> str:
    """A name such as `two-who-walked`: letters of any script, accents dropped, cut between words; "" where there are none."""
    plain = "".join(_without_accent(char) for char in unicodedata.normalize("NFC", title.lower()))
    words = re.findall(r"[^\W_]+", re.sub("['’]", "", plain))
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word
        if len(longer.encode()) > _MAX_BYTES:
            break
        name = longer
    return name


def _without_accent(char: str) -> str:
    """The plain letter of a Latin one; elsewhere a mark makes another letter, so it stays."""
    base = unicodedata.normalize("NFKD", char)[0]
    return base if base.isascii() and base.isalnum() else char
