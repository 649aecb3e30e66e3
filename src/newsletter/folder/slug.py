"""The rule that keeps every name from a file or an argument inside its folder."""

from __future__ import annotations

import re

_SAFE = re.compile(r"\w[\w.-]*")
# File systems take 255 bytes; a counter and ".md" need room too.
_MAX_BYTES = 200


def is_safe(name: str) -> bool:
    """Whether a name may be put into a path: letters, digits, hyphens, underscores and single dots inside."""
    return _SAFE.fullmatch(name) is not None and len(name.encode(errors="replace")) <= _MAX_BYTES and ".." not in name
